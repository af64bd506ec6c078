#include "advise/waive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::advise {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kToday = "2026-11-28";

Day day(const char* text) {
  return day_from(text).value();
}

model::Waiver waiver(std::vector<std::string> rules, const char* expires) {
  return {rules.front(), std::move(rules), {"because", day(expires)}, "accepted.json:1:1"};
}

model::Finding finding(const std::string& rule) {
  model::Finding finding;
  finding.rule = rule;
  finding.severity = model::Severity::high;
  return finding;
}

/// Findings of rules a, b and c (held), and d undecided.
model::Judgement a_judgement() {
  model::Judgement judgement;
  judgement.findings = {finding("a"), finding("b"), finding("c")};
  judgement.findings.back().held = true;
  judgement.not_judged = {{"d", "clock.source", "no such file", false}};
  return judgement;
}

std::vector<std::string> counting(const model::Judgement& judgement) {
  std::vector<std::string> names;
  for (const model::Finding& one : judgement.findings)
    names.push_back(one.rule);
  return names;
}

std::vector<std::string> waived(const model::Judgement& judgement) {
  std::vector<std::string> names;
  for (const model::WaivedFinding& one : judgement.waived)
    names.push_back(one.finding.rule);
  return names;
}

IdleWaivers waive(const std::vector<model::Waiver>& waivers, model::Judgement& judgement) {
  return advise::waive(waivers, day(kToday), judgement);
}

TEST(Waive, AFindingLeavesWholeWithReasonAndExpiry) {
  model::Judgement judgement = a_judgement();
  const IdleWaivers idle = waive({waiver({"b"}, "2027-01-31")}, judgement);
  EXPECT_THAT(counting(judgement), ElementsAre("a", "c"));
  EXPECT_THAT(judgement.waived,
              ElementsAre(model::WaivedFinding{finding("b"), {"because", day("2027-01-31")}}));
  EXPECT_TRUE(judgement.not_judged[0].leaves_open());
  EXPECT_THAT(idle.expired, IsEmpty());
  EXPECT_THAT(idle.unmet, IsEmpty());
}

TEST(Waive, TheLastDayCountsTheNextDoesNot) {
  for (const char* const expires : {"2026-11-28", "2026-11-29"}) {
    model::Judgement judgement = a_judgement();
    const IdleWaivers idle = waive({waiver({"a"}, expires)}, judgement);
    EXPECT_THAT(waived(judgement), ElementsAre("a")) << expires;
    EXPECT_THAT(idle.expired, IsEmpty()) << expires;
  }
  model::Judgement judgement = a_judgement();
  const IdleWaivers idle = waive({waiver({"a"}, "2026-11-27")}, judgement);
  EXPECT_EQ(judgement, a_judgement());
  EXPECT_THAT(idle.expired, ElementsAre(waiver({"a"}, "2026-11-27")));
  EXPECT_THAT(idle.unmet, IsEmpty());
}

TEST(Waive, HeldFindingsToo) {
  model::Judgement judgement = a_judgement();
  static_cast<void>(waive({waiver({"c"}, kToday)}, judgement));
  ASSERT_THAT(waived(judgement), ElementsAre("c"));
  EXPECT_TRUE(judgement.waived[0].finding.held);
}

TEST(Waive, ARowAcceptsAllItsRulesInTheOrderOfTheFindings) {
  model::Judgement judgement = a_judgement();
  const IdleWaivers idle =
      waive({waiver({"c"}, kToday), waiver({"b", "a", "no-finding"}, kToday)}, judgement);
  EXPECT_THAT(counting(judgement), IsEmpty());
  EXPECT_THAT(waived(judgement), ElementsAre("a", "b", "c"));
  EXPECT_THAT(idle.unmet, IsEmpty());
}

TEST(Waive, AnUndecidedRuleStaysListedAndLeavesNothingOpen) {
  model::Judgement judgement = a_judgement();
  const IdleWaivers idle = waive({waiver({"d"}, kToday)}, judgement);
  ASSERT_THAT(judgement.not_judged, SizeIs(1));
  EXPECT_FALSE(judgement.not_judged[0].leaves_open());
  EXPECT_EQ(judgement.not_judged[0].waived, (model::Acceptance{"because", day(kToday)}));
  EXPECT_THAT(idle.unmet, IsEmpty());
  model::Judgement later = a_judgement();
  static_cast<void>(waive({waiver({"d"}, "2026-11-27")}, later));
  EXPECT_TRUE(later.not_judged[0].leaves_open());
}

TEST(Waive, WhatMeetsNothingIsNamedUnlessItHasExpired) {
  model::Judgement judgement = a_judgement();
  const IdleWaivers idle =
      waive({waiver({"e"}, kToday), waiver({"f"}, "2026-11-27"), waiver({"a"}, kToday)}, judgement);
  EXPECT_THAT(idle.unmet, ElementsAre(waiver({"e"}, kToday)));
  EXPECT_THAT(idle.expired, ElementsAre(waiver({"f"}, "2026-11-27")));
}

}  // namespace
}  // namespace guestclock::advise
