// Which system calls change files, and where their arguments say what they act on.
#pragma once

#include <cstdint>
#include <vector>

#include <linux/filter.h>

namespace guestclock::support {

enum class CallShape {
  descriptor,    ///< fd
  path,          ///< path
  at,            ///< directory fd, path (null or empty: the fd itself)
  two_paths,     ///< path, path
  at_at,         ///< directory fd, path, directory fd, path, flags
  open,          ///< path, flags
  open_at,       ///< directory fd, path, flags
  open_how,      ///< directory fd, path, pointer to the flags
  symlink,       ///< text, path
  symlink_at,    ///< text, directory fd, path
  write,         ///< fd, bytes, size
  write_vector,  ///< fd, vector, count
  out_of_third,  ///< in fd, offset, out fd
  set_flags,     ///< fd, request: FS_IOC_SETFLAGS only
  everything,    ///< no argument
};

struct CallKind {
  long number;
  const char* name;
  CallShape shape;
};

/// Null for calls that change nothing.
[[nodiscard]] const CallKind* changing_call(std::uint64_t number);

/// A seccomp(2) filter that stops at these calls, and at those that sleep, for a tracer. Nothing
/// else is slowed down.
[[nodiscard]] std::vector<sock_filter> filter_for_tracing();

}  // namespace guestclock::support
