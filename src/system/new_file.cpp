#include "system/new_file.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <fmt/format.h>

#include "system/byte_io.h"

namespace guestclock::system {

Result<std::string> random_name() {
  std::uint64_t bits = 0;
  if (::getentropy(&bits, sizeof bits) != 0) return fail_errno(errno, "cannot get a random name");
  return fmt::format(".guestclock-{:016x}", bits);
}

Result<NewFile> NewFile::create(int directory, std::string name, std::uint32_t mode,
                                std::string path) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(directory, name.c_str(), kFlags, mode));
  if (fd.valid()) return NewFile(directory, std::move(name), std::move(fd), std::move(path));
  if (errno == EEXIST) return fail(ErrorCode::conflict, "exists already", std::move(path));
  return fail_errno(errno, "cannot create the file", std::move(path));
}

NewFile::NewFile(NewFile&& other) noexcept
    : directory_(other.directory_),
      name_(std::exchange(other.name_, {})),
      fd_(std::move(other.fd_)),
      path_(std::move(other.path_)) {}

NewFile::~NewFile() {
  if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

Result<void> NewFile::write(std::string_view bytes) {
  return write_all(fd_.get(), bytes, path_);
}

Result<void> NewFile::sync() {
  if (::fsync(fd_.get()) != 0 && errno != EINVAL) {
    return fail_errno(errno, "cannot bring it to disk", path_);
  }
  return {};
}

Result<void> NewFile::replace(const std::string& name) {
  if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0) {
    return fail_errno(errno, "cannot move the new file into place", path_);
  }
  name_.clear();
  return {};
}

UniqueFd NewFile::keep() {
  name_.clear();
  return std::move(fd_);
}

}  // namespace guestclock::system
