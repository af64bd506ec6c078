#include "measure/measure.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/file_fit.h"
#include "support/sim_world.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeNtpServer;
using support::SimConfig;
using support::SimStall;
using support::SimWorld;
using system::ClockId;
using testing::HasSubstr;

FakeNtpServer lan_server() {
  FakeNtpServer server;
  server.forth.queue_mean = server.back.queue_mean = microseconds(50);
  server.stamps = FakeNtpServer::Stamps::right;
  return server;
}

Request request_of(std::vector<std::string> servers, Nanoseconds duration, bool ticks = false) {
  Request request;
  request.servers = std::move(servers);
  request.duration = duration;
  request.ticks = ticks;
  return request;
}

model::Measurements run(const SimWorld& world, const Request& request) {
  const StopFlag stop;
  return measure(world, shipped_thresholds(), request, stop).measurements;
}

const model::ClockRate& clock_row(const model::Measurements& m, const std::string& name) {
  for (const model::ClockRate& row : m.clocks) {
    if (row.name == name) return row;
  }
  ADD_FAILURE() << "no row " << name;
  return m.clocks.front();
}

class KnownRate : public testing::TestWithParam<double> {};

TEST_P(KnownRate, IsFoundWithinItsInterval) {
  SimConfig config = SimConfig::with_rate(GetParam());
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"ntp.test"}, seconds(20)));
  ASSERT_TRUE(m.drift.rate_error_ppm.known()) << m.drift.rate_error_ppm.reason();
  EXPECT_EQ(m.drift.clock, "monotonic_raw");
  EXPECT_LE(m.drift.ci95_ppm.value().low, GetParam());
  EXPECT_GE(m.drift.ci95_ppm.value().high, GetParam());
  EXPECT_LT(m.drift.ci95_ppm.value().half_width(), 2);
  EXPECT_TRUE(m.drift.flags.empty());
  EXPECT_GT(m.drift.exchanges, 70);
  EXPECT_NEAR(m.drift.duration_s, 19.5, 0.3);
  // It was right at the start and gained ever since: the offset is what it gained, negative.
  EXPECT_NEAR(m.drift.offset_s.value(), -20 * GetParam() * 1e-6, 1e-4);
  EXPECT_NEAR(m.drift.offset_bound_s.value(), 100e-6, 30e-6);
  EXPECT_NEAR(clock_row(m, "realtime").rate_error_ppm.value(), GetParam(), 2);
  EXPECT_EQ(m.servers.at(0).reach, 0377);
  // Queueing of 50 us, and what the clock gains in the second of the last eight exchanges.
  EXPECT_NEAR(m.servers.at(0).jitter_s.value(), 0.5e-6 * std::abs(GetParam()), 150e-6);
  EXPECT_EQ(m.servers.at(0).drift.value(), m.drift);
  EXPECT_EQ(m.ticks.lost.reason(), "--no-ticks");
}

INSTANTIATE_TEST_SUITE_P(Rates, KnownRate, testing::Values(500.0, -500.0, 37.5, 0.0));

TEST(Measure, FakeTimeLibraryDoesNotBendTheRate) {
  for (const double ppm : {500.0, -500.0}) {
    SimConfig config = SimConfig::with_rate(ppm);
    config.servers = {lan_server()};
    config.servers[0].stamps = FakeNtpServer::Stamps::unscaled;
    config.servers[0].wake.queue_mean = microseconds(50);
    const SimWorld world(std::move(config));
    const model::Measurements m = run(world, request_of({"ntp.test"}, seconds(20)));
    EXPECT_NEAR(m.drift.rate_error_ppm.value(), ppm, 2);
    EXPECT_LT(m.drift.ci95_ppm.value().half_width(), 2);
  }
}

TEST(Measure, DriftAndTicksInOneRun) {
  SimConfig config = SimConfig::with_rate(500);
  config.servers = {lan_server()};
  config.stalls = {{milliseconds(3001), milliseconds(80), -1, SimStall::Cause::none}};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"ntp.test"}, seconds(10), true));
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 500, 2);
  ASSERT_EQ(m.ticks.per_cpu.size(), 2U);
  // Each slept from tick to tick but for its two seconds of spinning; the stall fell into the
  // second one's.
  EXPECT_NEAR(static_cast<double>(m.ticks.per_cpu[0].expected), 2500 - 500, 10);
  EXPECT_NEAR(static_cast<double>(m.ticks.lost.value()), 19, 2);
  const model::Spin& spin = m.ticks.per_cpu[1].spin.value();
  EXPECT_EQ(spin.lost, 20);
  EXPECT_NEAR(spin.longest_s, 0.08, 1e-4);
  EXPECT_NEAR(m.ticks.longest_stall_s.value(), 0.08, 0.005);
}

