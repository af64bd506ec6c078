// Whole reads and writes on an open file descriptor.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace guestclock::system {

/// Everything from the current position to the end, whatever size the file claims to have (files in
/// /proc and /sys claim 0); `malformed` when that is more than `limit` bytes. `expected` is what it
/// probably holds, so that memory is taken once. `path` is for messages.
[[nodiscard]] Result<std::string> read_to_end(int fd, std::size_t limit, std::size_t expected,
                                              std::string_view path);

/// At most `wanted` bytes from the current position; fewer only where the file ends.
[[nodiscard]] Result<std::string> read_first(int fd, std::size_t wanted, std::string_view path);

[[nodiscard]] Result<void> write_all(int fd, std::string_view bytes, std::string_view path);

}  // namespace guestclock::system
