#include "measure/clock_rates.h"

#include <gmock/gmock.h>
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

ClockInventory with_devices(std::vector<std::string> ptp, std::vector<std::string> rtc) {
  ClockInventory inventory;
  inventory.ptp = std::move(ptp);
  inventory.rtc = std::move(rtc);
  return inventory;
}

/// A guest looked at before and after a run.
struct Watched {
  std::unique_ptr<SimWorld> world;
  StopFlag stop;
  ClockInventory inventory;
  std::vector<GuestClock> clocks;
  ClockLook start{{}, {}};
  ClockLook end{{}, {}};

  explicit Watched(SimConfig config, ClockInventory known = {}, Nanoseconds duration = seconds(20))
      : world(std::make_unique<SimWorld>(std::move(config))), inventory(std::move(known)) {
    clocks = open_clocks(*world, inventory, kPolicy, stop);
    start = look_at(clocks, world->counters());
    EXPECT_TRUE(world->network().wait({}, duration));
    end = look_at(clocks, world->counters());
  }

  [[nodiscard]] std::vector<model::ClockRate> rates(const model::Drift& drift) const {
    return clock_rates(clocks, start, end, inventory, drift, kPolicy);
  }
};

std::vector<model::ClockRate> rates(SimConfig config, const model::Drift& drift,
                                    Nanoseconds duration = seconds(20)) {
  return Watched(std::move(config), {}, duration).rates(drift);
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
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_NEAR(row(rows, "monotonic_raw").rate_error_ppm.value(), 100, 1e-9);
  EXPECT_NEAR(row(rows, "monotonic_raw").ci95_ppm.value().half_width(), 0.2, 1e-9);
  EXPECT_NEAR(row(rows, "realtime").rate_error_ppm.value(), -37.5, 0.005);
  EXPECT_NEAR(row(rows, "realtime").ci95_ppm.value().half_width(), 0.2, 0.01);
  EXPECT_NEAR(row(rows, "monotonic").rate_error_ppm.value(), -37.5, 0.005);
  EXPECT_NEAR(row(rows, "boottime").rate_error_ppm.value(), 100, 0.005);
  for (const model::ClockRate& r : rows) {
    if (r.name == "tsc") continue;  // this machine has none
    EXPECT_NEAR(r.read_cost_ns.value(), 25, 1) << r.name;
    EXPECT_FALSE(r.vdso.known());
  }
  EXPECT_EQ(row(rows, "tsc").rate_error_ppm.reason(), "this machine lacks the counter");
}

TEST(ClockRates, ACounterIsJudgedByTheFrequencyThatItsMakerTells) {
  SimConfig config = SimConfig::with_rate(100);
  config.counter_mhz = 2596.128;  // by true time
  config.read_cost = nanoseconds(20);
  ClockInventory inventory;
  inventory.tsc_khz = 2'596'000;
  const auto rows = Watched(config, inventory).rates(drift_of(100, 0.1));
  EXPECT_NEAR(row(rows, "tsc").rate_error_ppm.value(), 128.0 / 2596.0 * 1000, 0.01);
  EXPECT_NEAR(row(rows, "tsc").ci95_ppm.value().half_width(), 0.1, 0.01);
  EXPECT_NEAR(row(rows, "tsc").read_cost_ns.value(), 20, 0.5);
  EXPECT_EQ(row(rows, "tsc").steering_ppm.value(), 0);

  const auto untold = Watched(config).rates(drift_of(100, 0.1));
  EXPECT_THAT(row(untold, "tsc").rate_error_ppm.reason(), testing::HasSubstr("it is 2595.868"));

  inventory.tsc_khz.reset();
  inventory.raw_counts_tsc = true;
  const auto by_kernel = Watched(config, inventory).rates(drift_of(100, 0.1));
  EXPECT_NEAR(row(by_kernel, "tsc").rate_error_ppm.value(), 100, 1e-9);
}

