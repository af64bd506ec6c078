#include "measure/server_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kSlack = 0.02;

TEST(IntersectOffsets, AllThatShareAPointAreBelieved) {
  const Verdicts verdicts = intersect_offsets({{0.0, 0.01}, {0.015, 0.01}, {0.005, 0.001}});
  EXPECT_THAT(verdicts.believed, ElementsAre(0, 1, 2));
  EXPECT_FALSE(verdicts.split);
}

TEST(IntersectOffsets, AMajorityRejectsTheOneOutside) {
  const Verdicts verdicts = intersect_offsets({{0.0, 0.01}, {1.33, 0.01}, {0.005, 0.01}});
  EXPECT_THAT(verdicts.believed, ElementsAre(0, 2));
  EXPECT_THAT(verdicts.rejected, ElementsAre(1));
}

TEST(IntersectOffsets, ALargeOffsetWithASmallErrorHoldsItself) {
  // Microseconds beside five days, where a double has steps of 6e-11 s.
  EXPECT_THAT(intersect_offsets({{-411862.620341416, 2.381e-05}}).believed, ElementsAre(0));
  EXPECT_THAT(intersect_offsets({{-411862.620341416, 1e-12}}).believed, ElementsAre(0));
  EXPECT_THAT(intersect_offsets({{4e8, 1e-6}, {4e8, 1e-6}, {0, 1e-6}}).believed, ElementsAre(0, 1));
}

TEST(IntersectOffsets, WithoutAStrictMajorityNothingIsKnown) {
  EXPECT_TRUE(intersect_offsets({{0.0, 0.01}, {1.33, 0.01}}).split);
  EXPECT_TRUE(intersect_offsets({{0, 0.1}, {0, 0.1}, {5, 0.1}, {5, 0.1}}).split);
  EXPECT_THAT(intersect_offsets({{0.0, 0.0}}).believed, ElementsAre(0));
  EXPECT_FALSE(intersect_offsets({}).split);
}

TEST(IntersectRates, OneOutsideButNearIsKept) {
  // 4 joint standard errors: outside the intersection, not beyond doubt.
  const Verdicts verdicts = intersect_rates({{0, 0.01}, {0.002, 0.01}, {4, 1}}, kSlack);
  EXPECT_THAT(verdicts.believed, ElementsAre(0, 1, 2));
  EXPECT_THAT(verdicts.rejected, IsEmpty());
}

TEST(IntersectRates, OneFarOutsideIsRejectedByAMajorityOnly) {
  EXPECT_THAT(intersect_rates({{0, 0.1}, {20, 0.1}, {0.1, 0.1}}, kSlack).rejected, ElementsAre(1));
  EXPECT_TRUE(intersect_rates({{0, 0.1}, {20, 0.1}}, kSlack).split);
  EXPECT_FALSE(intersect_rates({{0, 0.1}, {0.6, 0.1}}, kSlack).split);
}

TEST(WeightedMean, ScatterBeyondTheErrorsWidensIt) {
  const std::vector<Claim> near{{1, 0.1}, {1.1, 0.1}};
  EXPECT_NEAR(weighted_mean(near, {0, 1}).value, 1.05, 1e-12);
  EXPECT_NEAR(weighted_mean(near, {0, 1}).error, 0.1 / std::sqrt(2.0), 1e-12);
  const std::vector<Claim> far{{1, 0.1}, {2, 0.1}};
  EXPECT_NEAR(weighted_mean(far, {0, 1}).error, 0.5, 1e-12);
  EXPECT_NEAR(weighted_mean({{0, 1}, {1, 0.1}}, {0, 1}).value, 100.0 / 101, 1e-12);
}

model::Server server(const std::string& address, double rate, double half, double offset) {
  model::Server row;
  row.address = address;
  row.verdict = "usable";
  row.offset_s = offset;
  row.root_delay_s = 0.002;
  row.root_dispersion_s = 0.001;
  model::Drift drift;
  drift.clock = "monotonic_raw";
  drift.reference = address;
  drift.rate_error_ppm = rate;
  drift.ci95_ppm = model::Interval{rate - half, rate + half};
  drift.offset_s = offset;
  drift.offset_bound_s = 0.0005;
  drift.exchanges = drift.used = 40;
  drift.duration_s = 20;
  row.drift = drift;
  return row;
}

