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

  void refresh_thread();
  void refresh_cpu();

  /// The thread waited for up to this long without being stalled. True where that was put down,
  /// which takes time: of such waits little (a twentieth of `shortest_stall`, of what the CPU's
  /// counters show a quarter) may be laid at the next stall's door. No thread waits longer for its
  /// CPU than it is late.
  bool note_wait(Nanoseconds waited, Nanoseconds shortest_stall);

  /// Growth since the last refresh, which this also is.
  [[nodiscard]] AccountedTime since();

 private:
  [[nodiscard]] std::optional<system::CpuTimes> read_cpu() const;

  const system::KernelCounters& counters_;
  int cpu_;
  Result<Nanoseconds> run_delay_ = fail(ErrorCode::unsupported, "not read");
  std::optional<system::CpuTimes> cpu_times_;
  Nanoseconds since_thread_{};  ///< of waits, after the last refresh
  Nanoseconds since_cpu_{};
};

/// The calling thread, bound to `cpu`, runs on another: that CPU went offline, and the kernel moved
/// what was bound to it.
[[nodiscard]] bool has_left(const system::Identity& identity, int cpu);

}  // namespace guestclock::measure
