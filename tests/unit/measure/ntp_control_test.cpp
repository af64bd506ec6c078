#include "measure/ntp_control.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ntpd_answers.h"

namespace guestclock::measure {
namespace {

using support::control_packet;
using support::kReadStatus;
using support::kReadVariables;
using testing::ElementsAre;

constexpr ControlRequest kRequest{ControlRequest::Operation::read_variables, 17767, 5};

TEST(ControlRequest, IsTwelveBytes) {
  EXPECT_THAT(encode(kRequest), ElementsAre(0x16, 2, 0, 5, 0, 0, 0x45, 0x67, 0, 0, 0, 0));
}

TEST(ControlAnswer, FragmentsInAnyOrder) {
  ControlAnswer answer(kRequest);
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "ghi", 6)));
  EXPECT_FALSE(answer.complete());
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "abc", 0, true)));
  EXPECT_FALSE(answer.complete());
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "def", 3, true)));
  ASSERT_TRUE(answer.complete());
  EXPECT_EQ(answer.text(), "abcdefghi");
}

TEST(ControlAnswer, AnEmptyOneIsComplete) {
  ControlAnswer answer(kRequest);
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "")));
  EXPECT_TRUE(answer.complete());
  EXPECT_EQ(answer.text(), "");
}

TEST(ControlAnswer, WhatAnswersSomethingElseIsLeftAside) {
  ControlAnswer answer(kRequest);
  for (const auto& other :
       {control_packet(kReadStatus, 5, 17767, "x"), control_packet(kReadVariables, 6, 17767, "x"),
        control_packet(kReadVariables, 5, 17768, "x"), std::vector<std::uint8_t>{},
        std::vector<std::uint8_t>(11, 0x16), std::vector<std::uint8_t>(2048, 0xff)}) {
    ASSERT_TRUE(answer.add(other));
    EXPECT_FALSE(answer.complete());
  }
  auto request = control_packet(kReadVariables, 5, 17767, "x");
  request[1] = kReadVariables;  // no response
  ASSERT_TRUE(answer.add(request));
  EXPECT_FALSE(answer.complete());
}

TEST(ControlAnswer, ACountBeyondTheDatagramIsLeftAside) {
  ControlAnswer answer(kRequest);
  auto packet = control_packet(kReadVariables, 5, 17767, "abcd");
  packet[11] = 200;
  ASSERT_TRUE(answer.add(packet));
  EXPECT_FALSE(answer.complete());
}

TEST(ControlAnswer, AFragmentBeyondTheEndDoesNotCount) {
  ControlAnswer answer(kRequest);
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "far away", 65000, true)));
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "tail beyond", 2, true)));
  ASSERT_TRUE(answer.add(control_packet(kReadVariables, 5, 17767, "abcd")));
  ASSERT_TRUE(answer.complete());
  EXPECT_EQ(answer.text(), "abta");
}

TEST(ControlAnswer, AnErrorIsTold) {
  ControlAnswer answer(kRequest);
  auto packet = control_packet(kReadVariables, 5, 17767, "");
  packet[1] |= 0x40;
  packet[4] = 4;
  const auto added = answer.add(packet);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "it does not know the association");
}

TEST(ControlVariables, QuotesHoldCommas) {
  const auto found = parse_control_variables(
      "a=1,\r\n system=\"Linux/6.1, of a test\", empty=, alone, last=x\r\n");
  EXPECT_EQ(found.at("a"), "1");
  EXPECT_EQ(found.at("system"), "Linux/6.1, of a test");
  EXPECT_EQ(found.at("empty"), "");
  EXPECT_EQ(found.at("last"), "x");
  EXPECT_EQ(found.size(), 4U);
}

TEST(ControlVariables, AQuoteThatNeverEndsTakesNothingElse) {
  const auto found = parse_control_variables("filtdelay=\"\xba 0.00, reach=0x3");
  EXPECT_EQ(found.at("reach"), "0x3");
}

TEST(ControlVariables, OfThousandsTheFirst) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "v" + std::to_string(i) + "=1,";
  EXPECT_EQ(parse_control_variables(text).size(), 256U);
}

TEST(ControlAssociations, FourBytesEach) {
  const auto all = parse_control_associations(support::association_list(0xb61a) + "x");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, 17767);
  EXPECT_EQ(all[0].status, 0xb61a);
  EXPECT_EQ(all[1].id, 17768);
  EXPECT_EQ(parse_control_associations(std::string(4000, 'x')).size(), 64U);
}

