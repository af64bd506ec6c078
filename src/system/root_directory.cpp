#include "system/root_directory.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include "base/text.h"

namespace guestclock::system {
namespace {

constexpr int kMaxLinks = 40;  // Linux: MAXSYMLINKS

/// The components of a path, last one first. A final slash asks for a directory, as "." does.
void push_components(std::string_view path, std::vector<std::string>& pending) {
  if (path.ends_with('/')) pending.emplace_back(".");
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
    if (start < path.size()) pending.emplace_back(path.substr(start));
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
}

class Walk {
 public:
  Walk(int root, std::string_view path) : root_(root), asked_(path) {
    push_components(path, pending_);
  }

  Result<Location> run(LastLink last) {
    while (!pending_.empty()) {
      std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (name == ".") continue;
      if (name == "..") {
        if (!entered_.empty()) entered_.pop_back();
        continue;
      }
      if (!pending_.empty()) {
        if (auto entered = enter(std::move(name)); !entered) {
          return tl::make_unexpected(std::move(entered).error());
        }
        continue;
      }
      if (last == LastLink::follow && is_link(name)) {
        if (auto followed = follow(name); !followed) {
          return tl::make_unexpected(std::move(followed).error());
        }
        continue;
      }
      return arrive(std::move(name));
    }
    return arrive(".");
  }

 private:
  struct Entered {
    UniqueFd fd;
    std::string name;
  };

  [[nodiscard]] int top() const { return entered_.empty() ? root_ : entered_.back().fd.get(); }

  [[nodiscard]] bool is_link(const std::string& name) const {
    struct stat status {};
    return ::fstatat(top(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(status.st_mode);
  }

  Result<void> enter(std::string name) {
    constexpr int kFlags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    // Opened for reading, not as O_PATH: only that triggers an automount (/boot, /efi).
    UniqueFd fd(::openat(top(), name.c_str(), O_RDONLY | O_NONBLOCK | kFlags));
    if (!fd.valid() && errno == EACCES) fd.reset(::openat(top(), name.c_str(), O_PATH | kFlags));
    if (fd.valid()) {
      entered_.push_back({std::move(fd), std::move(name)});
      return {};
    }
    if (errno == ENOTDIR || errno == ELOOP) return follow(name);
    return fail_errno(errno, "cannot open the directory " + printable(name), asked_);
  }

  Result<void> follow(const std::string& name) {
    if (++links_ > kMaxLinks) return fail_errno(ELOOP, "too many symbolic links", asked_);
    std::array<char, PATH_MAX> text{};
    const ssize_t size = ::readlinkat(top(), name.c_str(), text.data(), text.size());
    if (size < 0) {
      return fail_errno(errno == EINVAL ? ENOTDIR : errno, "cannot follow " + printable(name),
                        asked_);
    }
    const std::string_view target(text.data(), static_cast<std::size_t>(size));
    if (target.size() == text.size()) return fail_errno(ENAMETOOLONG, "cannot follow", asked_);
    if (target.starts_with('/')) entered_.clear();
    push_components(target, pending_);
    return {};
  }

  Result<Location> arrive(std::string name) {
    Location location;
    for (const Entered& entered : entered_)
      location.path += "/" + entered.name;
    if (name != ".") location.path += "/" + name;
    if (location.path.empty()) location.path = "/";
    location.name = std::move(name);
    if (entered_.empty()) {
      location.directory.reset(::fcntl(root_, F_DUPFD_CLOEXEC, 0));
      if (!location.directory.valid()) return fail_errno(errno, "cannot open", asked_);
    } else {
      location.directory = std::move(entered_.back().fd);
    }
    return location;
  }

  int root_;
  std::string asked_;
  std::vector<std::string> pending_;
  std::vector<Entered> entered_;
  int links_ = 0;
};

Result<void> check(std::string_view path) {
  if (path.empty()) return fail(ErrorCode::malformed, "an empty path names no file");
  if (path.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::malformed, "a path cannot hold a NUL byte", printable(path));
  }
  if (path.size() >= PATH_MAX) {
    return fail(ErrorCode::malformed, "the path is too long", printable(path));
  }
  return {};
}

/// The kernel's answer to a path that check() let pass: a descriptor, or the errno; nothing where
/// only the walk can tell.
struct KernelAnswer {
  UniqueFd fd;
  int error = 0;
};

#ifdef __linux__
std::optional<KernelAnswer> open_by_kernel(int root, std::string_view path, int flags) {
  std::array<char, PATH_MAX> name;
  name[path.copy(name.data(), name.size() - 1)] = '\0';
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: something was renamed or mounted meanwhile, so that ".." could not be checked.
  for (int attempt = 0; attempt < 16; ++attempt) {
    const long fd = ::syscall(SYS_openat2, root, name.data(), &how, sizeof how);
    if (fd >= 0) return KernelAnswer{UniqueFd(static_cast<int>(fd)), 0};
    if (errno == EAGAIN || errno == EINTR) continue;
    // EPERM is what a seccomp filter says that does not know the call.
    if (errno == ENOSYS || errno == EPERM) return std::nullopt;
    return KernelAnswer{UniqueFd(), errno};
  }
  return std::nullopt;
}
#else
std::optional<KernelAnswer> open_by_kernel(int, std::string_view, int) {
  return std::nullopt;
}
#endif

}  // namespace

Result<RootDirectory> RootDirectory::open(const std::string& directory, Resolution resolution) {
  UniqueFd fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return fail_errno(errno, "cannot open the directory", directory);
  return RootDirectory(std::move(fd), resolution);
}

Result<RootDirectory> RootDirectory::open_below(std::string_view path) const {
  auto fd = open_path(path, O_PATH | O_DIRECTORY);
  if (!fd) return tl::make_unexpected(std::move(fd).error());
  return RootDirectory(std::move(*fd), resolution_);
}

Result<UniqueFd> RootDirectory::open_path(std::string_view path, int flags, LastLink last) const {
  if (auto checked = check(path); !checked) {
    return tl::make_unexpected(std::move(checked).error());
  }
  flags |= O_CLOEXEC;
  if ((flags & O_PATH) == 0) flags |= O_NOCTTY | O_NONBLOCK;
  if (last == LastLink::keep) flags |= O_NOFOLLOW;
  if (resolution_ == Resolution::kernel_first) {
    if (auto answer = open_by_kernel(fd_.get(), path, flags)) {
      if (answer->fd.valid()) return std::move(answer->fd);
      return fail_errno(answer->error, "cannot open", std::string(path));
    }
  }
  auto location = locate(path, last);
  if (!location) return tl::make_unexpected(std::move(location).error());
  UniqueFd fd(::openat(location->directory.get(), location->name.c_str(), flags | O_NOFOLLOW));
  if (!fd.valid()) return fail_errno(errno, "cannot open", std::string(path));
  return fd;
}

Result<Location> RootDirectory::locate(std::string_view path, LastLink last) const {
  if (auto checked = check(path); !checked) {
    return tl::make_unexpected(std::move(checked).error());
  }
  return Walk(fd_.get(), path).run(last);
}

}  // namespace guestclock::system
