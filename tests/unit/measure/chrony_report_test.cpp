// Output of chronyc 4.3 as its daemon gave it in a network of two machines.
#include "measure/chrony_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

using std::chrono::seconds;

constexpr Nanoseconds kNow = seconds(1'795'814'660);

TEST(ChronyTracking, BeforeTheFirstSource) {
  const auto told = parse_chrony_tracking(
      "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,"
      "1.000000000,0.0,Not synchronised\n",
      kNow);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->stratum.value(), 16);
  EXPECT_EQ(told->leap.value(), 3);
  EXPECT_EQ(told->refid.value(), "");
  EXPECT_FALSE(told->offset_s.known());
  EXPECT_FALSE(told->reference_age_s.known());
  EXPECT_FALSE(told->root_distance_s.known());
}

// Its clock was 2 s ahead and gained 500 ppm: "2.015 seconds fast", "500.061 ppm fast".
TEST(ChronyTracking, SignsOfAFastClockThatIsAhead) {
  const auto told = parse_chrony_tracking(
      "C0000201,192.0.2.1,3,1795814658.585383342,-2.014997244,0.000005444,0.000011842,500.061,"
      "0.043,3.651,0.000046847,0.000043387,4.0,Normal\n",
      kNow);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->stratum.value(), 3);
  EXPECT_EQ(told->leap.value(), 0);
  EXPECT_EQ(told->refid.value(), "192.0.2.1");
  EXPECT_DOUBLE_EQ(told->offset_s.value(), -2.014997244);
  EXPECT_DOUBLE_EQ(told->frequency_ppm.value(), 500.061);
  EXPECT_NEAR(told->reference_age_s.value(), 1.4146, 1e-4);
  EXPECT_DOUBLE_EQ(told->update_interval_s.value(), 4);
  EXPECT_NEAR(told->root_distance_s.value(), 0.0000668105, 1e-9);
}

TEST(ChronyTracking, ItsOwnClockIsToldByTheRefid) {
  const auto told = parse_chrony_tracking(
      "7F7F0101,,10,1795814658.5,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,Normal", kNow);
  EXPECT_EQ(told->refid.value(), "127.127.1.1");
}

TEST(ChronyTracking, AReferenceInTheFutureIsNotNegative) {
  const auto told = parse_chrony_tracking(
      "C0000201,192.0.2.1,3,1795814999.5,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,Insert second", kNow);
  EXPECT_EQ(told->reference_age_s.value(), 0);
  EXPECT_EQ(told->leap.value(), 1);
}

TEST(ChronySources, StatesReachAndOffsets) {
  const auto told = parse_chrony_sources(
      "^,*,192.0.2.1,2,2,377,2,0.000048290,0.000053734,0.000078207\n"
      "^,?,192.0.2.7,0,6,0,4294967295,0.000000000,0.000000000,0.000000000\n"
      "^,x,192.0.2.3,2,6,5,12,-0.250000000,-0.250000000,0.003\n"
      "#,-,GPS,0,4,377,11,-0.0001,-0.0001,0.0002\n");
  ASSERT_TRUE(told) << told.error().message;
  ASSERT_EQ(told->size(), 4U);
  const auto& [followed, silent, wrong, gps] =
      std::tie((*told)[0], (*told)[1], (*told)[2], (*told)[3]);
  EXPECT_EQ(followed.name, "192.0.2.1");
  EXPECT_EQ(followed.state, "selected");
  EXPECT_EQ(followed.answered.value(), 8);
  EXPECT_EQ(followed.reach.value(), 0377);
  EXPECT_DOUBLE_EQ(followed.poll_s.value(), 4);
  EXPECT_DOUBLE_EQ(followed.last_answer_s.value(), 2);
  EXPECT_DOUBLE_EQ(followed.offset_s.value(), -0.000048290);
  EXPECT_DOUBLE_EQ(followed.root_distance_s.value(), 0.000078207);
  EXPECT_TRUE(followed.selectable.value());
  EXPECT_EQ(silent.state, "not-usable");
  EXPECT_EQ(silent.answered.value(), 0);
  EXPECT_FALSE(silent.last_answer_s.known());
  EXPECT_FALSE(silent.offset_s.known());
  EXPECT_FALSE(silent.selectable.value());
  EXPECT_EQ(wrong.state, "falseticker");
  EXPECT_EQ(wrong.answered.value(), 2);
  EXPECT_DOUBLE_EQ(wrong.offset_s.value(), 0.25);
  EXPECT_EQ(gps.name, "GPS");
  EXPECT_EQ(gps.state, "usable");
}

TEST(ChronySources, NoneIsAnEmptyList) {
  EXPECT_TRUE(parse_chrony_sources("").value().empty());
}

TEST(ChronySources, OfThousandsTheFirst) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "^,?,192.0.2.7,0,6,0,4294967295,0.0,0.0,0.0\n";
  EXPECT_EQ(parse_chrony_sources(text).value().size(), 64U);
}

TEST(ChronyReports, WhatIsNoneIsMalformed) {
  for (const char* const text :
       {"", ",", "506 Cannot talk to daemon", "C0000201,192.0.2.1,3",
        "C0000201,192.0.2.1,3,nan,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,Normal",
        "C0000201,192.0.2.1,-3,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,Normal",
        "C0000201,192.0.2.1,3,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,Fine",
        "C0000201,192.0.2.1,3,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,Normal,more"}) {
    const auto told = parse_chrony_tracking(text, kNow);
    ASSERT_FALSE(told) << text;
    EXPECT_EQ(told.error().code, ErrorCode::malformed);
  }
  for (const char* const text : {"^,*,192.0.2.1\n", "^,!,192.0.2.1,2,2,377,2,0.0,0.0,0.0\n",
                                 "^,*,192.0.2.1,2,99,377,2,0.0,0.0,0.0\n",
                                 "^,*,192.0.2.1,2,2,477,2,0.0,0.0,0.0\n", "\x01\xff\n"}) {
    EXPECT_FALSE(parse_chrony_sources(text)) << text;
  }
}

TEST(ChronyReports, ForeignBytesAreMadePrintable) {
  const auto told = parse_chrony_sources("^,*,a\x1b[2J,2,2,377,2,0.0,0.0,0.0\n");
  EXPECT_EQ(told.value().front().name, "a\\x1b[2J");
}

}  // namespace
}  // namespace guestclock::measure
