#include "system/file_lock.h"

#include <cerrno>
#include <chrono>
#include <ctime>

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

/// fcntl's lock on the whole file, of the descriptor where the system has such locks.
bool take_record_lock(int fd) {
#ifdef F_OFD_SETLK
  constexpr int kCommand = F_OFD_SETLK;
#else
  constexpr int kCommand = F_SETLK;
#endif
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  // Anything but "held by another" means that this file system has no such locks.
  return ::fcntl(fd, kCommand, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

bool take_both(int fd) {
  if (!take_record_lock(fd)) return false;
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

}  // namespace

Result<std::unique_ptr<Lock>> hold_file(const RootDirectory& root, std::string_view path,
                                        Nanoseconds patience) {
  const auto where = root.locate(path, LastLink::keep);
  if (!where) return nullptr;
  struct stat at_name {};
  const int directory = where->directory.get();
  const char* const name = where->name.c_str();
  if (::fstatat(directory, name, &at_name, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(at_name.st_mode)) {
    return nullptr;
  }
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  UniqueFd fd(::openat(directory, name, kFlags));
  if (!fd.valid()) return nullptr;
  constexpr timespec kPause{0, 50'000'000};
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto seconds_of = [](const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
  };
  const Nanoseconds end = seconds_of(now) + patience;
  while (!take_both(fd.get())) {
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    // A signal ends the wait: whoever sent it does not want to wait either.
    if (seconds_of(now) >= end || ::nanosleep(&kPause, nullptr) != 0) {
      return fail(ErrorCode::busy, "a package manager is at work (it holds this lock)",
                  std::string(path), "wait until it has ended, then try again");
    }
  }
  return std::make_unique<FileLock>(std::move(fd));
}

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
