#include "system/linux/clock_devices.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string>

#include <fcntl.h>
#include <linux/rtc.h>
#include <sys/ioctl.h>

#include "base/text.h"
#include "base/unique_fd.h"

namespace guestclock::system {
namespace {

class PtpClock final : public ClockDevice {
 public:
  explicit PtpClock(UniqueFd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] Result<Nanoseconds> read() const override {
    // FD_TO_CLOCKID of the kernel's documentation (Documentation/driver-api/ptp.rst).
    constexpr unsigned kClockFd = 3;
    const auto id = static_cast<clockid_t>((~static_cast<unsigned>(fd_.get()) << 3U) | kClockFd);
    timespec now{};
    if (::clock_gettime(id, &now) != 0) return fail_errno(errno, "cannot read the PTP clock");
    return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
  }

 private:
  UniqueFd fd_;
};

class Rtc final : public ClockDevice {
 public:
  explicit Rtc(UniqueFd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] Result<Nanoseconds> read() const override {
    rtc_time now{};
    if (::ioctl(fd_.get(), RTC_RD_TIME, &now) != 0) return fail_errno(errno, "cannot read the RTC");
    std::tm civil{};
    civil.tm_sec = now.tm_sec;
    civil.tm_min = now.tm_min;
    civil.tm_hour = now.tm_hour;
    civil.tm_mday = now.tm_mday;
    civil.tm_mon = now.tm_mon;
    civil.tm_year = now.tm_year;
    return std::chrono::seconds(::timegm(&civil));
  }

 private:
  UniqueFd fd_;
};

bool is_numbered(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && name.size() > prefix.size() &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<std::unique_ptr<ClockDevice>> open_clock_device(std::string_view name) {
  const bool is_ptp = is_numbered(name, "ptp");
  if (!is_ptp && !is_numbered(name, "rtc")) {
    return fail(ErrorCode::usage, "is no clock device", printable(name));
  }
  const std::string path = "/dev/" + std::string(name);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return fail_errno(errno, "cannot open", path);
  if (is_ptp) return std::make_unique<PtpClock>(std::move(fd));
  return std::make_unique<Rtc>(std::move(fd));
}

}  // namespace guestclock::system
