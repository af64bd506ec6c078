#include "measure/server_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  header.refid = {192, 0, 2, 1};
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
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("INIT"), HasSubstr("leap 3")));
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
