// Guests that slept, or were stopped with all their clocks.
#include "measure/interruption.h"

#include <gtest/gtest.h>

#include "measure/measure.h"
#include "support/sim_world.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeNtpServer;
using support::SimConfig;
using support::SimWorld;
using system::ClockId;

model::Measurements measured(SimConfig config) {
  FakeNtpServer server;
  server.forth.queue_mean = server.back.queue_mean = microseconds(50);
  server.stamps = FakeNtpServer::Stamps::right;
  config.servers = {server};
  Request request;
  request.servers = {server.host};
  request.duration = seconds(30);
  const SimWorld world(std::move(config));
  const StopFlag stop;
  return measure(world, shipped_thresholds(), request, stop).measurements;
}

TEST(Interruption, AMachineThatRunsHasNone) {
  const model::Measurements result = measured(SimConfig::with_rate(100));
  EXPECT_TRUE(result.ticks.interruptions.empty());
  EXPECT_TRUE(result.drift.steps.empty());
}

TEST(Interruption, SleepIsWhatBoottimeGainsOnMonotonic) {
  SimConfig config = SimConfig::with_rate(0);
  config.clocks[ClockId::boottime].steps = {{seconds(12), milliseconds(3500)}};
  const auto found = measured(std::move(config)).ticks.interruptions;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].cause, "suspend");
  EXPECT_NEAR(found[0].length_s, 3.5, 1e-6);
  EXPECT_EQ(found[0].by, "boottime");
}

TEST(Interruption, AGuestStoppedWithItsClocksFallsBehindTheServer) {
  SimConfig config = SimConfig::with_rate(0);
  config.freezes = {{seconds(12), milliseconds(800)}};
  const model::Measurements result = measured(std::move(config));
  ASSERT_EQ(result.ticks.interruptions.size(), 1U);
  EXPECT_EQ(result.ticks.interruptions[0].cause, "standstill");
  EXPECT_NEAR(result.ticks.interruptions[0].length_s, 0.8, 0.001);
  EXPECT_EQ(result.ticks.interruptions[0].by, result.drift.reference);
  ASSERT_EQ(result.drift.steps.size(), 1U);
  EXPECT_NEAR(result.drift.steps[0].at_s, 12, 1);
  for (const model::CpuTicks& cpu : result.ticks.per_cpu)
    EXPECT_TRUE(cpu.stalls.empty()) << "no CPU's clock saw it";
}

TEST(Interruption, AStallOfACpuIsNone) {
  SimConfig config = SimConfig::with_rate(0);
  config.stalls = {{seconds(12), milliseconds(800), 0, support::SimStall::Cause::none}};
  const model::Measurements result = measured(std::move(config));
  EXPECT_TRUE(result.ticks.interruptions.empty());
  EXPECT_EQ(result.ticks.stalls.value(), 1);
}

}  // namespace
}  // namespace guestclock::measure
