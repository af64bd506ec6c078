#include "measure/stall_log.h"

#include <algorithm>

namespace guestclock::measure {
namespace {

bool shorter(const model::Stall& a, const model::Stall& b) {
  return a.length_s < b.length_s;
}

double& total_of(StallTotals& totals, std::string_view cause) {
  if (cause == "scheduler") return totals.scheduler_s;
  if (cause == "steal") return totals.steal_s;
  if (cause == "irq") return totals.irq_s;
  return totals.unexplained_s;
}

}  // namespace

void StallTotals::add(const StallTotals& other) {
  scheduler_s += other.scheduler_s;
  irq_s += other.irq_s;
  steal_s += other.steal_s;
  unexplained_s += other.unexplained_s;
}

void StallLog::note(Nanoseconds from, Nanoseconds length, const AccountedTime& accounted) {
  model::Stall stall;
  stall.start_s = to_seconds(from - raw_start_);
  stall.length_s = to_seconds(length);
  stall.cause = stall_cause(stall.length_s, accounted, policy_.stall_cause_share);
  total_of(totals_, stall.cause) += stall.length_s;
  longest_s_ = std::max(longest_s_, stall.length_s);
  ++count_;
  list(std::move(stall));
}

void StallLog::list(model::Stall stall) {
  if (stalls_.size() < policy_.stall_list_max) {
    stalls_.push_back(std::move(stall));
    return;
  }
  const auto shortest = std::min_element(stalls_.begin(), stalls_.end(), shorter);
  if (shortest != stalls_.end() && shorter(*shortest, stall)) *shortest = std::move(stall);
}

std::vector<model::Stall> StallLog::listed() const {
  std::vector<model::Stall> stalls = stalls_;
  std::sort(stalls.begin(), stalls.end(),
            [](const model::Stall& a, const model::Stall& b) { return a.start_s < b.start_s; });
  return stalls;
}

}  // namespace guestclock::measure
