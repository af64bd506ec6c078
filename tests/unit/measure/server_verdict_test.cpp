#include "measure/server_verdict.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/refid.h"

namespace guestclock::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

NtpHeader good_header() {
  NtpHeader header;
  header.mode = kNtpModeServer;
  header.stratum = 2;
  header.precision = -23;
  header.refid = {192, 0, 2, 1};
  header.reference = ntp_timestamp(std::chrono::seconds(1'795'392'000));
  header.transmit = ntp_timestamp(std::chrono::seconds(1'795'392'100));
  return header;
}

ServerObservation answered(const NtpHeader& header) {
  ServerObservation seen;
  seen.sent = 10;
  seen.answers = 10;
  seen.last = header;
  return seen;
}

TEST(ServerVerdict, GoodServerIsUsableWithoutReasons) {
  const ServerVerdict verdict = judge_server(answered(good_header()));
  EXPECT_EQ(verdict.verdict, "usable");
  EXPECT_THAT(verdict.reasons, IsEmpty());
}

TEST(ServerVerdict, EveryFailingTestIsAReason) {
  NtpHeader header = good_header();
  header.stratum = 0;
  header.leap = 3;
  header.refid = {'I', 'N', 'I', 'T'};
  const ServerVerdict verdict = judge_server(answered(header));
  EXPECT_EQ(verdict.verdict, "unsynchronised");
  EXPECT_THAT(verdict.reasons,
              ElementsAre(HasSubstr("INIT"), HasSubstr("leap 3"), StartsWith("what to do: ")));
}

// The figures of the case this program was made for: see fixes.md, section 8.1.
TEST(ServerVerdict, TheGuestThatWasAskedTooEarlyIsExplained) {
  NtpHeader header;
  header.mode = kNtpModeServer;
  header.stratum = 0;
  header.leap = 3;
  header.precision = -17;
  header.refid = {'I', 'N', 'I', 'T'};
  header.transmit = ntp_timestamp(std::chrono::seconds(1'795'392'100));
  const ServerVerdict verdict = judge_server(answered(header));
  EXPECT_EQ(verdict.verdict, "unsynchronised");
  EXPECT_THAT(
      verdict.reasons,
      ElementsAre(
          testing::AllOf(HasSubstr("clients show as 16"), HasSubstr("never synchronised"),
                         HasSubstr("four good answers"), HasSubstr("3 to 5 minutes")),
          StartsWith("leap 3"), StartsWith("reference time 0"),
          testing::AllOf(StartsWith("precision -17"), HasSubstr("7.6 us"), HasSubstr("traps")),
          testing::AllOf(StartsWith("what to do"), HasSubstr("Do not add a LOCAL clock"))));
}

TEST(ServerVerdict, AUsableServerMayStillHaveFaults) {
  NtpHeader stale = good_header();
  stale.transmit = ntp_timestamp(std::chrono::seconds(1'795'392'000 + 36'000));
  ServerVerdict verdict = judge_server(answered(stale));
  EXPECT_EQ(verdict.verdict, "usable");
  EXPECT_THAT(verdict.reasons, ElementsAre(StartsWith("reference time 10.0 hours old")));

  NtpHeader far = good_header();
  far.root_delay = 1U << 16U;       // 1 s
  far.root_dispersion = 3U << 15U;  // 1.5 s
  verdict = judge_server(answered(far));
  EXPECT_THAT(verdict.reasons, ElementsAre(StartsWith("root distance 2.00 s")));

  NtpHeader future = good_header();
  future.reference = ntp_timestamp(std::chrono::seconds(1'795'392'200));
  EXPECT_THAT(judge_server(answered(future)).reasons, ElementsAre(HasSubstr("in its own future")));
}

TEST(ServerVerdict, RefidsOfAnUnsynchronisedServerAreExplained) {
  EXPECT_THAT(refid_meaning("STEP"), HasSubstr("step"));
  EXPECT_THAT(refid_meaning("RATE"), HasSubstr("too many"));
  EXPECT_EQ(refid_meaning("GPS"), "");
}

TEST(ServerVerdict, WhomAServerFollowsIsSaid) {
  EXPECT_EQ(reference_in_words(1, {'G', 'P', 'S', 0}), "a GPS receiver");
  EXPECT_EQ(reference_in_words(1, {'?', '?', '?', '?'}), "");
  EXPECT_THAT(reference_in_words(0, {'I', 'N', 'I', 'T'}), HasSubstr("never synchronised"));
  EXPECT_THAT(reference_in_words(16, {'S', 'T', 'E', 'P'}), HasSubstr("step"));
  EXPECT_THAT(reference_in_words(6, {127, 127, 1, 0}), HasSubstr("nothing steers"));
  EXPECT_THAT(reference_in_words(2, {127, 127, 28, 1}), HasSubstr("driver 28, unit 1"));
  EXPECT_EQ(reference_in_words(3, {127, 0, 0, 1}), "a server on its own machine");
  EXPECT_THAT(reference_in_words(3, {192, 0, 2, 1}), HasSubstr("hash of its IPv6"));
}

TEST(ServerVerdict, StratumZeroSixteenAndLeapThreeAreUnsynchronised) {
  for (const int stratum : {0, 16, 17, 255}) {
    NtpHeader header = good_header();
    header.stratum = static_cast<std::uint8_t>(stratum);
    header.refid = {};
    EXPECT_EQ(judge_server(answered(header)).verdict, "unsynchronised") << stratum;
  }
  NtpHeader header = good_header();
  header.leap = 3;
  EXPECT_EQ(judge_server(answered(header)).verdict, "unsynchronised");
  header.leap = 1;
  EXPECT_EQ(judge_server(answered(header)).verdict, "usable") << "an announced leap second";
  header.leap = 0;
  header.stratum = 15;
  EXPECT_EQ(judge_server(answered(header)).verdict, "usable");
}

TEST(ServerVerdict, LocalClockIsAReasonNotAVerdict) {
  NtpHeader header = good_header();
  header.stratum = 10;
  header.refid = {127, 127, 1, 0};
  const ServerVerdict verdict = judge_server(answered(header));
  EXPECT_EQ(verdict.verdict, "usable");
  EXPECT_THAT(verdict.reasons, ElementsAre(StartsWith("undisciplined: ")));

  header.refid = {127, 127, 20, 0};  // ntpd's NMEA driver: a real reference
  EXPECT_THAT(judge_server(answered(header)).reasons, IsEmpty());
  header.stratum = 1;
  header.refid = {'L', 'O', 'C', 'L'};
  EXPECT_THAT(judge_server(answered(header)).reasons, ElementsAre(StartsWith("undisciplined: ")));
}

TEST(ServerVerdict, KissWinsOverEverything) {
  ServerObservation seen = answered(good_header());
  seen.kiss = "RATE";
  seen.bogus.wrong_origin = 3;
  const ServerVerdict verdict = judge_server(seen);
  EXPECT_EQ(verdict.verdict, "kiss");
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("RATE"), HasSubstr("3 datagrams")));
}

TEST(ServerVerdict, SilenceIsUnreachableWithTheLastError) {
  ServerObservation seen;
  seen.sent = 7;
  seen.last_error = "cannot receive: Connection refused";
  const ServerVerdict verdict = judge_server(seen);
  EXPECT_EQ(verdict.verdict, "unreachable");
  EXPECT_THAT(verdict.reasons,
              ElementsAre("no answer to 7 requests", HasSubstr("Connection refused")));
}

TEST(ServerVerdict, OnlyForgeriesAreBogus) {
  ServerObservation seen;
  seen.sent = 7;
  seen.bogus.wrong_origin = 100;
  seen.bogus.too_short = 2;
  const ServerVerdict verdict = judge_server(seen);
  EXPECT_EQ(verdict.verdict, "bogus");
  EXPECT_THAT(verdict.reasons,
              ElementsAre("no valid answer to 7 requests", HasSubstr("100"), HasSubstr("2 ")));
}

TEST(ServerVerdict, ANameWithoutAddressIsUnreachable) {
  ServerObservation seen;
  seen.no_address = "cannot resolve x: Name or service not known";
  const ServerVerdict verdict = judge_server(seen);
  EXPECT_EQ(verdict.verdict, "unreachable");
  EXPECT_THAT(verdict.reasons, ElementsAre(StartsWith("cannot resolve x")));
}

TEST(ServerVerdict, StopCodes) {
  EXPECT_TRUE(is_stop_code("RATE"));
  EXPECT_TRUE(is_stop_code("DENY"));
  EXPECT_TRUE(is_stop_code("RSTR"));
  EXPECT_FALSE(is_stop_code("INIT"));
  EXPECT_FALSE(is_stop_code(""));
}

}  // namespace
}  // namespace guestclock::measure
