// The rate of every clocksource, while somebody puts the kernel on one after the other (--switch).
//
// The CPU's counter does not mind which clocksource the kernel uses: what CLOCK_MONOTONIC_RAW
// counts by each of them is compared through it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/stop_flag.h"
#include "measure/policy.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

class ClocksourceComparison {
 public:
  /// `raw` is the rate of CLOCK_MONOTONIC_RAW by the clocksource in use. All must outlive this.
  ClocksourceComparison(const system::Clocks& clocks, const system::Network& network,
                        const model::ClockRate& raw, const ClockPolicy& policy,
                        const StopFlag& stop)
      : clocks_(clocks), network_(network), raw_(raw), policy_(policy), stop_(stop) {}

  /// Measures for some seconds while the kernel uses `name`, the one in use first of all; `taken`
  /// fails where the kernel does not use it. Ends early once `stop` is raised: its rate is unknown.
  void add(const std::string& name, const Result<void>& taken);

  [[nodiscard]] const std::vector<model::ClocksourceRate>& rows() const { return rows_; }

 private:
  /// How far the counter went in a nanosecond of RAW.
  struct CounterRate {
    double counts_per_ns = 0;
    double bound = 0;  ///< relative
  };

  [[nodiscard]] Result<CounterRate> count() const;
  [[nodiscard]] Result<void> pass(Nanoseconds duration) const;
  void fill(const CounterRate& own, model::ClocksourceRate& row) const;

  const system::Clocks& clocks_;
  const system::Network& network_;
  const model::ClockRate& raw_;
  const ClockPolicy& policy_;
  const StopFlag& stop_;
  std::optional<CounterRate> first_;
  std::vector<model::ClocksourceRate> rows_;
};

}  // namespace guestclock::measure
