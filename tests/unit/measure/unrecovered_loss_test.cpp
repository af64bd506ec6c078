// Guests whose kernels lose ticks, with and without a counter that shows it.
#include "measure/unrecovered_loss.h"

#include <gmock/gmock.h>
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
using support::SimClock;
using support::SimConfig;
using support::SimWorld;
using testing::HasSubstr;

constexpr std::int64_t kTscKhz = 2'596'000;

/// Counts ticks, and loses `loss_ppm` of them, in kernel and clocks alike.
SimConfig jiffies_guest(double loss_ppm, Nanoseconds tick) {
  SimConfig config = SimConfig::with_rate(-loss_ppm);
  for (auto& [id, clock] : config.clocks)
    clock.resolution = tick;
  config.counter_mhz = static_cast<double>(kTscKhz) / 1000;
  config.tick = tick;
  config.ticked = SimClock{seconds(77), -loss_ppm, milliseconds(10), {}, {}};
  return config;
}

FakeNtpServer lan_server() {
  FakeNtpServer server;
  server.forth.queue_mean = server.back.queue_mean = microseconds(50);
  server.stamps = FakeNtpServer::Stamps::right;
  return server;
}

ClockInventory inventory_of(const std::string& source) {
  ClockInventory inventory;
  inventory.source = source;
  inventory.tsc_khz = kTscKhz;
  inventory.tsc_invariant = true;
  return inventory;
}

model::UnrecoveredLoss loss_of(const SimConfig& config, const ClockInventory& clocks) {
  Request request;
  if (!config.servers.empty()) request.servers = {config.servers.front().host};
  request.duration = seconds(20);
  request.clocks = clocks;
  const SimWorld world(config);
  const StopFlag stop;
  return measure(world, shipped_thresholds(), request, stop).measurements.ticks.unrecovered;
}

class JiffiesClock : public testing::TestWithParam<int> {};

