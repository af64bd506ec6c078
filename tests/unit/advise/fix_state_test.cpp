#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/advise/judged_guest.h"

namespace guestclock::advise {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

TEST(Fix, SaysWhatStandsThereAndWhatWill) {
  const Judgement judgement = judge_one(a_rule(), a_guest({"clocksource=hpet"}));
  ASSERT_THAT(judgement.findings, SizeIs(1));
  EXPECT_THAT(judgement.findings[0].changes,
              ElementsAre(model::FindingChange{"default entry", "clocksource", "hpet", "tsc"}));
  EXPECT_EQ(evidence(judgement, "boot.default.clocksource"), "hpet");
  EXPECT_EQ(evidence(judgement, "kernel.cmdline.clocksource"), "hpet");
}

TEST(Fix, InPlaceAndInForceIsSilent) {
  EXPECT_TRUE(is_silent(a_rule(), a_guest({"clocksource=tsc"})));
  EXPECT_TRUE(is_silent(a_rule(), a_guest({"clocksource=hpet", "clocksource=tsc"})));
  EXPECT_TRUE(is_silent(a_rule(), a_tree({"clocksource=tsc"})));
}

TEST(Fix, WrittenButNotInForceStillFires) {
  Facts facts = a_guest({"clocksource=tsc"});
  facts.kernel.cmdline = Parameters{};
  const Judgement judgement = judge_one(a_rule(), facts);
  ASSERT_THAT(judgement.findings, SizeIs(1));
  EXPECT_EQ(judgement.findings[0].changes[0].from, "tsc");
}

TEST(Fix, InForceButNotWrittenStillFires) {
  Facts facts = a_guest();
  facts.kernel.cmdline = Parameters{"clocksource=tsc"};
  EXPECT_TRUE(fires(a_rule(), facts));
}

TEST(Fix, UnreadableEntriesLeaveItToTheRunningKernel) {
  Facts facts = a_guest({"clocksource=tsc"});
  facts.boot.entries = Fact<std::vector<model::BootEntry>>::unknown("GRUB 2");
  EXPECT_TRUE(is_silent(a_rule(), facts));
  facts.kernel.cmdline = Parameters{};
  EXPECT_TRUE(fires(a_rule(), facts));
  facts.kernel.cmdline = Fact<Parameters>::live_only();
  EXPECT_TRUE(fires(a_rule(), facts));
}

TEST(Fix, ARemovalIsInPlaceOnceNoEntryHasIt) {
  Rule rule = a_rule();
  rule.fix.changes = {{"divider", std::nullopt}};
  EXPECT_TRUE(is_silent(rule, a_guest()));
  Facts facts = a_guest();
  facts.boot.entries = std::vector{an_entry({}, true), an_entry({"divider=10"}, false)};
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.findings, SizeIs(1));
  EXPECT_THAT(judgement.findings[0].changes,
              ElementsAre(model::FindingChange{"every entry", "divider", "10", std::nullopt}));
  facts.boot.entries.value()[1].rescue = true;
  EXPECT_TRUE(is_silent(rule, facts));
}

TEST(Fix, ARemovalOfWhatCannotBeSeenIsUndecided) {
  Rule rule = a_rule();
  rule.fix.changes = {{"divider", std::nullopt}};
  Facts facts = a_tree();
  facts.boot.entries = Fact<std::vector<model::BootEntry>>::unknown("GRUB 2");
  EXPECT_THAT(judge_one(rule, facts).not_judged,
              ElementsAre(model::NotJudged{"a-rule", "boot.entries", "GRUB 2", false}));
  facts.boot.entries = Fact<std::vector<model::BootEntry>>::live_only();
  EXPECT_THAT(
      judge_one(rule, facts).not_judged,
      ElementsAre(model::NotJudged{"a-rule", "boot.entries", std::string(model::kLiveOnly), true}));
  EXPECT_THAT(judge_one(rule, facts).findings, testing::IsEmpty());
}

TEST(Fix, EveryChangeMustBeInPlace) {
  Rule rule = a_rule();
  rule.fix.changes = {{"clocksource", "tsc"}, {"divider", "10"}};
  EXPECT_TRUE(fires(rule, a_guest({"clocksource=tsc"})));
  EXPECT_TRUE(is_silent(rule, a_guest({"clocksource=tsc", "divider=10"})));
}

TEST(Fix, ATunableIsInForceWhereItsRunningValueSaysSo) {
  Rule rule = a_rule();
  rule.fix.kind = model::FixKind::loader_tunable;
  rule.fix.changes = {{"kern.hz", "100"}};
  Facts facts = a_guest({"kern.hz=100"});
  facts.kernel.cmdline = Fact<Parameters>::unknown("FreeBSD has none");
  facts.kernel.hz = std::int64_t{1000};
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.findings, SizeIs(1));
  EXPECT_THAT(judgement.findings[0].changes,
              ElementsAre(model::FindingChange{"/boot/loader.conf", "kern.hz", "100", "100"}));
  facts.kernel.hz = std::int64_t{100};
  EXPECT_TRUE(is_silent(rule, facts));
  facts.kernel.hz = Fact<std::int64_t>::live_only();
  EXPECT_TRUE(is_silent(rule, facts));
  facts.boot.entries = std::vector<model::BootEntry>{};
  EXPECT_TRUE(fires(rule, facts));
}

TEST(Fix, InPlaceWinsOverAMissingFact) {
  Facts facts = a_guest({"clocksource=tsc"});
  facts.virtualization.vm = Fact<std::string>::unknown("no evidence");
  EXPECT_TRUE(is_silent(a_rule(), facts));
}

}  // namespace
}  // namespace guestclock::advise
