#include "measure/accounting.h"

#include <algorithm>

namespace guestclock::measure {

AccountedTime Accounting::since() {
  AccountedTime grown;
  const Result<Nanoseconds> delay_before = run_delay_;
  const std::optional<system::CpuTimes> cpu_before = cpu_times_;
  refresh_thread();
  refresh_cpu();
  if (delay_before && run_delay_) grown.scheduler_s = to_seconds(*run_delay_ - *delay_before);
  if (cpu_before && cpu_times_) {
    grown.steal_s = cpu_times_->steal_s - cpu_before->steal_s;
    grown.irq_s = cpu_times_->irq_s - cpu_before->irq_s;
  }
  return grown;
}

std::optional<system::CpuTimes> Accounting::read_cpu() const {
  const auto all = counters_.cpu_times();
  if (!all) return std::nullopt;
  const auto own =
      std::find_if(all->begin(), all->end(), [this](const auto& c) { return c.first == cpu_; });
  return own == all->end() ? std::nullopt : std::optional(own->second);
}

bool has_left(const system::Identity& identity, int cpu) {
  const Result<int> now = identity.current_cpu();
  return now && *now != cpu;
}

}  // namespace guestclock::measure
