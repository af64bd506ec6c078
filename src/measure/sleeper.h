// The absolute sleeper: sleeps to instants one period apart and counts what was delivered.
//
// Words (docs): an instant is *late* when its wake-up came after it, before the next one, by more
// than the threshold; k instants that passed before the wake-up of an earlier one are *lost*
// (coalesced into it). Lateness is taken on CLOCK_MONOTONIC_RAW, which nothing steers.
#pragma once

#include <atomic>
#include <string>

#include "base/stop_flag.h"
#include "measure/policy.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

/// Counts of one CPU from the lateness of each wake-up. Pure.
class PeriodCount {
 public:
  PeriodCount(Nanoseconds period, double late_share) : period_(period), late_share_(late_share) {}

  /// A wake-up meant for one instant came `lateness` after it (negative counts as none). Returns
  /// how many later instants had passed by then.
  std::int64_t woken(Nanoseconds lateness);

  [[nodiscard]] std::int64_t expected() const { return delivered_ + lost_; }
  [[nodiscard]] std::int64_t delivered() const { return delivered_; }
  [[nodiscard]] std::int64_t lost() const { return lost_; }
  [[nodiscard]] std::int64_t late() const { return late_; }

 private:
  Nanoseconds period_;
  double late_share_;
  std::int64_t delivered_ = 0;
  std::int64_t lost_ = 0;
  std::int64_t late_ = 0;
};

/// Seconds of stalls by cause, all of them, listed or not.
struct StallTotals {
  double scheduler_s = 0;
  double irq_s = 0;
  double steal_s = 0;
  double unexplained_s = 0;
};

struct SleeperResult {
  model::CpuTicks ticks;  ///< interrupts_per_s is the caller's
  StallTotals totals;
  double longest_stall_s = 0;
  std::string failure;  ///< why the CPU could not be watched to the end; empty: it was
};

/// Runs on the calling thread, which is bound to `cpu` already, until `done` or `stop`. Stalls
/// start at the instant that was missed, in seconds since `raw_start`.
[[nodiscard]] SleeperResult run_sleeper(const system::System& system, int cpu,
                                        const TickPolicy& policy, Nanoseconds raw_start,
                                        const std::atomic<bool>& done, const StopFlag& stop);

}  // namespace guestclock::measure
