#include "measure/accounting.h"

#include <algorithm>

namespace guestclock::measure {

void Accounting::refresh_thread() {
  run_delay_ = counters_.run_delay();
  since_thread_ = Nanoseconds(0);
}

void Accounting::refresh_cpu() {
  cpu_times_ = read_cpu();
  since_cpu_ = Nanoseconds(0);
}

bool Accounting::note_wait(Nanoseconds waited, Nanoseconds shortest_stall) {
  constexpr int kThreadShare = 20;
  constexpr int kCpuShare = 4;  // moves in steps of 10 ms, and is dear to read
  since_thread_ += waited;
  since_cpu_ += waited;
  if (since_thread_ < shortest_stall / kThreadShare) return false;
  refresh_thread();
  if (since_cpu_ >= shortest_stall / kCpuShare) refresh_cpu();
  return true;
}

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
