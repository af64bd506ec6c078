#include "system/linux/clocks.h"

#include <cerrno>
#include <ctime>

#include <sys/syscall.h>
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

Nanoseconds since_start(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

/// The clock_gettime system call: 0, or an error number below zero.
[[maybe_unused]] long enter_clock_gettime(clockid_t id, timespec& out) {
#if defined(__x86_64__) && defined(__LP64__)
  long result = SYS_clock_gettime;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(static_cast<long>(id)), "S"(&out)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__) && defined(__LP64__)
  register long number asm("x8") = SYS_clock_gettime;
  register long result asm("x0") = id;
  register timespec* target asm("x1") = &out;
  asm volatile("svc 0" : "+r"(result) : "r"(number), "r"(target) : "memory");
  return result;
#else
  static_cast<void>(id);
  static_cast<void>(out);
  return -ENOSYS;
#endif
}

}  // namespace

Result<Nanoseconds> LiveClocks::read(ClockId id) const {
  timespec now{};
  if (::clock_gettime(native(id), &now) != 0) {
    if (errno == EINVAL) return fail(ErrorCode::unsupported, "this kernel has no such clock");
    return fail_errno(errno, "cannot read the clock");
  }
  return since_start(now);
}

Result<Nanoseconds> LiveClocks::tick() const {
  timespec resolution{};
  if (::clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) != 0) return Clocks::tick();
  const Nanoseconds tick = since_start(resolution);
  // Kernels that are not Linux give what they like.
  constexpr auto kShortest = std::chrono::microseconds(100);
  constexpr auto kLongest = std::chrono::milliseconds(100);
  return tick >= kShortest && tick <= kLongest ? Result<Nanoseconds>(tick) : Clocks::tick();
}

Result<Nanoseconds> LiveClocks::resolution(ClockId id) const {
  timespec resolution{};
  if (::clock_getres(native(id), &resolution) != 0) {
    if (errno == EINVAL) return fail(ErrorCode::unsupported, "this kernel has no such clock");
    return fail_errno(errno, "cannot read the clock's resolution");
  }
  return since_start(resolution);
}

Result<Nanoseconds> LiveClocks::read_in_kernel(ClockId id) const {
  timespec now{};
  const long error = enter_clock_gettime(native(id), now);
  if (error == -ENOSYS) return Clocks::read_in_kernel(id);
  if (error != 0) return fail_errno(static_cast<int>(-error), "cannot read the clock");
  return since_start(now);
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