TEST_P(JiffiesClock, LosesWhatTheCpusCounterSaysAndShowsAPerfectRateItself) {
  const int hz = GetParam();
  const SimConfig config = jiffies_guest(400'000, Nanoseconds(seconds(1)) / hz);
  const auto loss = loss_of(config, inventory_of("jiffies"));
  ASSERT_TRUE(loss.lost_s.known()) << loss.lost_s.reason();
  EXPECT_EQ(loss.counts_ticks, model::Fact<bool>(true));
  EXPECT_EQ(loss.against.value(), "tsc");
  EXPECT_NEAR(loss.share_ppm.value(), 400'000, 2000);
  EXPECT_NEAR(loss.lost_s.value(), 0.4 * loss.elapsed_s.value(), loss.bound_s.value());
  EXPECT_NEAR(loss.bound_s.value(), 1.0 / hz, 1e-9);
  EXPECT_EQ(loss.kernel_hz.value(), hz);
  EXPECT_NEAR(loss.ticks_per_own_s.value(), hz, 0.01 * hz) << "perfect by its own clock";
  EXPECT_NEAR(loss.ticks_per_s.value(), 0.6 * hz, 0.01 * hz);
}

INSTANTIATE_TEST_SUITE_P(Hz, JiffiesClock, testing::Values(100, 250, 1000));

TEST(UnrecoveredLoss, WithoutAFrequencyForTheCounterTheServersTimeShowsIt) {
  SimConfig config = jiffies_guest(400'000, milliseconds(4));
  config.servers = {lan_server()};
  for (const bool invariant : {true, false}) {
    ClockInventory clocks = inventory_of("refined-jiffies");
    clocks.tsc_invariant = invariant;
    if (invariant) clocks.tsc_khz.reset();
    const auto loss = loss_of(config, clocks);
    ASSERT_TRUE(loss.lost_s.known()) << loss.lost_s.reason();
    EXPECT_EQ(loss.against.value(), config.servers[0].host + ":123");
    EXPECT_NEAR(loss.share_ppm.value(), 400'000, 300);
    EXPECT_GT(loss.bound_s.value(), 0);
    EXPECT_NEAR(loss.ticks_per_own_s.value(), 250, 1);
    EXPECT_NEAR(loss.ticks_per_s.value(), 150, 1);
  }
}

TEST(UnrecoveredLoss, IsUnknownWhereNothingIsIndependentOfTheTicks) {
  SimConfig config = jiffies_guest(400'000, milliseconds(4));
  ClockInventory clocks = inventory_of("jiffies");
  clocks.tsc_invariant = false;
  auto loss = loss_of(config, clocks);
  EXPECT_THAT(loss.lost_s.reason(), HasSubstr("not invariant; no NTP server given"));
  EXPECT_EQ(loss.against.reason(), loss.lost_s.reason());
  EXPECT_NEAR(loss.ticks_per_own_s.value(), 250, 1) << "which proves nothing";
  EXPECT_FALSE(loss.ticks_per_s.known());

  clocks.tsc_invariant.reset();
  EXPECT_THAT(loss_of(config, clocks).lost_s.reason(), HasSubstr("invariant is not known"));
  config.counter_mhz = 0;
  EXPECT_THAT(loss_of(config, clocks).lost_s.reason(), HasSubstr("counter cannot be read"));
  clocks = inventory_of("jiffies");
  clocks.tsc_khz.reset();
  config.counter_mhz = 1000;
  EXPECT_THAT(loss_of(config, clocks).lost_s.reason(), HasSubstr("nobody tells the frequency"));
}

TEST(UnrecoveredLoss, ATimecounterOfFreeBsdCountsTicksWithoutTellingThem) {
  SimConfig config = jiffies_guest(50'000, milliseconds(1));
  config.tick.reset();
  config.ticked.reset();
  const auto loss = loss_of(config, inventory_of("i8254"));
  EXPECT_NEAR(loss.share_ppm.value(), 50'000, 3000);
  EXPECT_FALSE(loss.ticks_per_own_s.known());
  EXPECT_FALSE(loss.kernel_hz.known());
}

TEST(UnrecoveredLoss, TooManyTicksAreALossBelowZero) {
  const auto loss = loss_of(jiffies_guest(-100'000, milliseconds(1)), inventory_of("jiffies"));
  EXPECT_NEAR(loss.share_ppm.value(), -100'000, 1000);
  EXPECT_LT(loss.lost_s.value(), 0);
}

TEST(UnrecoveredLoss, APeriodicTickIsLostWithoutTheClock) {
  SimConfig config = jiffies_guest(0, milliseconds(4));
  config.ticked->rate_error_ppm = -100'000;
  const auto loss = loss_of(config, inventory_of("acpi_pm"));
  EXPECT_EQ(loss.counts_ticks, model::Fact<bool>(false));
  EXPECT_EQ(loss.against.value(), "monotonic_raw");
  EXPECT_NEAR(loss.share_ppm.value(), 100'000, 5000);
  EXPECT_NEAR(loss.bound_s.value(), 0.014, 1e-9);
  EXPECT_NEAR(loss.ticks_per_s.value(), 225, 1);
}

TEST(UnrecoveredLoss, ATicklessKernelMakesUpForAllOfThem) {
  const auto loss = loss_of(jiffies_guest(0, milliseconds(4)), inventory_of("tsc"));
  EXPECT_LE(std::abs(loss.lost_s.value()), loss.bound_s.value());
  EXPECT_NEAR(loss.ticks_per_s.value(), 250, 1);
}

TEST(UnrecoveredLoss, WithoutANameForTheClocksourceNothingIsSaid) {
  const auto loss = loss_of(jiffies_guest(400'000, milliseconds(4)), ClockInventory{});
  EXPECT_FALSE(loss.counts_ticks.known());
  EXPECT_EQ(loss.lost_s.reason(), "the clocksource is not known");
}

TEST(UnrecoveredLoss, ClocksThatStandStillAreNoLoss) {
  TickedRun run;
  model::Drift drift;
  EXPECT_THAT(judge_loss(true, Nanoseconds(milliseconds(4)), run, drift).lost_s.reason(),
              HasSubstr("stood still"));
  run.raw_s = 20;
  run.counter_s = 0.0;
  EXPECT_THAT(judge_loss(true, Nanoseconds(milliseconds(4)), run, drift).lost_s.reason(),
              HasSubstr("independent counter stood still"));
  run.counter_s = model::Fact<double>::unknown("no counter");
  drift.rate_error_ppm = -1e6;
  EXPECT_FALSE(judge_loss(true, Nanoseconds(milliseconds(4)), run, drift).lost_s.known());
}

TEST(UnrecoveredLoss, WithoutTicksMeasuredItIsUnknown) {
  Request request;
  request.ticks = false;
  const SimWorld world(SimConfig::with_rate(0));
  const StopFlag stop;
  const auto m = measure(world, shipped_thresholds(), request, stop).measurements;
  EXPECT_EQ(m.ticks.unrecovered.lost_s.reason(), "--no-ticks");
  EXPECT_EQ(m.ticks.unrecovered.kernel_hz.reason(), "--no-ticks");
}

}  // namespace
}  // namespace guestclock::measure
