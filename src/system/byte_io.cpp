#include "system/byte_io.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include <fmt/format.h>

namespace guestclock::system {

Result<std::string> read_to_end(int fd, std::size_t limit, std::string_view path) {
  constexpr std::size_t kChunk = std::size_t{64} << 10U;
  std::string bytes;
  for (;;) {
    const std::size_t held = bytes.size();
    // One byte beyond the limit tells "exactly the limit" from "more".
    bytes.resize(held + std::min(kChunk, limit - held) + (limit - held < kChunk ? 1U : 0U));
    const ssize_t got = ::read(fd, bytes.data() + held, bytes.size() - held);
    if (got < 0) {
      const int error = errno;
      bytes.resize(held);
      if (error == EINTR) continue;
      return fail_errno(error, "cannot read", std::string(path));
    }
    bytes.resize(held + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
    if (bytes.size() > limit) {
      return fail(ErrorCode::malformed, fmt::format("holds more than {} bytes", limit),
                  std::string(path));
    }
  }
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, "cannot write", std::string(path));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace guestclock::system
