#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/advise/judged_guest.h"

namespace guestclock::advise {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Ranges, EveryPartMustHold) {
  Rule rule = a_rule();
  rule.ranges.os = {"linux"};
  rule.ranges.arch = {"i386", "x86_64"};
  rule.ranges.distributions = {{{"rhel", "centos"}, {"5.1", "5.3"}}};
  rule.ranges.kernel = {"2.6.18", "2.6.18"};
  EXPECT_TRUE(fires(rule, a_guest()));
  const auto silent_with = [&rule](auto change) {
    Facts facts = a_guest();
    change(facts);
    return is_silent(rule, facts);
  };
  EXPECT_TRUE(silent_with([](Facts& facts) { facts.virtualization.vm = std::string("xen"); }));
  EXPECT_TRUE(silent_with([](Facts& facts) { facts.kernel.os = std::string("freebsd"); }));
  EXPECT_TRUE(silent_with([](Facts& facts) { facts.kernel.arch = std::string("aarch64"); }));
  EXPECT_TRUE(silent_with([](Facts& facts) { facts.kernel.release = std::string("2.6.20"); }));
  EXPECT_TRUE(silent_with([](Facts& facts) { facts.kernel.release = std::string("custom"); }));
  EXPECT_TRUE(
      silent_with([](Facts& facts) { facts.kernel.distribution.version = std::string("5.4"); }));
  EXPECT_TRUE(
      silent_with([](Facts& facts) { facts.kernel.distribution.id = std::string("debian"); }));
}

TEST(Ranges, BoundsSpeakForAllThatBeginsWithThem) {
  Rule rule = a_rule();
  rule.ranges.distributions = {{{"centos"}, {std::nullopt, "5"}}};
  EXPECT_TRUE(fires(rule, a_guest()));
  rule.ranges.distributions = {{{"centos"}, {"5.3", std::nullopt}}};
  EXPECT_TRUE(fires(rule, a_guest()));
  rule.ranges.distributions = {{{"centos"}, {"5.4", std::nullopt}}};
  EXPECT_TRUE(is_silent(rule, a_guest()));
}

TEST(Ranges, NotDistributionsExclude) {
  Rule rule = a_rule();
  rule.ranges.not_distributions = {{{"centos"}, {"5", "5"}}};
  EXPECT_TRUE(is_silent(rule, a_guest()));
  rule.ranges.not_distributions = {{{"centos"}, {"6", std::nullopt}}, {{"rhel"}, {}}};
  EXPECT_TRUE(fires(rule, a_guest()));
}

TEST(Ranges, TheKernelIsASecondWitnessOfADistribution) {
  Rule rule = a_rule();
  rule.ranges.distributions = {{{"centos"}, {"5.3", "5.3"}}};
  rule.ranges.kernel = {"2.6.18", "2.6.18"};
  Facts facts = a_guest();
  facts.kernel.release = Fact<std::string>::unknown("no entry names it");
  EXPECT_TRUE(fires(rule, facts));
  facts.kernel.release = std::string("2.6.32");
  EXPECT_TRUE(is_silent(rule, facts));
  facts.kernel.distribution.id = Fact<std::string>::unknown("no release file");
  EXPECT_TRUE(is_silent(rule, facts));
  facts.kernel.release = std::string("2.6.18-128.el5");
  EXPECT_EQ(judge_one(rule, facts).not_judged.at(0).fact, "kernel.distribution.id");
  rule.ranges.distributions.clear();
  facts.kernel.release = Fact<std::string>::unknown("no entry names it");
  EXPECT_EQ(judge_one(rule, facts).not_judged.at(0).fact, "kernel.release");
  rule.ranges.not_distributions = {{{"debian"}, {std::nullopt, "4"}}};
  facts.kernel.distribution.id = std::string("centos");
  EXPECT_TRUE(fires(rule, facts));
}

