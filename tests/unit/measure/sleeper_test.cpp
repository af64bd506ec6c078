#include "measure/sleeper.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/stall_cause.h"
#include "measure/ticks.h"
#include "support/sim_world.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::SimConfig;
using support::SimStall;
using support::SimWorld;
using system::ClockId;

constexpr Nanoseconds kPeriod = milliseconds(4);

TEST(PeriodCount, OnTimeIsDeliveredAndNeitherLateNorLost) {
  PeriodCount count(kPeriod, 0.1);
  EXPECT_EQ(count.woken(Nanoseconds(0)), 0);
  EXPECT_EQ(count.woken(-milliseconds(1)), 0);
  EXPECT_EQ(count.woken(kPeriod / 10), 0);
  EXPECT_EQ(count.delivered(), 3);
  EXPECT_EQ(count.late(), 0);
  EXPECT_EQ(count.lost(), 0);
  EXPECT_EQ(count.expected(), 3);
}

TEST(PeriodCount, LateIsAfterItsInstantBeforeTheNextOne) {
  PeriodCount count(kPeriod, 0.1);
  count.woken(kPeriod / 10 + Nanoseconds(1));
  count.woken(kPeriod - Nanoseconds(1));
  EXPECT_EQ(count.late(), 2);
  EXPECT_EQ(count.lost(), 0);
}

TEST(PeriodCount, EveryWholePeriodIsOneLost) {
  PeriodCount count(kPeriod, 0.1);
  EXPECT_EQ(count.woken(kPeriod), 1);
  EXPECT_EQ(count.woken(5 * kPeriod + kPeriod / 2), 5);
  EXPECT_EQ(count.delivered(), 2);
  EXPECT_EQ(count.lost(), 6);
  EXPECT_EQ(count.late(), 1) << "the second came half a period after the last instant it covers";
  EXPECT_EQ(count.expected(), 8);
}

TEST(StallCause, NamesWhoeverAccountsForMostOfIt) {
  const double length = 0.1;
  EXPECT_EQ(stall_cause(length, {0.09, 0.0, 0.0}, 0.5), "scheduler");
  EXPECT_EQ(stall_cause(length, {0.01, 0.05, 0.0}, 0.5), "steal");
  EXPECT_EQ(stall_cause(length, {0.01, 0.01, 0.06}, 0.5), "irq");
  EXPECT_EQ(stall_cause(length, {0.01, 0.0, 0.0}, 0.5), "unexplained");
  EXPECT_EQ(stall_cause(length, {}, 0.5), "unexplained");
}

model::Ticks watch(SimConfig config, Nanoseconds duration) {
  const SimWorld world(std::move(config));
  const StopFlag stop;
  TickPolicy policy = tick_policy(shipped_thresholds());
  policy.spin = Nanoseconds(0);
  TickProbe probe(world, policy, duration, stop);
  EXPECT_TRUE(world.network().wait({}, duration));
  return probe.finish();
}

TEST(TickProbe, AHealthyMachineLosesNothing) {
  const model::Ticks ticks = watch(SimConfig::with_rate(0), seconds(2));
  EXPECT_EQ(ticks.hz.value(), 250);
  EXPECT_EQ(ticks.counter.value(), "monotonic_raw");
  ASSERT_EQ(ticks.per_cpu.size(), 2U);
  for (const model::CpuTicks& cpu : ticks.per_cpu) {
    EXPECT_NEAR(static_cast<double>(cpu.expected), 500, 1);
    EXPECT_EQ(cpu.delivered, cpu.expected);
    EXPECT_EQ(cpu.lost, 0);
    EXPECT_EQ(cpu.late, 0);
    EXPECT_TRUE(cpu.stalls.empty());
    EXPECT_NEAR(cpu.interrupts_per_s.value(), 250, 2);
  }
  EXPECT_EQ(ticks.per_cpu[1].cpu, 1);
  EXPECT_EQ(ticks.lost.value(), 0);
  EXPECT_EQ(ticks.late.value(), 0);
  EXPECT_EQ(ticks.longest_stall_s.value(), 0);
  EXPECT_EQ(ticks.steal_s.value(), 0);
  EXPECT_EQ(ticks.attribution.unexplained_s.value(), 0);
}

/// What a sleeper does in ten seconds where each wake-up takes this much CPU time.
model::Ticks watch_at(Nanoseconds wake_cost) {
  SimConfig config = SimConfig::with_rate(0);
  config.wake_cost = [wake_cost](Nanoseconds /*so_far*/) { return wake_cost; };
  return watch(std::move(config), seconds(10));
}

