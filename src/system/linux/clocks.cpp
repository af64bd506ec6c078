#include "system/linux/clocks.h"

#include <cerrno>
#include <ctime>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#endif

#include "system/linux/clock_devices.h"

namespace guestclock::system {
namespace {

clockid_t native(ClockId id) {
  switch (id) {
    case ClockId::realtime:
      return CLOCK_REALTIME;
    case ClockId::monotonic:
      return CLOCK_MONOTONIC;
    case ClockId::monotonic_raw:
      return CLOCK_MONOTONIC_RAW;
    case ClockId::boottime:
      return CLOCK_BOOTTIME;
    case ClockId::tai:
      return CLOCK_TAI;
  }
  return CLOCK_REALTIME;
}

}  // namespace

Result<Nanoseconds> LiveClocks::read(ClockId id) const {
  timespec now{};
  if (::clock_gettime(native(id), &now) != 0) {
    if (errno == EINVAL) return fail(ErrorCode::unsupported, "this kernel has no such clock");
    return fail_errno(errno, "cannot read the clock");
  }
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

Result<Nanoseconds> LiveClocks::tick() const {
  timespec resolution{};
  if (::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) != 0) return Clocks::tick();
  const Nanoseconds tick =
      std::chrono::seconds(resolution.tv_sec) + Nanoseconds(resolution.tv_nsec);
  // Kernels that are not Linux give what they like.
  constexpr auto kShortest = std::chrono::microseconds(100);
  constexpr auto kLongest = std::chrono::milliseconds(100);
  return tick >= kShortest && tick <= kLongest ? Result<Nanoseconds>(tick) : Clocks::tick();
}

Result<std::uint64_t> LiveClocks::read_counter() const {
#if defined(__x86_64__) || defined(__i386__)
  // LFENCE: the counter is read neither before what precedes it nor after what follows.
  _mm_lfence();
  const std::uint64_t count = __rdtsc();
  _mm_lfence();
  return count;
#elif defined(__aarch64__)
  std::uint64_t count = 0;
  asm volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(count)::"memory");
  return count;
#else
  return fail(ErrorCode::unsupported, "guestclock cannot read this processor's counter");
#endif
}

Result<std::unique_ptr<ClockDevice>> LiveClocks::open_device(std::string_view name) const {
  return open_clock_device(name);
}

Result<void> LiveClocks::sleep_until(ClockId id, Nanoseconds instant) const {
  if (id != ClockId::realtime && id != ClockId::monotonic) {
    return fail(ErrorCode::usage, "only REALTIME and MONOTONIC can be slept on");
  }
  if (instant < Nanoseconds::zero()) return {};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  timespec until{};
  until.tv_sec = seconds.count();
  until.tv_nsec = (instant - seconds).count();
  const int error = ::clock_nanosleep(native(id), TIMER_ABSTIME, &until, nullptr);
  if (error == 0 || error == EINTR) return {};
  return fail_errno(error, "cannot sleep");
}

}  // namespace guestclock::system