TEST(Ranges, AnyMeansEveryHypervisorButNeverBareMetal) {
  Rule rule = a_rule();
  rule.ranges.vm = {"any"};
  Facts facts = a_guest();
  facts.virtualization.vm = std::string("vm-other");
  EXPECT_TRUE(fires(rule, facts));
  facts.virtualization.vm = std::string("none");
  EXPECT_TRUE(is_silent(rule, facts));
  rule.fix = {};
  EXPECT_TRUE(is_silent(rule, facts));
}

TEST(Ranges, InsideAContainerOnlyMentionsFire) {
  Rule rule = a_rule();
  Facts facts = a_guest();
  facts.virtualization.container = std::string("docker");
  EXPECT_TRUE(is_silent(rule, facts));
  rule.applies = false;
  EXPECT_TRUE(fires(rule, facts));
  facts.virtualization.container = Fact<std::string>::unknown("no /proc");
  EXPECT_TRUE(fires(a_rule(), facts));
}

TEST(Undecided, NamesTheFirstMissingFact) {
  Rule rule = a_rule();
  rule.ranges.arch = {"i386"};
  Facts facts = a_guest();
  facts.kernel.arch = Fact<std::string>::unknown("no program to look at");
  facts.virtualization.vm = Fact<std::string>::unknown("no evidence");
  const Judgement judgement = judge_one(rule, facts);
  EXPECT_THAT(judgement.findings, IsEmpty());
  EXPECT_THAT(judgement.not_judged,
              ElementsAre(model::NotJudged{"a-rule", "virtualization.vm", "no evidence", false}));
}

TEST(Undecided, AKnownPartOutsideDecidesNonetheless) {
  Rule rule = a_rule();
  rule.ranges.arch = {"x86_64"};
  Facts facts = a_guest();
  facts.virtualization.vm = Fact<std::string>::unknown("no evidence");
  EXPECT_TRUE(is_silent(rule, facts));
  rule.ranges.arch.clear();
  rule.when = fact_is("kernel.os", "freebsd");
  EXPECT_TRUE(is_silent(rule, facts));
}

TEST(Undecided, WhatOnlyARunningSystemShowsIsNoGap) {
  Rule rule = a_rule();
  rule.when = fact_is("clock.source", "hpet");
  Facts facts = a_tree();
  facts.clock.source = Fact<std::string>::live_only();
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.not_judged, SizeIs(1));
  EXPECT_EQ(judgement.not_judged[0].fact, "clock.source");
  EXPECT_EQ(judgement.not_judged[0].reason, model::kLiveOnly);
  EXPECT_TRUE(judgement.not_judged[0].live_only);
}

TEST(Undecided, ALiveOnlyPartThatMustHoldOutweighsOtherGaps) {
  Rule rule = a_rule();
  rule.when = fact_is("clock.source", "hpet");
  Facts facts = a_tree();
  facts.virtualization.vm = Fact<std::string>::unknown("no evidence");
  facts.clock.source = Fact<std::string>::live_only();
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.not_judged, SizeIs(1));
  EXPECT_EQ(judgement.not_judged[0].fact, "clock.source");
  EXPECT_TRUE(judgement.not_judged[0].live_only);
}

TEST(Undecided, AnotherWayToHoldMakesItAGap) {
  Rule rule = a_rule();
  rule.when.kind = Condition::Kind::any;
  rule.when.children = {fact_is("clock.source", "hpet"), fact_is("kernel.arch", "i386")};
  Facts facts = a_tree();
  facts.clock.source = Fact<std::string>::live_only();
  facts.kernel.arch = Fact<std::string>::unknown("no program to look at");
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.not_judged, SizeIs(1));
  EXPECT_EQ(judgement.not_judged[0].fact, "kernel.arch");
  EXPECT_FALSE(judgement.not_judged[0].live_only);
}

