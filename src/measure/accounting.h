// What the kernel's counters say took a thread's CPU, between two looks at them.
#pragma once

#include <optional>

#include "measure/stall_cause.h"
#include "system/system.h"

namespace guestclock::measure {

/// Of the calling thread and the CPU that it is bound to.
class Accounting {
 public:
  Accounting(const system::KernelCounters& counters, int cpu) : counters_(counters), cpu_(cpu) {}

  void refresh_thread() { run_delay_ = counters_.run_delay(); }
  void refresh_cpu() { cpu_times_ = read_cpu(); }

  /// Growth since the last refresh, which this also is.
  [[nodiscard]] AccountedTime since();

 private:
  [[nodiscard]] std::optional<system::CpuTimes> read_cpu() const;

  const system::KernelCounters& counters_;
  int cpu_;
  Result<Nanoseconds> run_delay_ = fail(ErrorCode::unsupported, "not read");
  std::optional<system::CpuTimes> cpu_times_;
};

/// The calling thread, bound to `cpu`, runs on another: that CPU went offline, and the kernel moved
/// what was bound to it.
[[nodiscard]] bool has_left(const system::Identity& identity, int cpu);

}  // namespace guestclock::measure