TEST(ClockRates, ReadsThatSpareTheKernelAreToldByTheirCost) {
  ClockPolicy policy = kPolicy;
  policy.cost_reads = 1000;
  policy.vdso_share = 0.75;
  SimConfig config = SimConfig::with_rate(0);
  config.counter_mhz = 2000;
  config.clocks[ClockId::boottime].resolution = milliseconds(4);
  config.devices["ptp0"] = {seconds(50), 0, nanoseconds(1), {}};
  config.devices["rtc0"] = {seconds(50), 0, seconds(1), {}};
  config.read_cost = nanoseconds(24);
  config.system_call_cost = nanoseconds(110);
  ClockInventory inventory;
  inventory.ptp = {"ptp0"};
  inventory.rtc = {"rtc0"};
  const Watched fast(config, inventory);
  auto rows = clock_rates(fast.clocks, fast.start, fast.end, inventory, drift_of(0, 1), policy);
  EXPECT_EQ(row(rows, "realtime").vdso, model::Fact<bool>(true));
  EXPECT_EQ(row(rows, "tsc").vdso, model::Fact<bool>(true));
  EXPECT_EQ(row(rows, "ptp0").vdso, model::Fact<bool>(false));
  EXPECT_EQ(row(rows, "realtime").resolution_ns.value(), 1);
  EXPECT_NEAR(row(rows, "tsc").resolution_ns.value(), 0.5, 1e-6);
  EXPECT_EQ(row(rows, "boottime").resolution_ns.value(), 4e6);
  EXPECT_EQ(row(rows, "boottime").vdso.reason(),
            "one read takes less than this clock's resolution");
  EXPECT_EQ(row(rows, "rtc0").resolution_ns.value(), 1e9);
  EXPECT_FALSE(row(rows, "ptp0").resolution_ns.known());

  config.system_call_cost = nanoseconds(25);
  const Watched slow(config);
  rows = clock_rates(slow.clocks, slow.start, slow.end, {}, drift_of(0, 1), policy);
  EXPECT_EQ(row(rows, "realtime").vdso, model::Fact<bool>(false));
}

TEST(ClockRates, OneReadInFiftyThatCostsMoreShowsInTheNinetyNinthPercentile) {
  int reads = 0;
  Nanoseconds now{};
  const ReadClock read = [&]() -> Result<Nanoseconds> {
    now += nanoseconds(++reads % 50 == 0 ? 5000 : 30);
    return now;
  };
  const auto often = read_cost(read, 1000);
  ASSERT_TRUE(often.has_value());
  EXPECT_EQ(often->median, 30);
  EXPECT_EQ(often->p99, 5000);
  const auto seldom = read_cost(
      [&, n = 0]() mutable -> Result<Nanoseconds> {
        now += nanoseconds(++n % 200 == 0 ? 5000 : 30);
        return now;
      },
      1000);
  EXPECT_EQ(seldom->p99, 30);
  const auto one = read_cost(read, 1);
  EXPECT_EQ(one->p99, one->median);
}

TEST(ClockRates, CpusOutOfStepAreToldOfTheClocksThatGoBack) {
  ClockPolicy policy = kPolicy;
  policy.warp_time = milliseconds(50);
  policy.warp_rounds = 20;
  SimConfig config = SimConfig::with_rate(0);
  config.counter_mhz = 2000;
  config.read_cost = nanoseconds(25);
  config.counter_ahead_on_cpu[1] = std::chrono::microseconds(3);
  const Watched watched(config);
  auto rows = watched.rates(drift_of(0, 1));
  compare_cpus(*watched.world, watched.clocks, policy, watched.stop, rows);
  EXPECT_EQ(row(rows, "monotonic").warp_ns.value(), 0);
  EXPECT_EQ(row(rows, "monotonic_raw").warp_ns.value(), 0);
  EXPECT_NEAR(row(rows, "tsc").warp_ns.value(), 2950, 1);
  EXPECT_THAT(row(rows, "realtime").warp_ns.reason(), testing::HasSubstr("only monotonic"));
}