TEST(Measure, RealtimeIsJudgedApartFromRaw) {
  SimConfig config = SimConfig::with_rate(100);
  config.clocks[ClockId::realtime].rate_error_ppm = 0;
  config.clocks[ClockId::realtime].start -= seconds(3);
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"ntp.test"}, seconds(20)));
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 100, 1);
  // Its difference to MONOTONIC grows by 100 ppm: that is how a clock being set looks.
  EXPECT_FALSE(clock_row(m, "realtime").rate_error_ppm.known());
  EXPECT_NEAR(m.drift.offset_s.value(), 3, 1e-4);
  EXPECT_NEAR(m.servers.at(0).offset_s.value(), 3, 1e-4);
}

TEST(Measure, UsableServersGiveTheDriftTogether) {
  SimConfig config = SimConfig::with_rate(0);
  FakeNtpServer far = lan_server();
  far.host = "far.test";
  far.address = "192.0.2.20";
  far.forth.queue_mean = far.back.queue_mean = milliseconds(2);
  FakeNtpServer asleep = lan_server();
  asleep.host = "asleep.test";
  asleep.address = "192.168.7.3";
  asleep.leap = 3;
  config.servers = {far, asleep, lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m =
      run(world, request_of({"far.test", "asleep.test", "nowhere.test", "ntp.test"}, seconds(30)));
  ASSERT_EQ(m.servers.size(), 4U);
  EXPECT_EQ(m.servers[0].verdict, "usable");
  EXPECT_EQ(m.servers[1].verdict, "unsynchronised");
  EXPECT_EQ(m.servers[2].verdict, "unreachable");
  EXPECT_EQ(m.servers[2].address, "nowhere.test:123");
  EXPECT_THAT(m.servers[2].reasons.at(0), testing::StartsWith("cannot resolve "));
  EXPECT_EQ(m.drift.reference, "far.test:123, ntp.test:123");
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 0, 1);
  EXPECT_LE(m.drift.ci95_ppm.value().half_width(),
            m.servers[3].drift.value().ci95_ppm.value().half_width());
  ASSERT_EQ(m.pairs.size(), 3U) << "the answers of the one that sleeps are time stamps too";
  EXPECT_FALSE(m.pairs[0].rate_ppm.known());
  EXPECT_EQ(m.pairs[1].second, "ntp.test:123");
  EXPECT_TRUE(m.pairs[1].rate_ppm.known());
}

TEST(Measure, WithoutServersTheDriftIsUnknownAndTheRunShort) {
  const SimWorld world(SimConfig::with_rate(0));
  const model::Measurements m = run(world, request_of({}, seconds(30), true));
  EXPECT_EQ(m.drift.rate_error_ppm.reason(), "no NTP server given or configured on this guest");
  EXPECT_EQ(m.drift.ci95_ppm.reason(), m.drift.rate_error_ppm.reason());
  EXPECT_EQ(m.drift.offset_s.reason(), m.drift.rate_error_ppm.reason());
  EXPECT_TRUE(m.servers.empty());
  EXPECT_TRUE(m.ticks.lost.known());
  EXPECT_NEAR(to_seconds(world.time().now()), 5, 0.1);
}

TEST(Measure, WithNothingToMeasureItDoesNotWait) {
  const SimWorld world(SimConfig::with_rate(0));
  const model::Measurements m = run(world, request_of({}, seconds(30), false));
  EXPECT_EQ(world.time().now(), Nanoseconds(0));
  EXPECT_EQ(m.clocks.size(), 6U);
}

TEST(Measure, ServersThatAllFailedAreNamedInTheReason) {
  SimConfig config = SimConfig::with_rate(0);
  FakeNtpServer silent = lan_server();
  silent.silent = true;
  config.servers = {silent};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"ntp.test", "nowhere.test"}, seconds(10)));
  EXPECT_THAT(m.drift.rate_error_ppm.reason(), HasSubstr("ntp.test:123 unreachable"));
  EXPECT_EQ(m.servers.at(0).reach, 0);
  EXPECT_FALSE(m.servers.at(0).jitter_s.known());
  EXPECT_THAT(m.drift.rate_error_ppm.reason(), HasSubstr("nowhere.test:123 unreachable"));
  EXPECT_NEAR(to_seconds(world.time().now()), 10, 0.01);
}

TEST(Measure, UnresolvableServersAloneDoNotUseUpTheDuration) {
  const SimWorld world(SimConfig::with_rate(0));
  const model::Measurements m = run(world, request_of({"nowhere.test"}, seconds(30), true));
  EXPECT_EQ(m.servers.at(0).verdict, "unreachable");
  EXPECT_NEAR(to_seconds(world.time().now()), 5, 0.1);
}

