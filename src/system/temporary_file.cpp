#include "system/temporary_file.h"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "system/byte_io.h"
#include "system/file_status.h"
#include "system/writer.h"

namespace guestclock::system {
namespace {

constexpr std::string_view kPrefix = ".guestclock-";
constexpr std::size_t kDigits = 16;

timespec to_timespec(Nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  timespec out{};
  out.tv_sec = seconds.count();
  out.tv_nsec = (time - seconds).count();
  return out;
}

}  // namespace

bool is_left_over(std::string_view name) {
  return name.size() == kPrefix.size() + kDigits && name.starts_with(kPrefix) &&
         name.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

Result<TemporaryFile> TemporaryFile::create(int directory, std::uint32_t mode, std::string path) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::uint64_t bits = 0;
    if (::getentropy(&bits, sizeof bits) != 0) {
      return fail_errno(errno, "cannot get a random name", std::move(path));
    }
    std::string name = fmt::format("{}{:0{}x}", kPrefix, bits, kDigits);
    UniqueFd fd(::openat(directory, name.c_str(), kFlags, mode));
    if (fd.valid()) {
      return TemporaryFile(directory, std::move(name), std::move(fd), std::move(path));
    }
    if (errno != EEXIST) {
      return fail_errno(errno, "cannot create a temporary file beside it", std::move(path));
    }
  }
  return fail(ErrorCode::io, "cannot find a free name beside it", std::move(path));
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : directory_(other.directory_),
      name_(std::exchange(other.name_, {})),
      fd_(std::move(other.fd_)),
      path_(std::move(other.path_)) {}

TemporaryFile::~TemporaryFile() {
  if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

Result<void> TemporaryFile::write(std::string_view bytes) {
  return write_all(fd_.get(), bytes, path_);
}

Result<void> TemporaryFile::give(const FileMetadata& metadata) {
  // Only what differs is set: file systems without owners and modes (vfat) refuse even to try.
  auto now = status_of(fd_.get(), path_);
  if (!now) return tl::make_unexpected(std::move(now).error());
  if ((now->uid != metadata.uid || now->gid != metadata.gid) &&
      ::fchown(fd_.get(), metadata.uid, metadata.gid) != 0) {
    return fail_errno(errno, "cannot carry over the owner", path_);
  }
  now = status_of(fd_.get(), path_);
  if (!now) return tl::make_unexpected(std::move(now).error());
  if (now->mode != metadata.mode && ::fchmod(fd_.get(), metadata.mode) != 0) {
    return fail_errno(errno, "cannot carry over the mode", path_);
  }
  if (auto done = write_extended_attributes(fd_.get(), metadata.xattrs, path_); !done) return done;
  if (metadata.modified) {
    std::array<timespec, 2> times{};
    times[0].tv_nsec = UTIME_OMIT;
    times[1] = to_timespec(*metadata.modified);
    if (::futimens(fd_.get(), times.data()) != 0) {
      return fail_errno(errno, "cannot carry over the time of modification", path_);
    }
  }
  return {};
}

Result<void> TemporaryFile::sync() {
  if (::fsync(fd_.get()) != 0 && errno != EINVAL) {
    return fail_errno(errno, "cannot bring it to disk", path_);
  }
  return {};
}

Result<void> TemporaryFile::replace(const std::string& name) {
  if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) == 0) {
    name_.clear();
    return {};
  }
  if (errno == EBUSY) {
    return fail(ErrorCode::unsafe, "is a mount of its own and cannot be replaced in one step",
                path_, "unmount it and try again");
  }
  return fail_errno(errno, "cannot move the new file into place", path_);
}

Result<void> TemporaryFile::become(const std::string& name) {
#ifdef RENAME_NOREPLACE
  const int renamed =
      ::renameat2(directory_, name_.c_str(), directory_, name.c_str(), RENAME_NOREPLACE);
  // EINVAL: this file system cannot do it.
  const bool unable = renamed != 0 && (errno == EINVAL || errno == ENOSYS);
#else
  const int renamed = -1;
  const bool unable = true;
#endif
  if (renamed == 0) {
    name_.clear();
    return {};
  }
  // The temporary name is then removed by the destructor.
  if (unable && ::linkat(directory_, name_.c_str(), directory_, name.c_str(), 0) == 0) return {};
  if (errno == EEXIST) return fail(ErrorCode::conflict, "exists already", path_);
  return fail_errno(errno, "cannot move the new file into place", path_);
}

Result<void> sync_directory(int directory, std::string_view path) {
  const UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system that has nothing to sync.
  if (fd.valid() && (::fsync(fd.get()) == 0 || errno == EINVAL)) return {};
  if (!fd.valid() && errno == EACCES) {
    ::sync();  // may be written to but not read: then everything is synced instead
    return {};
  }
  return fail_errno(errno, "cannot bring its directory to disk", std::string(path));
}

}  // namespace guestclock::system