TEST(ClockRates, WhatAdjtimexAddsIsShownAndTakenAway) {
  SimConfig config = SimConfig::with_rate(100);
  // 100 ppm of the clocksource, 50 by its frequency, 200 by two microseconds of tick.
  config.clocks[ClockId::realtime].rate_error_ppm = 350;
  config.clocks[ClockId::monotonic].rate_error_ppm = 350;
  config.timex = {{seconds(0), {50, 10'002, true}}};
  auto rows = Watched(config).rates(drift_of(100, 0.1));
  EXPECT_NEAR(row(rows, "realtime").steering_ppm.value(), 250, 1e-9);
  EXPECT_NEAR(row(rows, "realtime").unsteered_ppm.value(), 100, 0.05);
  EXPECT_EQ(row(rows, "monotonic_raw").steering_ppm.value(), 0);
  EXPECT_EQ(row(rows, "monotonic_raw").unsteered_ppm, row(rows, "monotonic_raw").rate_error_ppm);

  config.timex.push_back({seconds(5), {60, 10'000, true}});
  rows = Watched(config).rates(drift_of(100, 0.1));
  EXPECT_THAT(row(rows, "realtime").steering_ppm.reason(),
              testing::HasSubstr("changed during the run, from +250.000 to +60.000 ppm"));
  EXPECT_FALSE(row(rows, "realtime").unsteered_ppm.known());
  EXPECT_TRUE(row(rows, "realtime").rate_error_ppm.known());
}

TEST(ClockRates, ClockDevicesHaveRatesToo) {
  SimConfig config = SimConfig::with_rate(100);
  config.read_cost = std::chrono::microseconds(20);
  config.devices["ptp0"] = {seconds(50), 7, nanoseconds(1), {}};
  config.devices["rtc0"] = {milliseconds(1300), -30, seconds(1), {}};
  const Watched run(config, with_devices({"ptp0", "ptp1"}, {"rtc0"}), seconds(60));
  const auto rows = run.rates(drift_of(100, 0.1));
  EXPECT_NEAR(row(rows, "ptp0").rate_error_ppm.value(), 7, 0.7);
  EXPECT_NEAR(row(rows, "ptp0").ci95_ppm.value().half_width(), 0.66, 0.1);
  const model::ClockRate& rtc = row(rows, "rtc0");
  EXPECT_NEAR(rtc.rate_error_ppm.value(), -30, rtc.ci95_ppm.value().half_width());
  EXPECT_LT(rtc.ci95_ppm.value().half_width(), 2) << "bracketed to 60 us, 60 s apart";
  EXPECT_EQ(rtc.read_cost_ns.reason(), "it counts whole seconds");
  EXPECT_THAT(row(rows, "ptp1").rate_error_ppm.reason(), testing::HasSubstr("lacks the device"));
}

TEST(DriftByDevice, ThePtpClockIsPreferredAndItsOwnErrorAdded) {
  SimConfig config = SimConfig::with_rate(100);
  config.read_cost = nanoseconds(500);
  config.devices["ptp0"] = {seconds(50), 0, nanoseconds(1), {}};
  config.devices["rtc0"] = {milliseconds(1300), -30, seconds(1), {}};
  DriftPolicy policy;
  policy.wide_ppm = 5;
  policy.ptp_systematic_ppm = 1;
  policy.rtc_systematic_ppm = 20;
  const Watched both(config, with_devices({"ptp0"}, {"rtc0"}));
  const auto drift = drift_by_device(both.clocks, both.start, both.end, policy);
  ASSERT_TRUE(drift);
  EXPECT_EQ(drift->reference, "ptp0");
  EXPECT_NEAR(drift->rate_error_ppm.value(), 100, 0.1);
  EXPECT_NEAR(drift->ci95_ppm.value().half_width(), 1, 0.01);
  EXPECT_EQ(drift->systematic_ppm, 1);
  EXPECT_TRUE(drift->flags.empty());
  EXPECT_FALSE(drift->offset_s.known());

  const Watched one(config, with_devices({}, {"rtc0"}));
  const auto by_rtc = drift_by_device(one.clocks, one.start, one.end, policy);
  ASSERT_TRUE(by_rtc);
  EXPECT_EQ(by_rtc->reference, "rtc0");
  EXPECT_NEAR(by_rtc->rate_error_ppm.value(), 130, 1);
  EXPECT_GT(by_rtc->ci95_ppm.value().half_width(), 20);
  EXPECT_EQ(by_rtc->flags, std::vector<std::string>{"wide"});

  const Watched none(config, with_devices({"ptp7"}, {}));
  EXPECT_FALSE(drift_by_device(none.clocks, none.start, none.end, policy));
}

TEST(SecondEdge, AClockThatStandsStillIsGivenUp) {
  const SimWorld world(SimConfig::with_rate(0));
  const StopFlag stop;
  const ReadClock still = [] { return Result<Nanoseconds>(seconds(7)); };
  const auto edge = second_edge(world, still, stop);
  ASSERT_FALSE(edge);
  EXPECT_EQ(edge.error().code, ErrorCode::timeout);
  EXPECT_LT(world.time().now(), seconds(4));
}

TEST(SecondEdge, AStopEndsIt) {
  const SimWorld world(SimConfig::with_rate(0));
  StopFlag stop;
  stop.request(2);
  const ReadClock still = [] { return Result<Nanoseconds>(seconds(7)); };
  EXPECT_FALSE(second_edge(world, still, stop));
  EXPECT_EQ(world.time().now(), Nanoseconds(0));
}

TEST(ClockRates, TheSandwichWidthWidensTheInterval) {
  SimConfig config = SimConfig::with_rate(0);
  config.read_cost = milliseconds(1);
  const auto rows = rates(std::move(config), drift_of(0, 0.001), seconds(10));
  // Two sandwiches of 2 ms, 10 s and 4 * 200 * 3 reads of 1 ms (and the last of the counter, which
  // this machine lacks, 1 ms) apart: 161 ppm.
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
    EXPECT_EQ(r.read_cost_ns.known(), r.name != "tsc");
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
