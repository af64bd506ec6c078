#include "measure/cpu_warp.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_world.h"

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using support::SimConfig;
using support::SimWorld;
using system::ClockId;

ClockPolicy policy() {
  ClockPolicy limits;
  limits.warp_time = milliseconds(50);
  limits.warp_rounds = 50;
  return limits;
}

SimConfig machine(std::vector<int> cpus) {
  SimConfig config = SimConfig::with_rate(0);
  config.cpus = std::move(cpus);
  config.read_cost = nanoseconds(25);
  config.counter_mhz = 1000;
  return config;
}

std::vector<Result<Nanoseconds>> warps_of(const SimWorld& world, const ClockPolicy& limits) {
  const StopFlag stop;
  const std::vector<ReadClock> clocks{[&] { return world.clocks().read(ClockId::monotonic); },
                                      counter_reader(world.clocks())};
  return largest_warps(world, clocks, limits, stop);
}

TEST(CpuWarp, ClocksInStepNeverGoBack) {
  const SimWorld world(machine({0, 1, 2, 3}));
  const auto warps = warps_of(world, policy());
  ASSERT_EQ(warps.size(), 2U);
  EXPECT_EQ(warps[0].value(), Nanoseconds(0));
  EXPECT_EQ(warps[1].value(), Nanoseconds(0));
}

TEST(CpuWarp, ACpuThatLagsIsFoundWhicheverItIs) {
  for (const int lagging : {0, 1, 3}) {
    SimConfig config = machine({0, 1, 3});
    config.counter_ahead_on_cpu[lagging] = nanoseconds(-1000);
    const SimWorld world(std::move(config));
    ASSERT_TRUE(world.network().wait({}, milliseconds(1)));  // no counter is below zero
    const auto warps = warps_of(world, policy());
    EXPECT_EQ(warps[0].value(), Nanoseconds(0));
    // Two readings lie between: the deadline's and its own.
    EXPECT_EQ(warps[1].value(), nanoseconds(950)) << lagging;
  }
}

TEST(CpuWarp, WhatIsShorterThanATurnIsNotSeen) {
  SimConfig config = machine({0, 1});
  config.counter_ahead_on_cpu[1] = nanoseconds(40);
  const SimWorld world(std::move(config));
  EXPECT_EQ(warps_of(world, policy())[1].value(), Nanoseconds(0));
}

TEST(CpuWarp, TimeIsBounded) {
  std::vector<int> cpus;
  for (int cpu = 0; cpu < 64; ++cpu)
    cpus.push_back(cpu);
  SimConfig config = machine(cpus);
  config.read_cost = std::chrono::microseconds(10);
  const SimWorld world(std::move(config));
  EXPECT_TRUE(warps_of(world, policy())[0].has_value());
  EXPECT_LT(world.time().now(), milliseconds(51));
}

TEST(CpuWarp, IsUnknownWithOneCpuAndOfAClockThatCannotBeRead) {
  const SimWorld single(machine({0}));
  EXPECT_EQ(warps_of(single, policy())[0].error().message, "only one CPU is online");

  SimConfig config = machine({0, 1});
  config.counter_mhz = 0;
  const SimWorld blind(std::move(config));
  const auto warps = warps_of(blind, policy());
  EXPECT_TRUE(warps[0].has_value());
  EXPECT_EQ(warps[1].error().message, "this machine lacks the counter");

  ClockPolicy no_time = policy();
  no_time.warp_time = Nanoseconds(0);
  const SimWorld hurried(machine({0, 1}));
  EXPECT_EQ(warps_of(hurried, no_time)[0].error().code, ErrorCode::timeout);
}

TEST(CpuWarp, AClockThatFailsOnTheWayEndsTheRelay) {
  const SimWorld world(machine({0, 1}));
  std::atomic<int> reads{0};
  const std::vector<ReadClock> clocks{[&]() -> Result<Nanoseconds> {
    const int count = ++reads;
    if (count > 7) return fail(ErrorCode::io, "gone");
    return Nanoseconds(count);
  }};
  const StopFlag stop;
  EXPECT_EQ(largest_warps(world, clocks, policy(), stop)[0].value(), Nanoseconds(0));
  EXPECT_EQ(reads, 8);
}

TEST(CpuWarp, AStopEndsItAtOnce) {
  const SimWorld world(machine({0, 1}));
  StopFlag stop;
  stop.request(2);
  const std::vector<ReadClock> clocks{counter_reader(world.clocks())};
  EXPECT_FALSE(largest_warps(world, clocks, policy(), stop)[0].has_value());
}

}  // namespace
}  // namespace guestclock::measure
