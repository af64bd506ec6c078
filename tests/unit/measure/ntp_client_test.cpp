#include "measure/ntp_client.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/server_row.h"
#include "support/sim_world.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeNtpServer;
using support::SimConfig;
using support::SimWorld;

struct Outcome {
  std::unique_ptr<SimWorld> world;
  std::vector<LocatedServer> servers;
  NtpRun run;
  Nanoseconds took{};

  [[nodiscard]] const ServerRecord& record(std::size_t i = 0) const { return run.servers.at(i); }
  [[nodiscard]] ServerVerdict verdict(std::size_t i = 0) const {
    return judge_server(record(i).seen);
  }
};

Outcome ask(std::vector<FakeNtpServer> servers, Nanoseconds duration, double ppm = 0,
            Nanoseconds alone = seconds(1)) {
  SimConfig config = SimConfig::with_rate(ppm);
  config.servers = std::move(servers);
  std::vector<std::string> hosts;
  for (const FakeNtpServer& server : config.servers)
    hosts.push_back(server.host);
  Outcome outcome;
  outcome.world = std::make_unique<SimWorld>(std::move(config));
  for (const std::string& host : hosts) {
    outcome.servers.push_back(locate_server(outcome.world->network(), host));
  }
  const StopFlag stop;
  const Nanoseconds start = outcome.world->time().now();
  outcome.run = run_ntp(*outcome.world, outcome.servers, ntp_policy(shipped_thresholds()),
                        {duration, alone, {}}, stop);
  outcome.took = outcome.world->time().now() - start;
  return outcome;
}

TEST(NtpClient, TenMinutesOfExchanges) {
  FakeNtpServer server;
  server.forth.queue_mean = server.back.queue_mean = std::chrono::microseconds(50);
  const Outcome outcome = ask({server}, seconds(600));
  EXPECT_GE(outcome.record().seen.answers, 2390);
  EXPECT_EQ(outcome.record().seen.answers, outcome.record().seen.sent);
  EXPECT_EQ(outcome.record().exchanges.size(),
            static_cast<std::size_t>(outcome.record().seen.answers));
  EXPECT_EQ(outcome.verdict().verdict, "usable");
  EXPECT_NEAR(to_seconds(outcome.took), 600, 0.01);
  for (const model::Exchange& e : outcome.record().exchanges) {
    EXPECT_GE(e.delay(), std::chrono::microseconds(200));
    EXPECT_LT(e.delay(), milliseconds(5));
  }
}

TEST(NtpClient, TransmitTimestampsAreAllDifferentAndNotTheTime) {
  const Outcome outcome = ask({FakeNtpServer{}}, seconds(20));
  const auto& stamps = outcome.world->servers().transmit_stamps(0);
  EXPECT_EQ(std::set<std::uint64_t>(stamps.begin(), stamps.end()).size(), stamps.size());
  std::set<std::uint64_t> top_bytes;
  for (const std::uint64_t stamp : stamps)
    top_bytes.insert(stamp >> 56U);
  EXPECT_GT(top_bytes.size(), stamps.size() / 3);
}

TEST(NtpClient, PublicServersAreAskedAtMostOnceInTwoSeconds) {
  FakeNtpServer server;
  server.address = "192.0.2.10";
  const Outcome outcome = ask({server}, seconds(60));
  const auto& requests = outcome.world->servers().requests(0);
  EXPECT_GE(requests.size(), 18U);
  for (std::size_t i = 1; i < requests.size(); ++i) {
    EXPECT_GE(requests[i] - requests[i - 1], seconds(2));
  }
}

TEST(NtpClient, KissCodesAreObeyedAtOnce) {
  for (const char* code : {"RATE", "DENY", "RSTR"}) {
    FakeNtpServer server;
    server.kiss = code;
    server.kiss_after = 3;
    const Outcome outcome = ask({server}, seconds(20));
    EXPECT_EQ(outcome.world->servers().requests(0).size(), 4U);
    EXPECT_EQ(outcome.record().seen.answers, 3);
    EXPECT_EQ(outcome.verdict().verdict, "kiss");
    EXPECT_LT(outcome.took, seconds(2)) << "nobody is left to ask";
  }
}

