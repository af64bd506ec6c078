#include "model/rule_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace guestclock::model {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

// Synthetic.
constexpr const char* kRule = R"({
  "rule": "a-rule", "catalogue": "V-01", "title": "A title", "severity": "medium",
  "risk": "panic", "applies": true,
  "ranges": {
    "vm": ["vmware"], "os": ["linux"], "arch": ["i386"],
    "distributions": [{"ids": ["rhel", "centos"], "from": "5.1", "to": "5.3"}],
    "not_distributions": [{"ids": ["fedora"]}],
    "kernel": {"from": "2.6.18"}
  },
  "when": {"all": [
    {"any": [{"fact": "kernel.hz", "greater": 100}, {"fact": "kernel.tickless", "is": true}]},
    {"not": {"fact": "clock.source", "one_of": ["tsc", "kvm-clock"]}},
    {"parameter": "divider", "in": "any-entry", "absent": true}
  ]},
  "why": "Because.",
  "fix": {"kind": "kernel-parameter",
          "changes": [{"parameter": "divider", "to": "10"}, {"parameter": "notsc"},
                      {"parameter": "clock", "to": null}],
          "reboot": true, "what": "Do it.", "undo": "Undo it.", "check": "Look."},
  "sources": ["A book"], "shows": ["kernel.release"], "writes_before": ["another-rule"]
})";

Json changed(const char* pointer, const char* value) {
  Json json = Json::parse(kRule);
  json[Json::json_pointer(pointer)] = Json::parse(value);
  return json;
}

std::string refused(const Json& json) {
  const Result<Rule> rule = rule_from_json(json);
  if (rule) return "accepted";
  EXPECT_EQ(rule.error().code, ErrorCode::malformed);
  return rule.error().message;
}

TEST(RuleJson, ReadsEveryMember) {
  const Result<Rule> read = rule_from_json(Json::parse(kRule));
  ASSERT_TRUE(read) << read.error().message;
  const Rule& rule = *read;
  EXPECT_EQ(rule.rule, "a-rule");
  EXPECT_EQ(rule.catalogue, "V-01");
  EXPECT_EQ(rule.severity, Severity::medium);
  EXPECT_EQ(rule.risk, Risk::panic);
  EXPECT_TRUE(rule.applies);
  EXPECT_THAT(rule.ranges.vm, testing::ElementsAre("vmware"));
  ASSERT_EQ(rule.ranges.distributions.size(), 1U);
  EXPECT_EQ(rule.ranges.distributions[0].version, (VersionRange{"5.1", "5.3"}));
  EXPECT_EQ(rule.ranges.not_distributions[0].version, VersionRange{});
  EXPECT_EQ(rule.ranges.kernel, (VersionRange{"2.6.18", std::nullopt}));
  ASSERT_EQ(rule.fix.changes.size(), 3U);
  EXPECT_EQ(rule.fix.changes[0].to, "10");
  EXPECT_EQ(rule.fix.changes[1].to, std::nullopt);
  EXPECT_EQ(rule.fix.changes[2].to, std::nullopt);
  EXPECT_TRUE(rule.fix.reboot);
  EXPECT_THAT(rule.writes_before, testing::ElementsAre("another-rule"));
}

TEST(RuleJson, ReadsConditions) {
  const Result<Rule> read = rule_from_json(Json::parse(kRule));
  ASSERT_TRUE(read);
  const Condition& when = read->when;
  ASSERT_EQ(when.kind, Condition::Kind::all);
  ASSERT_EQ(when.children.size(), 3U);
  EXPECT_EQ(when.children[0].kind, Condition::Kind::any);
  EXPECT_EQ(when.children[0].children[0].op, Condition::Operator::greater);
  EXPECT_EQ(std::get<double>(when.children[0].children[0].value), 100);
  EXPECT_EQ(std::get<bool>(when.children[0].children[1].value), true);
  EXPECT_EQ(when.children[1].kind, Condition::Kind::negation);
  EXPECT_EQ(when.children[1].children.at(0).op, Condition::Operator::one_of);
  EXPECT_EQ(when.children[2].kind, Condition::Kind::parameter);
  EXPECT_EQ(when.children[2].where, Condition::Where::any_entry);
  EXPECT_EQ(when.children[2].op, Condition::Operator::absent);
}

TEST(RuleJson, WithoutAConditionItAlwaysHolds) {
  Json json = Json::parse(kRule);
  json.erase("when");
  const Result<Rule> rule = rule_from_json(json);
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->when, Condition{});
}

TEST(RuleJson, WritingReadsBack) {
  const Result<Rule> rule = rule_from_json(Json::parse(kRule));
  ASSERT_TRUE(rule);
  const Result<Rule> again = rule_from_json(rule_to_json(*rule));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *rule);
}

TEST(RuleJson, EveryRequiredMemberIsMissed) {
  for (const char* name : {"rule", "catalogue", "title", "severity", "risk", "applies", "ranges",
                           "why", "fix", "sources"}) {
    Json json = Json::parse(kRule);
    json.erase(name);
    EXPECT_THAT(refused(json), HasSubstr(std::string(name) + ": is missing"));
  }
  EXPECT_THAT(refused(Json::parse("[]")), HasSubstr("the rule: an object"));
}

