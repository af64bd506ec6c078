#include "measure/spinner.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/poisson.h"
#include "measure/ticks.h"
#include "support/sim_world.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::SimConfig;
using support::SimStall;
using support::SimWorld;
using Cause = SimStall::Cause;

model::Ticks watch(SimConfig config, Nanoseconds duration, TickPolicy policy) {
  const SimWorld world(std::move(config));
  const StopFlag stop;
  TickProbe probe(world, policy, duration, stop);
  EXPECT_TRUE(world.network().wait({}, duration));
  return probe.finish();
}

model::Ticks watch(SimConfig config, Nanoseconds duration) {
  return watch(std::move(config), duration, tick_policy(shipped_thresholds()));
}

TEST(Spinner, EveryGapIsSeenWithItsLengthAndItsCause) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  config.stalls = {{milliseconds(100), microseconds(50), 0, Cause::none},
                   {milliseconds(500), milliseconds(50), 0, Cause::none},
                   {milliseconds(1200), milliseconds(60), 0, Cause::scheduler},
                   {milliseconds(1500), milliseconds(70), 0, Cause::steal}};
  const model::Ticks ticks = watch(std::move(config), seconds(10));
  const model::CpuTicks& cpu = ticks.per_cpu.at(0);
  const model::Spin& spin = cpu.spin.value();
  EXPECT_NEAR(spin.length_s, 2, 1e-6);
  EXPECT_EQ(spin.gaps, 4);
  EXPECT_NEAR(spin.gaps_s, 0.18005, 1e-9);
  EXPECT_NEAR(spin.longest_s, 0.070, 1e-9);
  EXPECT_EQ(spin.lost, 12 + 15 + 17) << "whole periods of 4 ms";

  ASSERT_EQ(cpu.stalls.size(), 3U);
  EXPECT_NEAR(cpu.stalls[0].start_s, 0.5, 1e-9);
  EXPECT_NEAR(cpu.stalls[0].length_s, 0.05, 1e-9);
  EXPECT_EQ(cpu.stalls[0].cause, "unexplained");
  EXPECT_EQ(cpu.stalls[1].cause, "scheduler");
  EXPECT_EQ(cpu.stalls[2].cause, "steal");
  EXPECT_EQ(ticks.stalls.value(), 3);

  ASSERT_EQ(spin.seconds.size(), 2U);
  EXPECT_NEAR(spin.seconds[0].unexplained_s, 0.05005, 1e-9);
  EXPECT_NEAR(spin.seconds[0].scheduler_s + spin.seconds[0].steal_s, 0, 1e-9);
  EXPECT_NEAR(spin.seconds[1].scheduler_s, 0.06, 1e-9);
  EXPECT_NEAR(spin.seconds[1].steal_s, 0.07, 1e-9);
  EXPECT_NEAR(spin.seconds[1].unexplained_s, 0, 1e-9);
}

TEST(Spinner, WhatSmallerGapsTookIsNotLaidAtAStallsDoor) {
  for (const Cause smaller : {Cause::scheduler, Cause::steal}) {
    SimConfig config = SimConfig::with_rate(0);
    config.cpus = {0};
    for (int i = 0; i < 20; ++i)
      config.stalls.push_back({milliseconds(10 + 20 * i), milliseconds(10), 0, smaller});
    config.stalls.push_back({milliseconds(500), milliseconds(50), 0, Cause::none});
    const model::Ticks ticks = watch(std::move(config), seconds(10));
    const std::vector<model::Stall>& stalls = ticks.per_cpu.at(0).stalls;
    ASSERT_EQ(stalls.size(), 1U);
    EXPECT_EQ(stalls[0].cause, "unexplained");
    EXPECT_NEAR(stalls[0].length_s, 0.05, 1e-6);
  }
}

TEST(Spinner, TheHistogramHoldsEveryGap) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  for (int i = 0; i < 100; ++i) {
    config.stalls.push_back(
        {milliseconds(10 * i + 1), microseconds(i < 90 ? 30 : 3000), 0, Cause::none});
  }
  const model::Spin spin = watch(std::move(config), seconds(10)).per_cpu.at(0).spin.value();
  ASSERT_EQ(spin.histogram.size(), 2U);
  EXPECT_EQ(spin.histogram[0].count, 90);
  EXPECT_LE(spin.histogram[0].from_s, 30e-6);
  EXPECT_GT(spin.histogram[0].to_s, 30e-6);
  EXPECT_EQ(spin.histogram[1].count, 10);
  EXPECT_LT(spin.histogram[1].from_s, 3e-3);
}

