#include "system/unsynced.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/magic.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#endif

namespace guestclock::system {
namespace {

/// So few are brought to disk one by one: whatever else waits to be written there need not be
/// waited for.
constexpr std::ptrdiff_t kFew = 2;

#ifdef __linux__
/// From 5.8 on syncfs(2) reports what could not be written.
bool kernel_reports_failures() {
  static const bool reports = [] {
    utsname name{};
    int major = 0;
    int minor = 0;
    if (::uname(&name) != 0 || std::sscanf(&name.release[0], "%d.%d", &major, &minor) != 2) {
      return false;
    }
    return major > 5 || (major == 5 && minor >= 8);
  }();
  return reports;
}

/// Whether syncing the whole file system does all that syncing a file on it does. Not on vfat, for
/// one: it writes everything, but does not flush the disk's cache.
bool syncs_as_a_whole(int fd) {
  constexpr long kXfs = 0x58465342;
  struct statfs about {};
  if (!kernel_reports_failures() || ::fstatfs(fd, &about) != 0) return false;
  const auto type = static_cast<long>(about.f_type);
  return type == EXT4_SUPER_MAGIC || type == kXfs || type == BTRFS_SUPER_MAGIC ||
         type == TMPFS_MAGIC;
}

bool sync_file_system(int fd) {
  return ::syncfs(fd) == 0;
}
#else
bool syncs_as_a_whole(int) {
  return false;
}
bool sync_file_system(int) {
  return false;
}
#endif

}  // namespace

void Unsynced::add_once(Item item) {
  struct stat status {};
  if (::fstat(item.fd.get(), &status) == 0) {
    item.device = status.st_dev;
    item.inode = status.st_ino;
  }
  const bool known = std::any_of(items_.begin(), items_.end(), [&](const Item& other) {
    return other.device == item.device && other.inode == item.inode;
  });
  if (!known) items_.push_back(std::move(item));
}

void Unsynced::add(UniqueFd file, std::string_view path) {
  add_once({std::move(file), std::string(path)});
}

void Unsynced::add_directory(int directory, std::string_view path) {
  UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) {
    add_once({std::move(fd), std::string(path)});
  } else {
    everything_ = true;  // may be written to but not read
  }
}

Result<void> Unsynced::bring_to_disk() {
  std::vector<Item> items;
  items.swap(items_);
  if (everything_) ::sync();
  everything_ = false;
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.device < b.device; });
  for (auto first = items.begin(); first != items.end();) {
    const auto last = std::find_if(
        first, items.end(), [&](const Item& other) { return other.device != first->device; });
    if (last - first > kFew && syncs_as_a_whole(first->fd.get())) {
      if (!sync_file_system(first->fd.get())) {
        return fail_errno(errno, "cannot bring its file system to disk", first->path);
      }
      first = last;
    }
    for (; first != last; ++first) {
      // EINVAL: a file system that has nothing to sync.
      if (::fsync(first->fd.get()) != 0 && errno != EINVAL) {
        return fail_errno(errno, "cannot bring it to disk", first->path);
      }
    }
  }
  return {};
}

}  // namespace guestclock::system