TEST(NtpClient, AForgedKissIsNotObeyed) {
  FakeNtpServer server;
  server.kiss = "DENY";
  server.wrong_origin = true;
  const Outcome outcome = ask({server}, seconds(10));
  EXPECT_GE(outcome.world->servers().requests(0).size(), 8U);
  EXPECT_EQ(outcome.verdict().verdict, "bogus");
}

TEST(NtpClient, StratumZeroWithoutStopCodeIsNoKiss) {
  FakeNtpServer server;
  server.stratum = 0;
  server.leap = 3;
  server.refid = "INIT";
  const Outcome outcome = ask({server}, seconds(10));
  EXPECT_EQ(outcome.verdict().verdict, "unsynchronised");
  EXPECT_GT(outcome.record().seen.answers, 30);
}

TEST(NtpClient, WrongAnswersAreCountedAndNeverUsed) {
  FakeNtpServer origin;
  origin.wrong_origin = true;
  FakeNtpServer mode;
  mode.host = "mode.test";
  mode.address = "192.168.7.2";
  mode.mode = 5;
  FakeNtpServer tiny;
  tiny.host = "tiny.test";
  tiny.address = "192.168.7.3";
  tiny.answer_bytes = 47;
  FakeNtpServer liar;
  liar.host = "liar.test";
  liar.address = "192.168.7.4";
  liar.transmit_lie = seconds(1);
  const Outcome outcome = ask({origin, mode, tiny, liar}, seconds(10));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(outcome.record(i).seen.answers, 0);
    EXPECT_TRUE(outcome.record(i).exchanges.empty());
    EXPECT_EQ(outcome.verdict(i).verdict, "bogus") << i;
  }
  EXPECT_GT(outcome.record(0).seen.bogus.wrong_origin, 5);
  EXPECT_GT(outcome.record(1).seen.bogus.wrong_mode, 5);
  EXPECT_GT(outcome.record(2).seen.bogus.too_short, 5);
  EXPECT_GT(outcome.record(3).seen.bogus.contradictory, 5);
}

