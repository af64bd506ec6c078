// The stalls of one CPU: all of them by cause, the longest of them one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "measure/policy.h"
#include "measure/stall_cause.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// Seconds of stalls by cause, listed or not.
struct StallTotals {
  double scheduler_s = 0;
  double irq_s = 0;
  double steal_s = 0;
  double unexplained_s = 0;

  void add(const StallTotals& other);
};

class StallLog {
 public:
  /// `raw_start`: CLOCK_MONOTONIC_RAW at the start of the measurement.
  StallLog(const TickPolicy& policy, Nanoseconds raw_start)
      : policy_(policy), raw_start_(raw_start) {}

  /// The CPU was last seen at work at `from`, and again `length` later. `accounted`: what the
  /// kernel's counters grew by over (at least) that time.
  void note(Nanoseconds from, Nanoseconds length, const AccountedTime& accounted);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] double longest_s() const { return longest_s_; }
  [[nodiscard]] const StallTotals& totals() const { return totals_; }
  /// The longest, at most as many as the policy lists, by their start.
  [[nodiscard]] std::vector<model::Stall> listed() const;

 private:
  void list(model::Stall stall);

  const TickPolicy& policy_;
  Nanoseconds raw_start_;
  std::int64_t count_ = 0;
  double longest_s_ = 0;
  StallTotals totals_;
  std::vector<model::Stall> stalls_;
};

}  // namespace guestclock::measure
