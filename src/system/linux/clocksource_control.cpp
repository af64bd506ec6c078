#include "system/linux/clocksource_control.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace guestclock::system {
namespace {

constexpr const char* kCurrent = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
constexpr const char* kAvailable =
    "/sys/devices/system/clocksource/clocksource0/available_clocksource";

Result<std::string> read_from_start(int fd, const char* path) {
  std::array<char, 4096> buffer{};  // sysfs gives a page at most
  const ssize_t size = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (size < 0) return fail_errno(errno, "cannot read", path);
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

}  // namespace

Result<std::unique_ptr<ClocksourceControl>> LiveClocksourceControl::open() {
  UniqueFd fd(::open(kCurrent, O_RDWR | O_CLOEXEC));
  if (!fd.valid()) {
    Error error = error_from_errno(errno, "cannot choose a clocksource", kCurrent);
    if (error.code == ErrorCode::permission) error.hint = "--switch needs root";
    return tl::make_unexpected(std::move(error));
  }
  return std::unique_ptr<ClocksourceControl>(new LiveClocksourceControl(std::move(fd)));
}

Result<std::string> LiveClocksourceControl::current() const {
  auto text = read_from_start(current_.get(), kCurrent);
  if (!text) return text;
  return std::string(trim(*text));
}

Result<std::vector<std::string>> LiveClocksourceControl::available() const {
  const UniqueFd fd(::open(kAvailable, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return fail_errno(errno, "cannot open", kAvailable);
  const auto text = read_from_start(fd.get(), kAvailable);
  if (!text) return tl::make_unexpected(text.error());
  return words(*text);
}

Result<void> LiveClocksourceControl::choose(std::string_view name) {
  if (::pwrite(current_.get(), name.data(), name.size(), 0) < 0) {
    return fail_errno(errno, "cannot choose the clocksource " + std::string(name), kCurrent);
  }
  return {};
}

}  // namespace guestclock::system