TEST(ControlDaemon, JustStarted) {
  const auto told = daemon_of(parse_control_variables(support::kStartingSystem));
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->stratum.value(), 16);
  EXPECT_EQ(told->leap.value(), 3);
  EXPECT_EQ(told->refid.value(), "INIT");
  EXPECT_FALSE(told->reference_age_s.known());
  EXPECT_FALSE(told->offset_s.known());
}

TEST(ControlDaemon, FollowingASource) {
  const auto told = daemon_of(parse_control_variables(support::kFollowingSystem));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->stratum.value(), 3);
  EXPECT_EQ(told->refid.value(), "192.0.2.1");
  EXPECT_NEAR(told->offset_s.value(), 78.96e-6, 1e-12);
  // It adds 12.5 ppm: left alone the clock runs slow.
  EXPECT_DOUBLE_EQ(told->frequency_ppm.value(), -12.5);
  EXPECT_NEAR(told->reference_age_s.value(), 7.58, 0.01);
  EXPECT_NEAR(told->root_distance_s.value(), 0.0628685, 1e-7);
  EXPECT_DOUBLE_EQ(told->update_interval_s.value(), 16);
}

TEST(ControlDaemon, WithoutStratumAndLeapItIsNone) {
  for (const char* const text : {"", "stratum=2", "leap=0", "stratum=-1, leap=0",
                                 "stratum=999, leap=0", "stratum=2, leap=7", "\xff\x00=,,,=="}) {
    EXPECT_FALSE(daemon_of(parse_control_variables(text))) << text;
  }
}

TEST(ControlSource, AfterTwoAnswers) {
  const auto source =
      source_of({17767, 0xb014}, parse_control_variables(support::kPeerAfterTwoAnswers),
                parse_control_variables(support::kStartingSystem));
  EXPECT_EQ(source.name, "192.0.2.1");
  EXPECT_EQ(source.state, "not-usable");
  EXPECT_EQ(source.stratum.value(), 2);
  EXPECT_EQ(source.reach.value(), 1);
  EXPECT_EQ(source.answered.value(), 1);
  EXPECT_DOUBLE_EQ(source.poll_s.value(), 16);
  EXPECT_NEAR(source.last_answer_s.value(), 0.663, 1e-3);
  EXPECT_NEAR(source.offset_s.value(), 0.300011, 1e-6);
  EXPECT_NEAR(source.dispersion_s.value(), 3.937514, 1e-6);
  EXPECT_NEAR(source.root_distance_s.value(), 3.937514 + 0.599952 / 2, 1e-5);
  EXPECT_FALSE(source.selectable.value());
}

TEST(ControlSource, Followed) {
  const auto source = source_of({17767, 0xb61a}, parse_control_variables(support::kPeerFollowed),
                                parse_control_variables(support::kFollowingSystem));
  EXPECT_EQ(source.state, "selected");
  EXPECT_TRUE(source.selectable.value());
  EXPECT_EQ(source.answered.value(), 2);
}

TEST(ControlSource, SilentOrNotToldAtAll) {
  const auto silent = source_of({17768, 0x8011}, parse_control_variables(support::kPeerSilent),
                                parse_control_variables(support::kStartingSystem));
  EXPECT_EQ(silent.answered.value(), 0);
  EXPECT_FALSE(silent.offset_s.known());
  EXPECT_FALSE(silent.last_answer_s.known());
  EXPECT_FALSE(silent.selectable.value());
  const auto nothing = source_of({7, 0xffff}, {}, {});
  EXPECT_EQ(nothing.name, "source 7");
  EXPECT_FALSE(nothing.reach.known());
  EXPECT_FALSE(nothing.root_distance_s.known());
}

// ntpd 4.2.8: other names for some members, reach in decimal, poll beyond what anyone may set.
TEST(ControlSource, TheReferenceImplementationAndNonsense) {
  const auto source = source_of(
      {1, 0x961a},
      parse_control_variables("srcadr=192.0.2.1, srchost=ntp.example, reach=255, hpoll=99, "
                              "stratum=1, rootdelay=10.0, rootdisp=20.0, delay=2.0, offset=-1.5, "
                              "dispersion=0.9, flash=0x0, rec=0xeeb473d5"),
      parse_control_variables("clock=0xeeb473dd.8cab98c5"));
  EXPECT_EQ(source.name, "ntp.example");
  EXPECT_EQ(source.answered.value(), 8);
  EXPECT_FALSE(source.poll_s.known());
  EXPECT_FALSE(source.last_answer_s.known());
  EXPECT_NEAR(source.root_distance_s.value(), 0.0269, 1e-9);
  EXPECT_DOUBLE_EQ(source.offset_s.value(), -0.0015);
}

}  // namespace
}  // namespace guestclock::measure