DriftPolicy policy() {
  DriftPolicy policy;
  policy.few_samples = 10;
  policy.wide_ppm = 5;
  policy.systematic_ppm = 0.005;
  policy.agreement_slack_ppm = kSlack;
  return policy;
}

TEST(Agree, OneServerGivesItsDriftAndSaysThatItIsAlone) {
  std::vector<model::Server> rows{server("a:123", 10, 0.2, 0.001)};
  const auto drift = agree(rows, policy());
  EXPECT_EQ(*drift, rows[0].drift.value());
  EXPECT_THAT(rows[0].reasons.at(0), HasSubstr("alone: "));
  rows[0].verdict = "unsynchronised";
  EXPECT_FALSE(agree(rows, policy()));
}

TEST(Agree, OneWhoseTimeIsOffIsAFalsetickerWhateverItsRate) {
  std::vector<model::Server> rows{server("a:123", 10, 0.2, 0.001), server("b:123", 10, 0.2, 1.33),
                                  server("c:123", 10.1, 0.2, 0.0012)};
  const auto drift = agree(rows, policy());
  EXPECT_EQ(rows[1].verdict, "falseticker");
  EXPECT_THAT(rows[1].reasons.at(0), HasSubstr("its time contradicts that of 2 other servers"));
  EXPECT_EQ(drift->reference, "a:123, c:123");
  EXPECT_NEAR(drift->rate_error_ppm.value(), 10.05, 1e-9);
  EXPECT_NEAR(drift->offset_s.value(), 0.0011, 1e-6);
  // Both bounds are 2.5 ms: what both allow is 4.8 ms wide.
  EXPECT_NEAR(drift->offset_bound_s.value(), 0.0024, 1e-6);
  EXPECT_EQ(drift->exchanges, 80);
}

TEST(Agree, TwoWhoseTimesContradictEachOtherLeaveItUnknown) {
  std::vector<model::Server> rows{server("a:123", 10, 0.2, 0.001), server("b:123", 10, 0.2, 1.33)};
  const auto drift = agree(rows, policy());
  EXPECT_THAT(drift->rate_error_ppm.reason(),
              HasSubstr("a:123, b:123 contradict each other in their time"));
  EXPECT_EQ(rows[0].verdict, "usable");
}

TEST(Agree, TwoNamesOfOneAddressHaveOneVoice) {
  std::vector<model::Server> rows{server("a:123", 10, 0.2, 0.001), server("b:123", 30, 0.2, 0.001),
                                  server("c:123", 30, 0.2, 0.001)};
  rows[1].endpoint = rows[2].endpoint = model::Fact<std::string>("192.0.2.1:123");
  const auto drift = agree(rows, policy());
  EXPECT_THAT(rows[2].reasons,
              testing::Contains("the same server as b:123: it has one voice, not two"));
  EXPECT_FALSE(drift->rate_error_ppm.known()) << "one against one";
  rows[2].endpoint = model::Fact<std::string>("192.0.2.2:123");
  EXPECT_NEAR(agree(rows, policy())->rate_error_ppm.value(), 30, 1e-9);
}

TEST(ComparePairs, SaysHowFarEachTwoLieApart) {
  const auto pairs = compare_pairs(
      {server("a:123", 10, 0.196, 0.001), server("b:123", 12, 0.196, -0.452), model::Server()});
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_NEAR(pairs[0].offset_s.value(), 0.453, 1e-9);
  EXPECT_NEAR(pairs[0].rate_ppm.value(), -2, 1e-9);
  EXPECT_NEAR(pairs[0].standard_errors.value(), 2 / (0.1 * std::sqrt(2.0)), 1e-6);
}

TEST(ComparePairs, TheTimeStampsOfAnUnsynchronisedServerCountToo) {
  model::Server asleep = server("b:123", 0, 1, -0.452);
  asleep.verdict = "unsynchronised";
  asleep.drift = model::Fact<model::Drift>::unknown("the server is not usable");
  const auto pairs = compare_pairs({asleep, server("c:123", 12, 0.196, -1.78)});
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_NEAR(pairs[0].offset_s.value(), 1.328, 1e-9);
  EXPECT_FALSE(pairs[0].rate_ppm.known());
}

}  // namespace
}  // namespace guestclock::measure
