#include "system/file_status.h"

#include <array>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <unistd.h>

namespace guestclock::system {
namespace {

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::regular;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  return FileKind::other;
}

/// A hostile file system may say any year: what does not fit 292 years around 1970 is cut off
/// there.
Nanoseconds to_nanoseconds(const timespec& time) {
  constexpr std::int64_t kMaxSeconds = Nanoseconds::max().count() / 1'000'000'000 - 1;
  const std::int64_t seconds = time.tv_sec;
  if (seconds > kMaxSeconds) return Nanoseconds::max();
  if (seconds < -kMaxSeconds) return Nanoseconds::min();
  return std::chrono::seconds(seconds) + Nanoseconds(time.tv_nsec);
}

timespec to_timespec(Nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  timespec out{};
  out.tv_sec = seconds.count();
  out.tv_nsec = (time - seconds).count();
  return out;
}

}  // namespace

FileStatus to_file_status(const struct stat& status) {
  FileStatus out;
  out.kind = kind_of(status.st_mode);
  out.mode = status.st_mode & 07777U;
  out.uid = status.st_uid;
  out.gid = status.st_gid;
  out.size = static_cast<std::uint64_t>(status.st_size);
  out.device = status.st_dev;
  out.inode = status.st_ino;
  out.links = status.st_nlink;
  out.modified = to_nanoseconds(status.st_mtim);
  out.status_changed = to_nanoseconds(status.st_ctim);
  return out;
}

Result<FileStatus> status_of(int fd, std::string_view path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    return fail_errno(errno, "cannot read the status", std::string(path));
  }
  return to_file_status(status);
}

Result<FileMetadata> metadata_of(int fd, std::string_view path) {
  const auto status = status_of(fd, path);
  if (!status) return tl::make_unexpected(status.error());
  auto attributes = read_extended_attributes(fd, path);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  FileMetadata metadata;
  metadata.mode = status->mode;
  metadata.uid = status->uid;
  metadata.gid = status->gid;
  metadata.modified = status->modified;
  metadata.flags = inode_flags_of(fd);
  metadata.xattrs = std::move(*attributes);
  return metadata;
}

Result<void> give_metadata(int fd, const FileMetadata& metadata, std::string_view path) {
  // Only what differs is set: file systems without owners and modes (vfat) refuse even to try. In
  // this order, as each can undo the one before.
  auto now = status_of(fd, path);
  if (!now) return tl::make_unexpected(std::move(now).error());
  if ((now->uid != metadata.uid || now->gid != metadata.gid) &&
      ::fchown(fd, metadata.uid, metadata.gid) != 0) {
    return fail_errno(errno, "cannot carry over the owner", std::string(path));
  }
  now = status_of(fd, path);
  if (!now) return tl::make_unexpected(std::move(now).error());
  if (now->mode != metadata.mode && ::fchmod(fd, metadata.mode) != 0) {
    return fail_errno(errno, "cannot carry over the mode", std::string(path));
  }
  if (auto done = write_extended_attributes(fd, metadata.xattrs, path); !done) return done;
  if (!metadata.modified) return {};
  std::array<timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1] = to_timespec(*metadata.modified);
  if (::futimens(fd, times.data()) != 0) {
    return fail_errno(errno, "cannot carry over the time of modification", std::string(path));
  }
  return {};
}

}  // namespace guestclock::system
