// Opens paths below one directory so that neither "..", nor a symbolic link, nor a race leads out
// of it: an absolute link counts from that directory, as in a chroot.
//
// The kernel does it where it can (openat2 with RESOLVE_IN_ROOT, Linux 5.6). Where it cannot (older
// kernels, seccomp filters) the path is walked component by component with O_NOFOLLOW, every
// directory on the way held open, and at most 40 links as in the kernel. Links made by /proc
// ("magic links") are refused by the former; the latter reads their text like any link's.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace guestclock::system {

enum class Resolution {
  kernel_first,  ///< openat2, the walk where that is not to be had
  walk_only      ///< for the tests: as if openat2 did not exist
};

enum class LastLink { follow, keep };

/// A name in an open directory: nothing can be slipped in between looking and acting.
struct Location {
  UniqueFd directory;
  std::string name;  ///< no symlink where it was to be followed; "." for the directory itself
  std::string path;  ///< absolute, as seen inside the root, without links
};

class RootDirectory {
 public:
  [[nodiscard]] static Result<RootDirectory> open(const std::string& directory,
                                                  Resolution resolution = Resolution::kernel_first);
  /// A directory below this one as a root of its own.
  [[nodiscard]] Result<RootDirectory> open_below(std::string_view path) const;

  /// `flags` as for open(2), without O_CREAT. O_CLOEXEC, and unless O_PATH is asked for O_NOCTTY
  /// and O_NONBLOCK, are added. Paths are absolute or relative to the root alike; `malformed` where
  /// one is empty, too long or holds a NUL byte.
  [[nodiscard]] Result<UniqueFd> open_path(std::string_view path, int flags,
                                           LastLink last = LastLink::follow) const;

  /// Where the path's last component is or would be; its directory must exist.
  [[nodiscard]] Result<Location> locate(std::string_view path, LastLink last) const;

 private:
  RootDirectory(UniqueFd fd, Resolution resolution) : fd_(std::move(fd)), resolution_(resolution) {}

  UniqueFd fd_;
  Resolution resolution_;
};

}  // namespace guestclock::system
