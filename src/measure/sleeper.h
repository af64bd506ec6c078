// The absolute sleeper: sleeps to instants one period apart and counts what was delivered.
//
// Words (docs): an instant is *late* when its wake-up came after it, before the next one, by more
// than the threshold; k instants that passed before the wake-up of an earlier one are *lost*
// (coalesced into it). Lateness is taken on CLOCK_MONOTONIC_RAW, which nothing steers.
#pragma once

#include <atomic>
#include <string>

#include "base/stop_flag.h"
#include "measure/accounting.h"
#include "measure/clock_reading.h"
#include "measure/length_histogram.h"
#include "measure/policy.h"
#include "measure/stall_log.h"
#include "system/system.h"

namespace guestclock::measure {

/// Counts of one CPU from the lateness of each wake-up. Pure.
class PeriodCount {
 public:
  PeriodCount(Nanoseconds period, double late_share) : period_(period), late_share_(late_share) {}

  /// Of the instants from now on; what was counted stays.
  void set_period(Nanoseconds period) { period_ = period; }

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

/// Sleeps on the calling thread, which is bound to its CPU already. Its period is 1/`policy.hz`, or
/// as much longer as keeps the thread's CPU time within `policy.cost_share`.
class Sleeper {
 public:
  /// All must outlive it.
  Sleeper(const system::System& system, int cpu, const TickPolicy& policy, StallLog& stalls);

  /// Until CLOCK_MONOTONIC_RAW shows `until`, or `done` or `stop`. May be called again after a
  /// pause, of which nothing counts.
  void run(Nanoseconds until, const std::atomic<bool>& done, const StopFlag& stop);

  /// The present one.
  [[nodiscard]] Nanoseconds period() const { return period_; }
  [[nodiscard]] const PeriodCount& count() const { return count_; }
  /// From each instant slept to until the wake-up.
  [[nodiscard]] const LengthHistogram& lateness() const { return lateness_; }
  /// Why the CPU could not be watched to the end; empty: it was.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  [[nodiscard]] Result<Sandwich> look();
  void sleep_once();
  void keep_within_cost(Nanoseconds raw);

  const system::Clocks& clocks_;
  const system::Identity& identity_;
  const system::KernelCounters& counters_;
  int cpu_;
  const TickPolicy& policy_;
  Nanoseconds shortest_period_;
  Nanoseconds period_;
  PeriodCount count_;
  LengthHistogram lateness_;
  Accounting accounting_;
  StallLog& stalls_;
  Nanoseconds raw_{};  ///< when it was last awake
  Nanoseconds raw_minus_monotonic_{};
  Nanoseconds next_{};
  Result<Nanoseconds> thread_time_ = fail(ErrorCode::unsupported, "not read");
  Nanoseconds cost_{};       ///< CPU time of all wake-ups up to `thread_time_`
  Nanoseconds watched_{};    ///< how long they took together, up to `accounted_`
  Nanoseconds accounted_{};  ///< when `thread_time_` was read
  std::string failure_;
};

}  // namespace guestclock::measure