TEST(Measure, StopsSoonAfterTheFlagWithWhatThereIs) {
  StopFlag stop;
  SimConfig config = SimConfig::with_rate(500);
  config.servers = {lan_server()};
  config.wake_delay = [&stop](int, Nanoseconds instant) {
    if (instant >= seconds(5)) stop.request(2);
    return Nanoseconds(0);
  };
  const SimWorld world(std::move(config));
  const model::Measurements m =
      measure(world, shipped_thresholds(), request_of({"ntp.test"}, seconds(600), true), stop)
          .measurements;
  EXPECT_LT(world.time().now(), milliseconds(5200));
  EXPECT_GT(m.drift.exchanges, 15);
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 500, 20);
  const model::CpuTicks& cpu = m.ticks.per_cpu.at(0);
  EXPECT_GT(static_cast<double>(cpu.delivered) + 250 * cpu.spin.value().length_s, 1200);
}

TEST(Measure, AServerThatGainsIsToldFromThreeGoodOnes) {
  SimConfig config = SimConfig::with_rate(37.5);
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) {
    FakeNtpServer server = lan_server();
    server.host = "s" + std::to_string(i) + ".test";
    server.address = "192.168.7." + std::to_string(i + 1);
    if (i == 2) server.rate_error_ppm = 500;
    config.servers.push_back(server);
    names.push_back(server.host);
  }
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of(names, seconds(20)));
  EXPECT_EQ(m.servers[2].verdict, "falseticker");
  EXPECT_THAT(m.servers[2].reasons.at(0), HasSubstr("other servers"));
  EXPECT_EQ(m.servers[0].verdict, "usable");
  EXPECT_EQ(m.drift.reference, "s0.test:123, s1.test:123, s3.test:123");
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 37.5, 1);
  EXPECT_EQ(m.pairs.size(), 6U);
}

TEST(Measure, TwoThatContradictEachOtherLeaveTheDriftUnknown) {
  SimConfig config = SimConfig::with_rate(0);
  FakeNtpServer fast = lan_server();
  fast.host = "fast.test";
  fast.address = "192.168.7.9";
  fast.rate_error_ppm = 100;
  config.servers = {fast, lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"fast.test", "ntp.test"}, seconds(20)));
  EXPECT_THAT(m.drift.rate_error_ppm.reason(),
              HasSubstr("fast.test:123, ntp.test:123 contradict each other"));
  EXPECT_TRUE(m.servers[0].drift.value().rate_error_ppm.known());
  EXPECT_TRUE(m.servers[1].drift.value().rate_error_ppm.known());
  EXPECT_EQ(m.servers[0].verdict, "usable");
}

TEST(Measure, WithoutServersAClockDeviceIsTheReference) {
  SimConfig config = SimConfig::with_rate(37.5);
  config.devices["ptp0"] = {seconds(50), 0, std::chrono::nanoseconds(1), {}};
  const SimWorld world(std::move(config));
  Request request = request_of({}, seconds(20));
  request.clocks.ptp = {"ptp0"};
  const model::Measurements m = run(world, request);
  EXPECT_EQ(m.drift.reference, "ptp0");
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 37.5, 0.01);
  EXPECT_NEAR(clock_row(m, "realtime").rate_error_ppm.value(), 37.5, 0.01);
  EXPECT_NEAR(to_seconds(world.time().now()), 20, 0.1);
}

TEST(Measure, AServerIsPreferredToAClockDevice) {
  SimConfig config = SimConfig::with_rate(37.5);
  config.devices["ptp0"] = {seconds(50), 25, std::chrono::nanoseconds(1), {}};
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  Request request = request_of({"ntp.test"}, seconds(20));
  request.clocks.ptp = {"ptp0"};
  const model::Measurements m = run(world, request);
  EXPECT_EQ(m.drift.reference, "ntp.test:123");
  EXPECT_NEAR(clock_row(m, "ptp0").rate_error_ppm.value(), 25, 1);
}

TEST(Measure, TheDriftOfTheCounterIsThatOfItsRow) {
  SimConfig config = SimConfig::with_rate(37.5);
  config.counter_mhz = 2500.05;
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  Request request = request_of({"ntp.test"}, seconds(20));
  request.clocks.tsc_khz = 2'500'000;
  request.of_tsc = true;
  const model::Measurements m = run(world, request);
  EXPECT_EQ(m.drift.clock, "tsc");
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 20, 1);
  EXPECT_EQ(m.drift.rate_error_ppm, clock_row(m, "tsc").rate_error_ppm);
}

TEST(Measure, EndsAsSoonAsTheTargetIsReached) {
  SimConfig config = SimConfig::with_rate(37.5);
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  Request request = request_of({"ntp.test"}, seconds(600));
  request.target_ppm = 1;
  const model::Measurements m = run(world, request);
  EXPECT_LE(m.drift.ci95_ppm.value().half_width(), 1);
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), 37.5, 2);
  EXPECT_GE(m.drift.used, 20);
  EXPECT_LE(world.time().now(), seconds(31));
}

