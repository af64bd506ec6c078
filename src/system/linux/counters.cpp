#include "system/linux/counters.h"

#include <array>
#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "system/linux/counter_text.h"

namespace guestclock::system {
namespace {

/// /proc/interrupts of a machine with thousands of CPUs and vectors.
constexpr std::size_t kTableLimit = std::size_t{64} << 20U;

/// thread-self since Linux 3.17; before, a process of several threads is not told apart.
int open_schedstat() {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC;
  const int fd = ::open("/proc/thread-self/schedstat", kFlags);
  return fd >= 0 ? fd : ::open("/proc/self/schedstat", kFlags);
}

}  // namespace

Result<Timex> LiveCounters::timex() const {
  ::timex kernel{};  // modes 0: asks, sets nothing
  if (::adjtimex(&kernel) == -1) return fail_errno(errno, "cannot read the clock discipline");
  constexpr double kScale = 65536.0;  // adjtimex(2): ppm with a 16-bit fraction
  Timex out;
  out.frequency_ppm = static_cast<double>(kernel.freq) / kScale;
  out.tick_us = kernel.tick;
  out.synchronised = (kernel.status & STA_UNSYNC) == 0;
  return out;
}

Result<std::vector<std::pair<int, std::uint64_t>>> LiveCounters::timer_interrupts() const {
  const auto text = files_.read("/proc/interrupts", kTableLimit);
  if (!text) return tl::make_unexpected(text.error());
  return parse_timer_interrupts(*text);
}

Result<std::vector<std::pair<int, CpuTimes>>> LiveCounters::cpu_times() const {
  const auto text = files_.read("/proc/stat", kTableLimit);
  if (!text) return tl::make_unexpected(text.error());
  const long ticks = ::sysconf(_SC_CLK_TCK);
  if (ticks <= 0) return fail(ErrorCode::unsupported, "the unit of /proc/stat is not known");
  return parse_cpu_times(*text, ticks);
}

Result<Nanoseconds> LiveCounters::run_delay() const {
  // Asked at every tick, so opened once: it stays the file of the thread that opened it.
  thread_local const UniqueFd file(open_schedstat());
  if (!file.valid()) {
    return fail(ErrorCode::unsupported, "this kernel does not account run-queue delay");
  }
  std::array<char, 128> text{};  // three numbers
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size < 0) return fail_errno(errno, "cannot read how long the thread waited for its CPU");
  return parse_run_delay({text.data(), static_cast<std::size_t>(size)});
}

Result<std::int64_t> LiveCounters::involuntary_switches() const {
  rusage used{};
  if (::getrusage(RUSAGE_THREAD, &used) != 0) {
    return fail_errno(errno, "cannot read the thread's accounting");
  }
  return used.ru_nivcsw;
}

Result<Nanoseconds> LiveCounters::thread_time() const {
  timespec used{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) {
    return fail_errno(errno, "cannot read the thread's CPU time");
  }
  return std::chrono::seconds(used.tv_sec) + Nanoseconds(used.tv_nsec);
}

Result<Nanoseconds> LiveCounters::ticked() const {
  const long per_second = ::sysconf(_SC_CLK_TCK);
  if (per_second <= 0) return fail(ErrorCode::unsupported, "the unit of times(2) is not known");
  tms unused{};
  const auto count = static_cast<std::int64_t>(::times(&unused));
  if (count == -1) return fail(ErrorCode::io, "cannot read how many ticks the kernel counted");
  return Nanoseconds(std::chrono::seconds(1)) / per_second * count;
}

}  // namespace guestclock::system
