// The kernel's counters and its clock discipline, read from /proc and adjtimex.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class LiveCounters final : public KernelCounters {
 public:
  /// `files` of the running machine; must outlive this.
  explicit LiveCounters(const Files& files) : files_(files) {}

  [[nodiscard]] Result<Timex> timex() const override;
  [[nodiscard]] Result<std::vector<std::pair<int, std::uint64_t>>> timer_interrupts()
      const override;
  [[nodiscard]] Result<std::vector<std::pair<int, CpuTimes>>> cpu_times() const override;
  [[nodiscard]] Result<Nanoseconds> run_delay() const override;
  [[nodiscard]] Result<std::int64_t> involuntary_switches() const override;
  [[nodiscard]] Result<Nanoseconds> thread_time() const override;
  /// By times(2), which reads jiffies and needs no privilege.
  [[nodiscard]] Result<Nanoseconds> ticked() const override;

 private:
  const Files& files_;
};

}  // namespace guestclock::system