TEST(TickProbe, DearWakeUpsMakeThePeriodLonger) {
  const double share = tick_policy(shipped_thresholds()).cost_share;
  for (const auto cost : {std::chrono::microseconds(40), std::chrono::microseconds(200)}) {
    const model::Ticks ticks = watch_at(cost);
    EXPECT_EQ(ticks.hz.value(), std::llround(share / to_seconds(cost)));
    for (const model::CpuTicks& cpu : ticks.per_cpu) {
      const double used = static_cast<double>(cpu.delivered) * to_seconds(cost) / 10;
      EXPECT_LE(used, 0.01) << "though the first 25 are at the kernel's rate";
      EXPECT_GE(used, 0.9 * share);
      EXPECT_EQ(cpu.lost, 0) << "an instant that was not to be is not lost";
      EXPECT_EQ(cpu.late, 0);
    }
  }
}

TEST(TickProbe, WakeUpsThatBecomeDearerAreMadeUpFor) {
  constexpr int kSeconds = 10;
  Nanoseconds used{};
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  config.wake_cost = [&used](Nanoseconds so_far) {
    const Nanoseconds cost = std::chrono::microseconds(20) + so_far / 500;  // up to 180 us
    used = so_far + cost;
    return cost;
  };
  const model::Ticks ticks = watch(std::move(config), seconds(kSeconds));
  const double share = tick_policy(shipped_thresholds()).cost_share;
  EXPECT_LE(to_seconds(used), 1.02 * share * kSeconds);
  EXPECT_GE(to_seconds(used), 0.9 * share * kSeconds);
  EXPECT_EQ(ticks.lost.value(), 0);
}

TEST(TickProbe, CheapWakeUpsLeaveThePeriodAsItIs) {
  const model::Ticks ticks = watch_at(std::chrono::microseconds(20));
  EXPECT_EQ(ticks.hz.value(), 250);
  EXPECT_NEAR(static_cast<double>(ticks.per_cpu.at(0).expected), 2500, 2);
}

TEST(TickProbe, FortyPercentLossIsFound) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  // Of five instants three are delivered: every third wake-up comes two periods and a bit late.
  auto wakes = std::make_shared<int>(0);
  config.wake_delay = [wakes](int, Nanoseconds) {
    return ++*wakes % 3 == 0 ? 2 * kPeriod + std::chrono::microseconds(10) : Nanoseconds(0);
  };
  const model::Ticks ticks = watch(std::move(config), seconds(2));
  const model::CpuTicks& cpu = ticks.per_cpu.at(0);
  EXPECT_NEAR(static_cast<double>(cpu.expected), 500, 3);
  EXPECT_NEAR(static_cast<double>(cpu.lost), 0.4 * 500, 3);
  EXPECT_EQ(cpu.expected, cpu.delivered + cpu.lost);
  EXPECT_EQ(cpu.late, 0);
}

/// The kernel's, in Hz.
class KernelHz : public testing::TestWithParam<int> {};