TEST(NtpClient, AFloodNeitherExtendsTheRunNorHidesTheAnswers) {
  FakeNtpServer flooded;
  flooded.bogus = 5000;
  FakeNtpServer quiet;
  quiet.host = "quiet.test";
  quiet.address = "192.168.7.2";
  const Outcome outcome = ask({flooded, quiet}, seconds(10));
  EXPECT_NEAR(to_seconds(outcome.took), 10, 0.02);
  EXPECT_GT(outcome.record(0).seen.bogus.wrong_origin, 100'000);
  EXPECT_EQ(outcome.record(0).seen.answers, outcome.record(0).seen.sent);
  EXPECT_EQ(outcome.record(1).seen.answers, outcome.record(1).seen.sent);
  EXPECT_LE(outcome.record(0).exchanges.size(), outcome.world->servers().requests(0).size());
  EXPECT_EQ(outcome.verdict(0).verdict, "usable");
}

TEST(NtpClient, DuplicatesAreDroppedWithoutBlame) {
  FakeNtpServer server;
  server.duplicates = 3;
  const Outcome outcome = ask({server}, seconds(10));
  EXPECT_EQ(outcome.record().seen.answers, outcome.record().seen.sent);
  EXPECT_EQ(outcome.record().seen.bogus.total(), 0);
}

TEST(NtpClient, ASilentServerCostsNoTimeAndHoldsNobodyUp) {
  FakeNtpServer silent;
  silent.silent = true;
  FakeNtpServer good;
  good.host = "good.test";
  good.address = "192.168.7.2";
  const Outcome outcome = ask({silent, good}, seconds(20));
  EXPECT_NEAR(to_seconds(outcome.took), 20, 0.01);
  EXPECT_EQ(outcome.verdict(0).verdict, "unreachable");
  EXPECT_LE(outcome.record(0).seen.sent, 21) << "once per answer_wait";
  EXPECT_EQ(outcome.verdict(1).verdict, "usable");
  EXPECT_GT(outcome.record(1).seen.answers, 70);
}

TEST(NtpClient, OfSeveralAddressesTheFirstThatAnswersIsMeasured) {
  FakeNtpServer silent;
  silent.silent = true;
  FakeNtpServer refusing;
  refusing.address = "192.168.7.2";
  refusing.refuses = true;
  FakeNtpServer good;
  good.address = "192.168.7.3";
  const Outcome outcome = ask({silent, refusing, good}, seconds(20));
  const ServerObservation& seen = outcome.record(0).seen;
  EXPECT_EQ(outcome.servers.at(0).endpoints.size(), 3U);
  EXPECT_EQ(seen.endpoint, "192.168.7.3:123");
  EXPECT_EQ(outcome.verdict(0).verdict, "usable");
  EXPECT_GT(seen.answers, 65) << "no more than two requests and a second were lost";
  EXPECT_LE(seen.sent - seen.answers, 2);
  EXPECT_THAT(outcome.verdict(0).reasons,
              testing::Contains("its name has 3 addresses; this is 192.168.7.3:123, the first that "
                                "answered"));
}

TEST(NtpClient, AnswersFromAnotherAddressAreToldAndNeverUsed) {
  FakeNtpServer server;
  server.answers_from = "192.168.7.9";
  const Outcome outcome = ask({server}, seconds(20));
  EXPECT_EQ(outcome.verdict().verdict, "bogus");
  EXPECT_EQ(outcome.record().seen.answers, 0);
  EXPECT_THAT(outcome.record().exchanges, testing::IsEmpty());
  EXPECT_THAT(outcome.verdict().reasons,
              testing::Contains(
                  testing::HasSubstr("asked at 192.168.7.1:123, it answers from 192.168.7.9:123")));
}

TEST(NtpClient, AnOldVersionIsTold) {
  FakeNtpServer server;
  server.version = 3;
  const Outcome outcome = ask({server}, seconds(20));
  EXPECT_EQ(outcome.verdict().verdict, "usable");
  EXPECT_THAT(outcome.verdict().reasons,
              testing::Contains(testing::HasSubstr("as NTP version 3 to a request of version 4")));
}

TEST(NtpClient, ARefusingServerIsAskedPolitelyUntilTheEnd) {
  FakeNtpServer server;
  server.refuses = true;
  const Outcome outcome = ask({server}, seconds(20));
  EXPECT_NEAR(to_seconds(outcome.took), 20, 0.01);
  EXPECT_GT(outcome.record().seen.sent, 15);
  EXPECT_LE(outcome.record().seen.sent, 80);
  const ServerVerdict verdict = outcome.verdict();
  EXPECT_EQ(verdict.verdict, "unreachable");
  EXPECT_THAT(verdict.reasons, testing::Contains(testing::HasSubstr("Connection refused")));
}

TEST(NtpClient, APathLongerThanTheIntervalStillGetsItsAnswers) {
  FakeNtpServer server;
  server.forth.floor = server.back.floor = milliseconds(300);
  const Outcome outcome = ask({server}, seconds(20));
  EXPECT_GT(outcome.record().seen.answers, 20);
  EXPECT_EQ(outcome.verdict().verdict, "usable");
}

TEST(NtpClient, LossIsSurvived) {
  FakeNtpServer server;
  server.loss = 0.3;
  const Outcome outcome = ask({server}, seconds(60));
  EXPECT_GT(outcome.record().seen.sent, 200);
  EXPECT_NEAR(static_cast<double>(outcome.record().seen.answers) /
                  static_cast<double>(outcome.record().seen.sent),
              0.7, 0.1);
}

TEST(NtpClient, RightKernelStampsReplaceLateUserStamps) {
  FakeNtpServer server;
  server.stamps = FakeNtpServer::Stamps::right;
  server.wake.queue_mean = milliseconds(2);
  const Outcome outcome = ask({server}, seconds(20));
  EXPECT_TRUE(outcome.run.kernel_stamps);
  for (const model::Exchange& e : outcome.record().exchanges) {
    EXPECT_NEAR(to_seconds(e.delay()), 200e-6, 1e-6);
  }
}

TEST(NtpClient, StampsOfAnotherClockAreSwitchedOffForAllExchanges) {
  for (const double ppm : {500.0, -500.0}) {
    FakeNtpServer server;
    server.stamps = FakeNtpServer::Stamps::unscaled;
    const Outcome outcome = ask({server}, seconds(20), ppm);
    EXPECT_FALSE(outcome.run.kernel_stamps);
    ASSERT_FALSE(outcome.record().exchanges.empty());
    for (const model::Exchange& e : outcome.record().exchanges) {
      EXPECT_NEAR(to_seconds(e.delay()), 200e-6, 1e-6);
    }
  }
}

TEST(NtpClient, AFrozenClockDoesNotKeepTheRunGoing) {
  SimConfig config = SimConfig::with_rate(0);
  config.servers = {FakeNtpServer{}};
  config.freezes = {{seconds(2), seconds(100'000)}};
  const SimWorld world(std::move(config));
  std::vector<LocatedServer> servers;
  servers.push_back(locate_server(world.network(), "ntp.test"));
  const StopFlag stop;
  const NtpRun run = run_ntp(world, servers, ntp_policy(shipped_thresholds()),
                             {seconds(10), seconds(1), {}}, stop);
  EXPECT_LT(world.time().now(), seconds(60));
  EXPECT_EQ(run.servers.size(), 1U);
}

TEST(LocateServer, AddressIsAsAskedWithItsPort) {
  SimConfig config = SimConfig::with_rate(0);
  config.servers = {FakeNtpServer{}};
  const SimWorld world(std::move(config));
  EXPECT_EQ(locate_server(world.network(), "ntp.test").address, "ntp.test:123");
  EXPECT_EQ(locate_server(world.network(), "ntp.test:11123").address, "ntp.test:11123");
  EXPECT_EQ(locate_server(world.network(), "::1").address, "[::1]:123");
  EXPECT_EQ(locate_server(world.network(), "[::1]:7").address, "[::1]:7");
  const LocatedServer unknown = locate_server(world.network(), "nowhere.test");
  EXPECT_TRUE(unknown.endpoints.empty());
  EXPECT_THAT(unknown.no_address, testing::StartsWith("cannot resolve nowhere.test: "));
  const LocatedServer malformed = locate_server(world.network(), "a b");
  EXPECT_TRUE(malformed.endpoints.empty());
  EXPECT_FALSE(malformed.no_address.empty());
}

TEST(ServerRow, CarriesTheHeaderAsOnTheWire) {
  FakeNtpServer server;
  server.stratum = 0;
  server.leap = 3;
  server.refid = "INIT";
  server.precision = -17;
  server.reference_zero = true;
  server.offset = -milliseconds(452);
  const Outcome outcome = ask({server}, seconds(5), 100);
  const model::Server row =
      server_row(outcome.servers[0], outcome.record(), DriftPolicy{10, 5, 0.005}, std::nullopt);
  EXPECT_EQ(row.address, "ntp.test:123");
  EXPECT_EQ(row.stratum.value(), 0);
  EXPECT_EQ(row.leap.value(), 3);
  EXPECT_EQ(row.refid.value(), "INIT");
  EXPECT_DOUBLE_EQ(row.precision_s.value(), std::ldexp(1, -17));
  EXPECT_DOUBLE_EQ(row.root_delay_s.value(), 1.0 / 16);
  EXPECT_DOUBLE_EQ(row.root_dispersion_s.value(), 1.0 / 32);
  EXPECT_FALSE(row.reference_time.known());
  EXPECT_NEAR(row.offset_s.value(), -0.452, 0.001) << "also where the server is not usable";
  EXPECT_NEAR(row.delay_s.value(), 200e-6, 1e-6);
  EXPECT_EQ(row.verdict, "unsynchronised");
  EXPECT_FALSE(row.drift.known());
  EXPECT_EQ(row.sent, row.received);
}

TEST(ServerRow, ReferenceTimeIsRfc3339) {
  const Outcome outcome = ask({FakeNtpServer{}}, seconds(5));
  const model::Server row =
      server_row(outcome.servers[0], outcome.record(), DriftPolicy{10, 5, 0.005}, std::nullopt);
  EXPECT_EQ(row.reference_time.value(), "2026-11-22T23:59:44Z");
  EXPECT_EQ(row.refid.value(), "10.0.0.1");
}

}  // namespace
}  // namespace guestclock::measure
