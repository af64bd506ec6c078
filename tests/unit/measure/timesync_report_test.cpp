// Output of systemd 252's timedatectl show-timesync --all, from a timesyncd and a server of our
// own.
#include "measure/timesync_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

using std::chrono::seconds;

constexpr Nanoseconds kNow = seconds(1'795'814'783);

std::string settings(const std::string& rest) {
  return "LinkNTPServers=\nSystemNTPServers=192.0.2.1\nRuntimeNTPServers=\n"
         "FallbackNTPServers=192.0.2.8 192.0.2.9\n" +
         rest + "RootDistanceMaxUSec=5s\nPollIntervalMinUSec=32s\nPollIntervalMaxUSec=34min 8s\n";
}

const std::string kServer = "ServerName=ntp.example\nServerAddress=192.0.2.1\n";

std::string message(const std::string& ignored = "no") {
  return "NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=2, Precision=-25, RootDelay=1.5ms, "
         "RootDispersion=250us, Reference=7F7F0101, OriginateTimestamp=Fri 2026-11-27 21:26:20 "
         "UTC, "
         "ReceiveTimestamp=Fri 2026-11-27 21:26:20 UTC, TransmitTimestamp=Fri 2026-11-27 21:26:20 "
         "UTC, DestinationTimestamp=Fri 2026-11-27 21:26:20 UTC, Ignored=" +
         ignored + ", PacketCount=1, Jitter=0 }\n";
}

TEST(Timesync, AnAnswerAndItsAge) {
  const auto told = parse_timesync(
      settings(kServer) + "PollIntervalUSec=1min 4s\n" + message() + "Frequency=-6553600\n", kNow);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->leap.value(), 0);
  EXPECT_EQ(told->stratum.value(), 3);  // its server's and one
  EXPECT_EQ(told->refid.value(), "192.0.2.1");
  EXPECT_DOUBLE_EQ(told->reference_age_s.value(), 3);
  EXPECT_DOUBLE_EQ(told->update_interval_s.value(), 64);
  EXPECT_DOUBLE_EQ(told->root_delay_s.value(), 0.0015);
  EXPECT_DOUBLE_EQ(told->root_distance_s.value(), 0.001);
  // The kernel takes 100 ppm away: left alone the clock runs fast.
  EXPECT_DOUBLE_EQ(told->frequency_ppm.value(), 100);
  ASSERT_EQ(told->sources.size(), 1U);
  EXPECT_EQ(told->sources[0].name, "ntp.example");
  EXPECT_EQ(told->sources[0].state, "selected");
  EXPECT_DOUBLE_EQ(told->sources[0].last_answer_s.value(), 3);
  EXPECT_TRUE(told->reasons.empty());
}

TEST(Timesync, BeforeTheFirstAnswer) {
  const auto told = parse_timesync(settings(kServer) + "PollIntervalUSec=32s\nFrequency=0\n", kNow);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->leap.value(), 3);
  EXPECT_EQ(told->stratum.value(), 16);
  EXPECT_FALSE(told->reference_age_s.known());
  EXPECT_EQ(told->sources.at(0).state, "not-usable");
  EXPECT_FALSE(told->sources.at(0).selectable.value());
}

TEST(Timesync, WithoutAServer) {
  const auto told = parse_timesync(
      settings("ServerName=\nServerAddress=\n") + "PollIntervalUSec=32s\nFrequency=0\n", kNow);
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->sources.empty());
  EXPECT_EQ(told->refid.value(), "");
}

TEST(Timesync, AnIgnoredAnswerIsNoSource) {
  const auto told =
      parse_timesync(settings(kServer) + "PollIntervalUSec=34min 8s\n" + message("yes"), kNow);
  ASSERT_TRUE(told);
  EXPECT_DOUBLE_EQ(told->update_interval_s.value(), 2048);
  EXPECT_FALSE(told->sources.at(0).selectable.value());
  ASSERT_EQ(told->reasons.size(), 1U);
  EXPECT_THAT(told->reasons[0], testing::HasSubstr("ignored"));
}

TEST(Timesync, WhatIsNoneIsMalformed) {
  for (const char* const text : {"", "\n\n", "Failed to connect to bus", "PollInterval=3s"}) {
    const auto told = parse_timesync(text, kNow);
    ASSERT_FALSE(told) << text;
    EXPECT_EQ(told.error().code, ErrorCode::malformed);
  }
}

TEST(Timesync, StrangeValuesAreUnknown) {
  const auto told = parse_timesync(
      "PollIntervalUSec=soon\nServerName=\x1b[2J\nFrequency=fast\n"
      "NTPMessage={ Leap=9, Stratum=-1, RootDelay=1x, RootDispersion=, "
      "DestinationTimestamp=Fri 2026-13-41 99:99:99 UTC, Ignored= }\n",
      kNow);
  ASSERT_TRUE(told);
  EXPECT_FALSE(told->update_interval_s.known());
  EXPECT_FALSE(told->frequency_ppm.known());
  EXPECT_FALSE(told->leap.known());
  EXPECT_FALSE(told->stratum.known());
  EXPECT_FALSE(told->root_distance_s.known());
  EXPECT_FALSE(told->reference_age_s.known());
  EXPECT_EQ(told->sources.at(0).name, "\\x1b[2J");
}

}  // namespace
}  // namespace guestclock::measure