TEST(Conditions, NestAndShortCircuit) {
  Rule rule = a_rule();
  Condition negated;
  negated.kind = Condition::Kind::negation;
  negated.children = {fact_is("kernel.os", "freebsd")};
  Condition either;
  either.kind = Condition::Kind::any;
  either.children = {fact_is("kernel.arch", "i386"), fact_is("clock.source", "hpet")};
  rule.when.children = {negated, either};
  const Judgement judgement = judge_one(rule, a_guest());
  ASSERT_THAT(judgement.findings, SizeIs(1));
  EXPECT_EQ(evidence(judgement, "kernel.os"), "linux");
  EXPECT_EQ(evidence(judgement, "kernel.arch"), "i386");
  EXPECT_EQ(evidence(judgement, "clock.source"), std::nullopt);
}

TEST(Conditions, MeasurementsAreFactsToo) {
  Rule rule = a_rule();
  rule.when.kind = Condition::Kind::fact;
  rule.when.path = "measurements.ticks.lost";
  rule.when.op = Condition::Operator::greater;
  rule.when.value = 10.0;
  model::Measurements measurements;
  measurements.ticks.lost = std::int64_t{20};
  EXPECT_THAT(judge({&rule, 1}, a_guest(), &measurements, {}).findings, SizeIs(1));
  measurements.ticks.lost = std::int64_t{5};
  EXPECT_THAT(judge({&rule, 1}, a_guest(), &measurements, {}).findings, IsEmpty());
  EXPECT_THAT(judge_one(rule, a_guest()).not_judged, SizeIs(1));
}

TEST(Conditions, ParametersOfEntriesAndOfTheRunningKernel) {
  using Where = Condition::Where;
  Rule rule = a_rule();
  rule.fix = {};
  Facts facts = a_guest({"divider=10"});
  for (const Where where : {Where::default_entry, Where::any_entry, Where::running}) {
    rule.when = parameter_present("divider", where);
    EXPECT_TRUE(fires(rule, facts));
    EXPECT_TRUE(is_silent(rule, a_guest()));
  }
  facts.boot.entries = std::vector{an_entry({}, true), an_entry({"divider=10"}, false)};
  rule.when = parameter_present("divider", Where::default_entry);
  EXPECT_TRUE(is_silent(rule, facts));
  rule.when = parameter_present("divider", Where::any_entry);
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.findings, SizeIs(1));
  EXPECT_EQ(evidence(judgement, "boot.entries.divider"), "10 (second)");
  facts.boot.entries.value()[1].rescue = true;
  EXPECT_TRUE(is_silent(rule, facts));
}

TEST(Conditions, TheRunningKernelStandsForEntriesThatCannotBeRead) {
  Rule rule = a_rule();
  rule.fix = {};
  rule.when = parameter_present("divider", Condition::Where::any_entry);
  Facts facts = a_guest({"divider=10"});
  facts.boot.entries = Fact<std::vector<model::BootEntry>>::unknown("GRUB 2");
  EXPECT_TRUE(fires(rule, facts));
  facts.kernel.cmdline = Parameters{};
  EXPECT_TRUE(is_silent(rule, facts));
  facts.kernel.cmdline = Fact<Parameters>::live_only();
  const Judgement judgement = judge_one(rule, facts);
  EXPECT_THAT(judgement.not_judged,
              ElementsAre(model::NotJudged{"a-rule", "boot.entries", "GRUB 2", false}));
}

TEST(Consent, ARiskIsHeldUntilAccepted) {
  Rule rule = a_rule();
  const auto held_with = [&rule](const std::vector<std::string>& accepted) {
    model::Consent consent;
    consent.accepted = accepted;
    return judge_one(rule, a_guest(), consent).findings.at(0).held;
  };
  EXPECT_FALSE(held_with({}));
  rule.risk = model::Risk::panic;
  EXPECT_TRUE(held_with({}));
  EXPECT_TRUE(held_with({"another-rule"}));
  EXPECT_FALSE(held_with({"a-rule"}));
  EXPECT_FALSE(held_with({"V-99"}));
  EXPECT_FALSE(held_with({"all"}));
}