TEST(Measure, AnUnreachableTargetLeavesTheDuration) {
  SimConfig config = SimConfig::with_rate(0);
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  Request request = request_of({"ntp.test"}, seconds(20));
  request.target_ppm = 1e-9;
  EXPECT_GT(run(world, request).drift.ci95_ppm.value().half_width(), 1e-3);
  EXPECT_NEAR(to_seconds(world.time().now()), 20, 0.1);
}

TEST(Measure, RecordedExchangesFitToTheDriftThatWeighsMost) {
  SimConfig config = SimConfig::with_rate(37.5);
  FakeNtpServer far = lan_server();
  far.host = "far.test";
  far.address = "192.0.2.20";
  far.forth.queue_mean = far.back.queue_mean = milliseconds(2);
  config.servers = {far, lan_server()};
  const SimWorld world(std::move(config));
  const StopFlag stop;
  const Outcome outcome =
      measure(world, shipped_thresholds(), request_of({"far.test", "ntp.test"}, seconds(20)), stop);
  const auto read = parse_exchanges(exchange_file(outcome.recorded), "run");
  ASSERT_TRUE(read);
  const model::Drift& drift = outcome.measurements.servers.at(1).drift.value();
  EXPECT_EQ(static_cast<std::int64_t>(read->size()), drift.exchanges);
  const model::FileFit fit = fit_file("run", *read, drift_policy(shipped_thresholds()));
  EXPECT_EQ(fit.rate_error_ppm.value(), drift.rate_error_ppm.value());
  EXPECT_LT(fit.ci95_ppm.value().half_width(), drift.ci95_ppm.value().half_width());
}

TEST(Measure, AFlagRaisedBeforehandReturnsAtOnce) {
  StopFlag stop;
  stop.request(15);
  SimConfig config = SimConfig::with_rate(0);
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m =
      measure(world, shipped_thresholds(), request_of({"ntp.test"}, seconds(600), true), stop)
          .measurements;
  EXPECT_LT(world.time().now(), milliseconds(20));
  EXPECT_EQ(m.servers.at(0).verdict, "unreachable");
  EXPECT_FALSE(m.drift.rate_error_ppm.known());
}

TEST(Measure, ATickCountingClockOfFourMilliseconds) {
  SimConfig config = SimConfig::with_rate(-400'000);
  for (auto& [id, clock] : config.clocks)
    clock.resolution = milliseconds(4);
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"ntp.test"}, seconds(20)));
  EXPECT_EQ(m.servers.at(0).verdict, "usable");
  EXPECT_NEAR(m.drift.rate_error_ppm.value(), -400'000, 200);
  EXPECT_LE(m.drift.ci95_ppm.value().low, -400'000);
  EXPECT_GE(m.drift.ci95_ppm.value().high, -400'000);
  EXPECT_LT(m.drift.ci95_ppm.value().half_width(), 500);
  // It lost 0.4 of each of the 33 true seconds that it took for 20.
  EXPECT_NEAR(m.drift.offset_s.value(), 20 * 0.4 / 0.6, 0.05);
  EXPECT_GE(m.servers.at(0).delay_s.value_or(0), -0.004) << "a tick below zero at most";
  EXPECT_FALSE(m.drift.offset_bound_s.known()) << "a negative round trip bounds nothing";
}

TEST(Measure, WithoutClocksEverythingIsUnknownAndNothingHangs) {
  SimConfig config = SimConfig::with_rate(0);
  config.clocks.clear();
  config.servers = {lan_server()};
  const SimWorld world(std::move(config));
  const model::Measurements m = run(world, request_of({"ntp.test"}, seconds(5), true));
  EXPECT_FALSE(m.drift.rate_error_ppm.known());
  EXPECT_FALSE(m.ticks.lost.known());
  EXPECT_FALSE(clock_row(m, "realtime").read_cost_ns.known());
}

TEST(Measure, TheSameSeedGivesTheSameMeasurements) {
  const auto once = [] {
    SimConfig config = SimConfig::with_rate(37.5);
    config.servers = {lan_server()};
    config.servers[0].loss = 0.1;
    const SimWorld world(std::move(config));
    return run(world, request_of({"ntp.test"}, seconds(10), true));
  };
  EXPECT_EQ(once(), once());
}

TEST(Thresholds, ShippedNumbersKeepThePromisesOfPoliteness) {
  const auto values = shipped_values();
  EXPECT_GE(values.at("ntp_own_interval_s"), 0.25);
  EXPECT_GE(values.at("ntp_public_gap_s"), 2);
  EXPECT_DOUBLE_EQ(values.at("drift_systematic_ppm"), 0.005);
}

}  // namespace
}  // namespace guestclock::measure