TEST(RuleJson, WhatASchemaCannotSayIsChecked) {
  EXPECT_THAT(refused(changed("/ranges/vm", "[]")), HasSubstr("ranges.vm"));
  EXPECT_THAT(refused(changed("/severity", "\"urgent\"")),
              HasSubstr("severity: no such word: urgent"));
  EXPECT_THAT(refused(changed("/ranges/kernel/from", "\"v5\"")),
              HasSubstr("ranges.kernel.from: a version"));
  EXPECT_THAT(refused(changed("/ranges/kernel/to", "\"2.6.9\"")),
              HasSubstr("ranges.kernel: \"from\" is behind \"to\""));
  EXPECT_THAT(refused(changed("/ranges/distributions/0/ids", "[]")),
              HasSubstr("ranges.distributions[0].ids"));
  EXPECT_THAT(refused(changed("/fix/changes/0/parameter", "\"a b\"")),
              HasSubstr("fix.changes[0].parameter"));
  EXPECT_THAT(refused(changed("/fix/changes/0/to", "\"a\\\"b\"")), HasSubstr("fix.changes[0].to"));
  EXPECT_THAT(refused(changed("/fix/changes/0/to", "\"a\\nb\"")), HasSubstr("fix.changes[0].to"));
  EXPECT_THAT(refused(changed("/fix/kind", "\"host\"")), HasSubstr("fix.changes"));
  EXPECT_EQ(refused(changed("/ranges/distributions/0/to", "\"5\"")), "accepted");
}

TEST(RuleJson, WrongTypesAreNamedByTheirPath) {
  EXPECT_THAT(refused(changed("/sources", "\"x\"")), HasSubstr("sources: a list"));
  EXPECT_THAT(refused(changed("/shows", "[1]")), HasSubstr("shows[0]: a string"));
  EXPECT_THAT(refused(changed("/applies", "1")), HasSubstr("applies: true or false"));
  EXPECT_THAT(refused(changed("/fix", "[]")), HasSubstr("fix: an object"));
  EXPECT_THAT(refused(changed("/ranges/distributions", "{}")),
              HasSubstr("ranges.distributions: a list"));
}

std::string condition_refused(const char* condition) {
  return refused(changed("/when", condition));
}

TEST(RuleJson, ConditionsOutsideOfTheGrammarAreRefused) {
  EXPECT_THAT(condition_refused("[]"), HasSubstr("when: an object"));
  EXPECT_THAT(condition_refused("{}"), HasSubstr("when: one of all, any"));
  EXPECT_THAT(condition_refused(R"({"all": [], "any": []})"), HasSubstr("nothing but \"all\""));
  EXPECT_THAT(condition_refused(R"({"all": {}})"), HasSubstr("when.all: a list"));
  EXPECT_THAT(condition_refused(R"({"fact": "a"})"), HasSubstr("exactly one comparison"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "is": 1, "less": 2})"),
              HasSubstr("exactly one comparison"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "like": 1})"),
              HasSubstr("when.like: no such comparison"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "in": "running", "is": 1})"),
              HasSubstr("when.in: no such comparison"));
  EXPECT_THAT(condition_refused(R"({"fact": "", "is": 1})"), HasSubstr("when.fact"));
  EXPECT_THAT(condition_refused(R"({"fact": 1, "is": 1})"), HasSubstr("when.fact: a string"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "one_of": "b"})"),
              HasSubstr("when.one_of: a list"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "present": false})"),
              HasSubstr("when.present: true"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "contains": 1})"), HasSubstr("when.contains"));
  EXPECT_THAT(condition_refused(R"({"fact": "a", "less": true})"), HasSubstr("when.less"));
  EXPECT_THAT(condition_refused(R"({"parameter": "a", "present": true})"),
              HasSubstr("when.in: is missing"));
  EXPECT_THAT(condition_refused(R"({"parameter": "a", "in": "here", "present": true})"),
              HasSubstr("when.in: one of"));
  EXPECT_THAT(condition_refused(R"({"any": [{"fact": "a", "is": 1}, {"not": {"x\u001b": 1}}]})"),
              HasSubstr("when.any[1].not: one of"));
}

TEST(RuleJson, DeepNestingIsRefused) {
  std::string condition = R"({"fact": "a", "is": 1})";
  for (int i = 0; i < 1000; ++i)
    condition = R"({"not": )" + condition + "}";
  EXPECT_THAT(condition_refused(condition.c_str()), HasSubstr("nested too deeply"));
}

TEST(RuleJson, RangesLeaveOutWhatDoesNotRestrict) {
  Ranges ranges;
  ranges.vm = {"any"};
  EXPECT_EQ(ranges_to_json(ranges), Json::parse(R"({"vm": ["any"]})"));
}

TEST(FindingJson, HasTheContractsMembers) {
  Finding finding;
  finding.rule = "a-rule";
  finding.catalogue = "V-01";
  finding.risk = Risk::panic;
  finding.held = true;
  finding.evidence = {{"kernel.hz", "1000"}};
  finding.fix.kind = FixKind::kernel_parameter;
  finding.changes = {{"default entry", "divider", std::nullopt, "10"}};
  const Json json = finding_to_json(finding);
  EXPECT_EQ(json["held"], true);
  EXPECT_EQ(json["severity"], "info");
  EXPECT_EQ(json["evidence"], Json::parse(R"([{"fact": "kernel.hz", "value": "1000"}])"));
  EXPECT_EQ(json["fix"]["kind"], "kernel-parameter");
  EXPECT_EQ(json["fix"]["risk"], "panic");
  EXPECT_EQ(json["fix"]["changes"],
            Json::parse(R"([{"target": "default entry", "parameter": "divider",
                             "from": null, "to": "10"}])"));
}

}  // namespace
}  // namespace guestclock::model