/// The first writes divider=10 at a risk, the second takes divider away.
std::vector<Rule> rules_that_undo_each_other() {
  std::vector<Rule> rules{a_rule(), a_rule()};
  rules[0].risk = model::Risk::panic;
  rules[0].fix.changes = {{"divider", "10"}};
  rules[1].rule = "a-removal";
  rules[1].catalogue = "K-99";
  rules[1].when = parameter_present("divider", Condition::Where::any_entry);
  rules[1].fix.changes = {{"divider", std::nullopt}};
  return rules;
}

bool removal_fires(const std::vector<Rule>& rules, const Facts& facts,
                   const model::Consent& consent = {}) {
  const Judgement judgement = judge(rules, facts, nullptr, consent);
  return std::any_of(judgement.findings.begin(), judgement.findings.end(),
                     [](const model::Finding& finding) { return finding.rule == "a-removal"; });
}

TEST(Consent, ARemovalIsSilentWhereItsParameterIsWanted) {
  std::vector<Rule> rules = rules_that_undo_each_other();
  const Facts facts = a_guest({"divider=10"});
  EXPECT_TRUE(removal_fires(rules, facts));
  EXPECT_FALSE(removal_fires(rules, facts, {{"a-rule"}, {}}));
  EXPECT_FALSE(removal_fires(rules, facts, {{"all"}, {}}));
  EXPECT_FALSE(removal_fires(rules, facts, {{}, {"divider=10"}}));
  EXPECT_TRUE(removal_fires(rules, facts, {{"a-removal"}, {"clocksource=tsc"}}));

  rules[0].risk = model::Risk::none;
  EXPECT_FALSE(removal_fires(rules, facts));
  rules[0].fix.kind = model::FixKind::loader_tunable;
  EXPECT_TRUE(removal_fires(rules, facts));
}

TEST(Consent, WhatIsWantedElsewhereIsNotWantedHere) {
  std::vector<Rule> rules = rules_that_undo_each_other();
  rules[0].ranges.arch = {"x86_64"};
  Facts facts = a_guest({"divider=10"});
  EXPECT_TRUE(removal_fires(rules, facts, {{"a-rule"}, {}}));
  EXPECT_TRUE(removal_fires(rules, facts, {{}, {"divider=10"}}));
  facts.kernel.arch = Fact<std::string>::unknown("no program to look at");
  EXPECT_FALSE(removal_fires(rules, facts, {{"a-rule"}, {}}));
}

TEST(Evidence, ShowsWhatTheRuleAsksToShowOnce) {
  Rule rule = a_rule();
  rule.shows = {"kernel.release", "clock.source", "virtualization.vm"};
  Facts facts = a_guest();
  facts.clock.source = Fact<std::string>::unknown("no sysfs");
  const Judgement judgement = judge_one(rule, facts);
  ASSERT_THAT(judgement.findings, SizeIs(1));
  std::vector<std::string> paths;
  for (const auto& seen : judgement.findings[0].evidence)
    paths.push_back(seen.fact);
  EXPECT_THAT(paths, ElementsAre("virtualization.vm", "virtualization.container",
                                 "boot.default.clocksource", "kernel.cmdline.clocksource",
                                 "kernel.release", "clock.source"));
  EXPECT_EQ(evidence(judgement, "clock.source"), "unknown: no sysfs");
}

TEST(Evidence, IsPrintable) {
  Facts facts = a_guest({"clocksource=\x1b[31mred"});
  const Judgement judgement = judge_one(a_rule(), facts);
  EXPECT_EQ(evidence(judgement, "boot.default.clocksource"), "\\x1b[31mred");
}

TEST(Judgement, KeepsTheOrderOfTheRules) {
  std::vector<Rule> rules{a_rule(), a_rule()};
  rules[0].rule = "z-rule";
  rules[1].rule = "b-rule";
  const Judgement judgement = judge(rules, a_guest(), nullptr, {});
  ASSERT_THAT(judgement.findings, SizeIs(2));
  EXPECT_EQ(judgement.findings[0].rule, "z-rule");
}

}  // namespace
}  // namespace guestclock::advise
