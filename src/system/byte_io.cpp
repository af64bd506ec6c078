#include "system/byte_io.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include <fmt/format.h>

namespace guestclock::system {
namespace {

/// How much to ask for next. Most files that are read are a line of sysfs: touching more memory
/// would cost more than reading.
std::size_t next_chunk(const std::string& bytes, bool filled, std::size_t expected) {
  constexpr std::size_t kFirstChunk = 1024;
  constexpr std::size_t kLastChunk = std::size_t{16} << 10U;
  if (bytes.empty()) return kFirstChunk;
  if (!filled) return bytes.capacity() - bytes.size();  // that was the end, as good as surely
  // The end is seen by asking for one byte more than there is.
  if (bytes.size() <= expected) return expected - bytes.size() + 1;
  return std::min(bytes.size() * 4, kLastChunk);
}

}  // namespace

Result<std::string> read_to_end(int fd, std::size_t limit, std::size_t expected,
                                std::string_view path) {
  std::string bytes;
  bool filled = true;
  for (;;) {
    const std::size_t held = bytes.size();
    const std::size_t chunk = next_chunk(bytes, filled, expected);
    // One byte beyond the limit tells "exactly the limit" from "more".
    bytes.resize(held + std::min(chunk, limit - held) + (limit - held < chunk ? 1U : 0U));
    const ssize_t got = ::read(fd, bytes.data() + held, bytes.size() - held);
    if (got < 0) {
      const int error = errno;
      bytes.resize(held);
      if (error == EINTR) continue;
      return fail_errno(error, "cannot read", std::string(path));
    }
    filled = held + static_cast<std::size_t>(got) == bytes.size();
    bytes.resize(held + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
    if (bytes.size() > limit) {
      return fail(ErrorCode::malformed, fmt::format("holds more than {} bytes", limit),
                  std::string(path));
    }
  }
}

Result<std::string> read_first(int fd, std::size_t wanted, std::string_view path) {
  constexpr std::size_t kChunk = std::size_t{8} << 10U;  // most files hold less than is wanted
  std::string bytes;
  std::size_t held = 0;
  while (held < wanted) {
    bytes.resize(std::min(wanted, held + kChunk));
    const ssize_t got = ::read(fd, bytes.data() + held, bytes.size() - held);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, "cannot read", std::string(path));
    if (got == 0) break;
    held += static_cast<std::size_t>(got);
  }
  bytes.resize(held);
  return bytes;
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
