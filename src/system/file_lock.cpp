#include "system/file_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "system/file_status.h"

namespace guestclock::system {
namespace {

class FileLock final : public Lock {
 public:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

 private:
  UniqueFd fd_;
};

tl::unexpected<Error> busy(std::string_view path) {
  return fail(ErrorCode::busy, "another run holds the lock", std::string(path),
              "wait until it has ended, then try again");
}

}  // namespace

Result<std::unique_ptr<Lock>> lock_file(const RootDirectory& root, std::string_view path) {
  const auto where = root.locate(path, LastLink::keep);
  if (!where) return tl::make_unexpected(where.error());
  const int directory = where->directory.get();
  const char* const name = where->name.c_str();
  struct stat at_name {};
  // Looked at before it is opened: opening a device or a FIFO can do something.
  if (::fstatat(directory, name, &at_name, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(at_name.st_mode)) {
    return fail(ErrorCode::unsafe, "is not a regular file", std::string(path));
  }
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  UniqueFd fd(::openat(directory, name, kFlags, 0600));
  if (!fd.valid()) return fail_errno(errno, "cannot open the lock", std::string(path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return busy(path);
    return fail_errno(errno, "cannot lock", std::string(path));
  }
  // Somebody may have removed the file between opening and locking, and another made a new one.
  const auto held = status_of(fd.get(), path);
  if (!held) return tl::make_unexpected(held.error());
  if (::fstatat(directory, name, &at_name, AT_SYMLINK_NOFOLLOW) != 0 ||
      at_name.st_ino != held->inode || at_name.st_dev != held->device) {
    return busy(path);
  }
  return std::make_unique<FileLock>(std::move(fd));
}

}  // namespace guestclock::system