TEST(Spinner, CpusSpinInTurn) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0, 1, 3};
  const model::Ticks ticks = watch(std::move(config), seconds(10));
  ASSERT_EQ(ticks.per_cpu.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const model::Spin& spin = ticks.per_cpu[i].spin.value();
    EXPECT_NEAR(spin.start_s, 2.0 * static_cast<double>(i), 0.005);
    EXPECT_LE(spin.start_s + spin.length_s, 2.0 * static_cast<double>(i + 1) + 1e-6);
    EXPECT_EQ(spin.gaps, 0);
    EXPECT_EQ(ticks.per_cpu[i].lost, 0) << "spinning loses no tick";
    EXPECT_NEAR(spin.interrupts_per_s.value(), 250, 2);
  }
}

TEST(Spinner, ManyCpusShareAShortRun) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus.resize(40);
  std::iota(config.cpus.begin(), config.cpus.end(), 0);
  const model::Ticks ticks = watch(std::move(config), seconds(10));
  double spun = 0;
  for (const model::CpuTicks& cpu : ticks.per_cpu)
    spun += cpu.spin.value().length_s;
  EXPECT_LE(spun, 8.001);
  EXPECT_GT(spun, 7.5);
}

TEST(Spinner, ARunThatEndsEarlySaysWhoseTurnDidNotCome) {
  SimConfig config = SimConfig::with_rate(0);
  const SimWorld world(std::move(config));
  const StopFlag stop;
  TickProbe probe(world, tick_policy(shipped_thresholds()), seconds(30), stop);
  EXPECT_TRUE(world.network().wait({}, seconds(1)));
  const model::Ticks ticks = probe.finish();
  EXPECT_NEAR(ticks.per_cpu.at(0).spin.value().length_s, 1, 0.06);
  EXPECT_EQ(ticks.per_cpu.at(1).spin.reason(), "the run ended before its turn");
}

TEST(Spinner, ACpuThatGoesOfflineIsSpunOnUntilThen) {
  SimConfig config = SimConfig::with_rate(0);
  config.offline_from = {{0, seconds(1)}};
  const model::Ticks ticks = watch(std::move(config), seconds(10));
  EXPECT_NEAR(ticks.per_cpu.at(0).spin.value().length_s, 1, 0.06);
  EXPECT_EQ(ticks.per_cpu.at(0).incomplete, "the CPU went offline");
  EXPECT_NEAR(ticks.per_cpu.at(1).spin.value().length_s, 2, 0.01);
}

TEST(Spinner, NoneWhereItIsNotAllowed) {
  TickPolicy policy = tick_policy(shipped_thresholds());
  policy.spin = Nanoseconds(0);
  const model::Ticks ticks = watch(SimConfig::with_rate(0), seconds(5), policy);
  EXPECT_EQ(ticks.per_cpu.at(0).spin.reason(), "--no-spin");
}

TEST(SplitSecond, NobodyGetsMoreThanWhatIsLeft) {
  const model::SpunSecond all = split_second(0.5, {0.3, 0.1, 0.05});
  EXPECT_NEAR(all.scheduler_s, 0.3, 1e-12);
  EXPECT_NEAR(all.steal_s, 0.1, 1e-12);
  EXPECT_NEAR(all.irq_s, 0.05, 1e-12);
  EXPECT_NEAR(all.unexplained_s, 0.05, 1e-12);
  const model::SpunSecond full = split_second(0.2, {0.3, 0.1, {}});
  EXPECT_NEAR(full.scheduler_s, 0.2, 1e-12);
  EXPECT_EQ(full.steal_s, 0);
  EXPECT_EQ(full.unexplained_s, 0);
  EXPECT_EQ(split_second(0.2, {}).unexplained_s, 0.2) << "a counter that is missing proves nothing";
}

TEST(PoissonInterval, IsGarwoods) {
  EXPECT_EQ(poisson_interval(0).low, 0);
  EXPECT_NEAR(poisson_interval(0).high, 3.689, 1e-3);
  EXPECT_NEAR(poisson_interval(10).low, 4.795, 1e-3);
  EXPECT_NEAR(poisson_interval(10).high, 18.390, 1e-3);
  EXPECT_NEAR(poisson_interval(1'000'000).high - 1e6, 1961, 2);
}

}  // namespace
}  // namespace guestclock::measure
