#include "measure/selftest.h"

#include <gtest/gtest.h>

#include "support/sim_world.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

model::Drift measured(double rate, double half_width) {
  model::Drift drift;
  drift.rate_error_ppm = rate;
  drift.ci95_ppm = model::Interval{rate - half_width, rate + half_width};
  return drift;
}

TEST(Selftest, WorksWhereTheKnownRateIsFound) {
  EXPECT_TRUE(judge_selftest(100, measured(100.2, 0.1), 5).value());
  EXPECT_FALSE(judge_selftest(100, measured(100.4, 0.1), 5).value()) << "four half-widths away";
  EXPECT_FALSE(judge_selftest(100, measured(-100, 0.1), 5).value()) << "the wrong sign";
  EXPECT_FALSE(judge_selftest(100, measured(100, 6), 5).value()) << "anything is within 6 ppm";
}

TEST(Selftest, WithoutARateNothingIsSaid) {
  model::Drift drift;
  drift.rate_error_ppm = model::Fact<double>::unknown("no answers");
  EXPECT_EQ(judge_selftest(100, drift, 5).reason(), "no answers");
}

TEST(Selftest, AMachineThatCannotListenSaysSo) {
  const support::SimWorld world(support::SimConfig::with_rate(0));
  const StopFlag stop;
  const model::Selftest result = selftest(world, shipped_thresholds(), stop);
  EXPECT_EQ(result.works.reason(), "nothing can listen there");
  EXPECT_EQ(result.drift.rate_error_ppm.reason(), result.works.reason());
}

}  // namespace
}  // namespace guestclock::measure
