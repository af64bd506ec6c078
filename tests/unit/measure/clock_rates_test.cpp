#include "measure/clock_rates.h"

#include <gtest/gtest.h>

#include "support/sim_world.h"

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using support::SimConfig;
using support::SimWorld;
using system::ClockId;

constexpr ClockPolicy kPolicy{200, std::chrono::microseconds(20)};

model::Drift drift_of(double ppm, double half) {
  model::Drift drift;
  drift.rate_error_ppm = ppm;
  drift.ci95_ppm = model::Interval{ppm - half, ppm + half};
  return drift;
}

std::vector<model::ClockRate> rates(SimConfig config, const model::Drift& drift,
                                    Nanoseconds duration = seconds(20)) {
  const SimWorld world(std::move(config));
  const auto start = read_clocks(world.clocks(), kPolicy);
  EXPECT_TRUE(world.network().wait({}, duration));
  const auto end = read_clocks(world.clocks(), kPolicy);
  return clock_rates(world.clocks(), start, end, drift, kPolicy);
}

const model::ClockRate& row(const std::vector<model::ClockRate>& rows, const std::string& name) {
  for (const model::ClockRate& r : rows) {
    if (r.name == name) return r;
  }
  ADD_FAILURE() << "no row " << name;
  return rows.front();
}

TEST(ClockRates, EveryClockIsItsRatioTimesTheDriftOfRaw) {
  SimConfig config = SimConfig::with_rate(100);
  for (const ClockId steered : {ClockId::realtime, ClockId::monotonic, ClockId::tai}) {
    config.clocks[steered].rate_error_ppm = -37.5;
  }
  config.read_cost = nanoseconds(25);
  const auto rows = rates(std::move(config), drift_of(100, 0.2));
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_NEAR(row(rows, "monotonic_raw").rate_error_ppm.value(), 100, 1e-9);
  EXPECT_NEAR(row(rows, "monotonic_raw").ci95_ppm.value().half_width(), 0.2, 1e-9);
  EXPECT_NEAR(row(rows, "realtime").rate_error_ppm.value(), -37.5, 0.005);
  EXPECT_NEAR(row(rows, "realtime").ci95_ppm.value().half_width(), 0.2, 0.01);
  EXPECT_NEAR(row(rows, "monotonic").rate_error_ppm.value(), -37.5, 0.005);
  EXPECT_NEAR(row(rows, "boottime").rate_error_ppm.value(), 100, 0.005);
  for (const model::ClockRate& r : rows) {
    EXPECT_NEAR(r.read_cost_ns.value(), 25, 1) << r.name;
    EXPECT_FALSE(r.vdso.known());
  }
}

TEST(ClockRates, TheSandwichWidthWidensTheInterval) {
  SimConfig config = SimConfig::with_rate(0);
  config.read_cost = milliseconds(1);
  const auto rows = rates(std::move(config), drift_of(0, 0.001), seconds(10));
  // Two sandwiches of 2 ms, 10 s and 4 * 200 * 3 reads of 1 ms apart: 161 ppm.
  EXPECT_NEAR(row(rows, "realtime").ci95_ppm.value().half_width(), 161, 2);
  EXPECT_NEAR(row(rows, "monotonic_raw").ci95_ppm.value().half_width(), 0.001, 1e-9);
}

TEST(ClockRates, ARealtimeThatWasSetHasNoRate) {
  SimConfig config = SimConfig::with_rate(0);
  config.clocks[ClockId::realtime].steps = {{seconds(10), -milliseconds(250)}};
  const auto rows = rates(std::move(config), drift_of(0, 0.1));
  const model::ClockRate& realtime = row(rows, "realtime");
  ASSERT_FALSE(realtime.rate_error_ppm.known());
  EXPECT_EQ(realtime.rate_error_ppm.reason(), "the clock was set by -0.250000 s during the run");
  EXPECT_FALSE(realtime.ci95_ppm.known());
  EXPECT_TRUE(row(rows, "tai").rate_error_ppm.known());
  EXPECT_TRUE(row(rows, "monotonic").rate_error_ppm.known());
}

TEST(ClockRates, WithoutDriftOnlyTheReadCostIsKnown) {
  model::Drift drift;
  drift.rate_error_ppm = model::Fact<double>::unknown("no server");
  SimConfig config = SimConfig::with_rate(0);
  config.read_cost = nanoseconds(25);
  const auto rows = rates(std::move(config), drift);
  for (const model::ClockRate& r : rows) {
    EXPECT_EQ(r.rate_error_ppm.reason(), "no server");
    EXPECT_EQ(r.ci95_ppm.reason(), "no server");
    EXPECT_TRUE(r.read_cost_ns.known());
  }
}

TEST(ClockRates, AClockThatCannotBeReadSaysSo) {
  SimConfig config = SimConfig::with_rate(0);
  config.clocks.erase(ClockId::tai);
  const auto rows = rates(std::move(config), drift_of(0, 0.1));
  EXPECT_EQ(row(rows, "tai").rate_error_ppm.reason(), "this machine lacks the clock");
  EXPECT_EQ(row(rows, "tai").read_cost_ns.reason(), "this machine lacks the clock");
}

TEST(ClockRates, ReadCostOfACoarseClockIsUnknown) {
  SimConfig config = SimConfig::with_rate(0);
  for (auto& [id, clock] : config.clocks)
    clock.resolution = milliseconds(4);
  config.read_cost = nanoseconds(50);
  const auto rows = rates(std::move(config), drift_of(0, 0.1));
  EXPECT_FALSE(row(rows, "realtime").read_cost_ns.known());
}

}  // namespace
}  // namespace guestclock::measure
