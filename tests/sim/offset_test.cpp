// The offset that a fit tells, against the one that the simulation knows.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "measure/drift_summary.h"
#include "sim/evaluation.h"

namespace guestclock::sim {
namespace {

/// Server minus local when the local clock shows `local`: both clocks of simulate() are known.
double true_offset(const Run& run, Nanoseconds local) {
  constexpr Nanoseconds kServerStart = std::chrono::seconds(1'795'392'000);
  constexpr Nanoseconds kLocalStart = std::chrono::seconds(1000);
  const double shown = to_seconds(local - kLocalStart);
  return to_seconds(kServerStart - kLocalStart) + shown / (1 + run.rate_error) - shown;
}

TEST(Offset, ItsIntervalIsRightWhereThePathIsSymmetric) {
  constexpr int kRuns = 100;
  int right = 0;
  int all = 0;
  for (const Scenario& scenario : stationary_scenarios(64)) {
    if (scenario.law == Law::asymmetric) continue;
    for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
      const sim::Run run = simulate(scenario, seed);
      const Nanoseconds local = run.exchanges.back().t4;
      const measure::Sandwich same{local, local, Nanoseconds(0)};
      const model::Drift drift =
          measure::summarise_drift(measure::fit_drift(run.exchanges), run.exchanges, {}, same);
      const model::Interval interval = drift.offset_ci95_s.value();
      const double truth = true_offset(run, local);
      EXPECT_NEAR(drift.offset_s.value(), truth, drift.offset_bound_s.value());
      right += interval.low <= truth && truth <= interval.high ? 1 : 0;
      ++all;
    }
  }
  const double share = static_cast<double>(right) / all;
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.99);
}

}  // namespace
}  // namespace guestclock::sim