TEST_P(KernelHz, EveryPeriodIsExpectedOnceAndThreeOfFiveAreDelivered) {
  // What a sleeper costs bounds how often it wakes.
  const int hz = std::min(GetParam(), 250);
  const Nanoseconds period = Nanoseconds(seconds(1)) / hz;
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  config.tick = Nanoseconds(seconds(1)) / GetParam();
  auto wakes = std::make_shared<int>(0);
  config.wake_delay = [wakes, period](int, Nanoseconds) {
    return ++*wakes % 3 == 0 ? 2 * period + std::chrono::microseconds(10) : Nanoseconds(0);
  };
  const model::Ticks ticks = watch(std::move(config), seconds(4));
  const model::CpuTicks& cpu = ticks.per_cpu.at(0);
  EXPECT_EQ(ticks.hz.value(), hz);
  EXPECT_NEAR(static_cast<double>(cpu.expected), 4.0 * hz, 5);
  EXPECT_NEAR(static_cast<double>(cpu.lost), 0.4 * 4.0 * hz, 5);
  EXPECT_EQ(cpu.late, 0);
  EXPECT_NEAR(cpu.wake_p50_s.value(), 0, 1e-6);
  EXPECT_NEAR(cpu.wake_max_s.value(), 2.0 / hz + 1e-5, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Hz, KernelHz, testing::Values(100, 250, 1000));

TEST(TickProbe, AnUnknownOrAbsurdTickLeavesItsOwnRate) {
  for (const Nanoseconds tick : {Nanoseconds(0), Nanoseconds(1), Nanoseconds(-4'000'000)}) {
    SimConfig config = SimConfig::with_rate(0);
    config.tick = tick;
    EXPECT_EQ(watch(std::move(config), seconds(1)).hz.value(),
              tick_policy(shipped_thresholds()).hz);
  }
}

TEST(TickProbe, ACpuThatGoesOfflineIsWatchedUntilThen) {
  SimConfig config = SimConfig::with_rate(0);
  config.offline_from = {{1, seconds(1)}};
  const model::Ticks ticks = watch(std::move(config), seconds(2));
  ASSERT_EQ(ticks.per_cpu.size(), 2U);
  EXPECT_EQ(ticks.per_cpu[0].incomplete, "");
  EXPECT_NEAR(static_cast<double>(ticks.per_cpu[0].expected),
              2 * static_cast<double>(ticks.hz.value()), 2);
  EXPECT_EQ(ticks.per_cpu[1].incomplete, "the CPU went offline");
  EXPECT_NEAR(static_cast<double>(ticks.per_cpu[1].expected), static_cast<double>(ticks.hz.value()),
              2);
  EXPECT_EQ(ticks.lost.value(), 0);
}

TEST(TickProbe, LateWakeUpsAreCountedOnTheirCpu) {
  SimConfig config = SimConfig::with_rate(0);
  config.wake_delay = [](int cpu, Nanoseconds) {
    return cpu == 1 ? milliseconds(1) : Nanoseconds(0);
  };
  const model::Ticks ticks = watch(std::move(config), seconds(1));
  EXPECT_EQ(ticks.per_cpu.at(0).late, 0);
  EXPECT_EQ(ticks.per_cpu.at(1).late, ticks.per_cpu.at(1).expected);
  EXPECT_NEAR(ticks.per_cpu.at(1).wake_p50_s.value(), 1e-3, 5e-5);
  EXPECT_NEAR(ticks.per_cpu.at(1).wake_p99_s.value(), 1e-3, 5e-5);
  EXPECT_NEAR(ticks.per_cpu.at(1).wake_max_s.value(), 1e-3, 1e-9);
  EXPECT_EQ(ticks.lost.value(), 0);
}

TEST(TickProbe, StallsCarryStartLengthAndCause) {
  SimConfig config = SimConfig::with_rate(0);
  using Cause = SimStall::Cause;
  config.stalls = {{milliseconds(501), milliseconds(50), 0, Cause::none},
                   {milliseconds(1001), milliseconds(60), 0, Cause::scheduler},
                   {milliseconds(1501), milliseconds(70), 1, Cause::steal}};
  const model::Ticks ticks = watch(std::move(config), seconds(2));
  const std::vector<model::Stall>& first = ticks.per_cpu.at(0).stalls;
  ASSERT_EQ(first.size(), 2U);
  EXPECT_NEAR(first[0].start_s, 0.501, 0.004) << "last seen at work up to a period before";
  EXPECT_NEAR(first[0].length_s, 0.050, 0.004);
  EXPECT_EQ(first[0].cause, "unexplained");
  EXPECT_EQ(first[1].cause, "scheduler");
  const std::vector<model::Stall>& second = ticks.per_cpu.at(1).stalls;
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].cause, "steal");
  EXPECT_NEAR(ticks.longest_stall_s.value(), 0.070, 0.004);
  EXPECT_NEAR(ticks.steal_s.value(), 0.070, 1e-6);
  EXPECT_NEAR(ticks.attribution.steal_s.value(), 0.070, 0.004);
  EXPECT_NEAR(ticks.attribution.scheduler_s.value(), 0.060, 0.004);
  EXPECT_NEAR(ticks.attribution.unexplained_s.value(), 0.050, 0.004);
  EXPECT_NEAR(static_cast<double>(ticks.lost.value()), (50 + 60 + 70) / 4.0 - 3, 3)
      << "the first instant of each is delivered, late";
}

TEST(TickProbe, TheListOfStallsIsBoundedAndKeepsTheLongest) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  for (int i = 0; i < 200; ++i) {
    config.stalls.push_back(
        {milliseconds(100 * i + 1), milliseconds(i == 150 ? 60 : 30), -1, SimStall::Cause::none});
  }
  const model::Ticks ticks = watch(std::move(config), seconds(20));
  const std::vector<model::Stall>& stalls = ticks.per_cpu.at(0).stalls;
  EXPECT_EQ(stalls.size(), tick_policy(shipped_thresholds()).stall_list_max);
  EXPECT_TRUE(std::any_of(stalls.begin(), stalls.end(),
                          [](const model::Stall& s) { return s.length_s > 0.05; }));
  EXPECT_TRUE(std::is_sorted(stalls.begin(), stalls.end(),
                             [](const auto& a, const auto& b) { return a.start_s < b.start_s; }));
  EXPECT_GT(ticks.attribution.unexplained_s.value(), 200 * 0.024);
}

TEST(TickProbe, ASteeredMonotonicClockLosesNothing) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = {0};
  config.clocks[ClockId::monotonic].rate_error_ppm = 500;
  const model::Ticks ticks = watch(std::move(config), seconds(20));
  EXPECT_EQ(ticks.lost.value(), 0);
  EXPECT_EQ(ticks.late.value(), 0);
}

TEST(TickProbe, WithoutAClockEverythingIsUnknown) {
  SimConfig config = SimConfig::with_rate(0);
  config.clocks.clear();
  const model::Ticks ticks = watch(std::move(config), seconds(1));
  EXPECT_FALSE(ticks.lost.known());
  EXPECT_EQ(ticks.lost.reason(), "this machine lacks the clock");
  EXPECT_TRUE(ticks.per_cpu.empty());
}

}  // namespace
}  // namespace guestclock::measure
