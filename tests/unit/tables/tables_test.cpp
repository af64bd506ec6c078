#include "tables/tables.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tables/packed_hypervisors.h"
#include "tables/table_files.h"

namespace guestclock::tables {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// A valid rule, to be broken in one place by replacing `old_text`.
NamedBytes rule_file(const std::string& name, const std::string& old_text = {},
                     const std::string& new_text = {}) {
  std::string text = R"({
  "rule": "NAME",
  "catalogue": "V-99",
  "title": "A synthetic rule",
  "severity": "low",
  "risk": "none",
  "applies": true,
  "ranges": {
    "vm": ["kvm"],
    "kernel": {"from": "2.6.18", "to": "5"}
  },
  "when": {"all": [{"fact": "clock.source", "is": "tsc"}]},
  "why": "Because.",
  "fix": {
    "kind": "kernel-parameter",
    "changes": [{"parameter": "quiet"}],
    "reboot": true,
    "what": "Remove it.", "undo": "Add it.", "check": "Look."
  },
  "sources": ["a test"]
}
)";
  const auto replace = [&text](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  replace("NAME", name);
  if (!old_text.empty()) replace(old_text, new_text);
  return {name + ".json", text};
}

std::vector<std::string> check_one(const NamedBytes& file) {
  return check({&file, 1});
}

TEST(Embedded, IsValid) {
  EXPECT_THAT(check(embedded()), IsEmpty());
}

TEST(Embedded, HoldsTheTables) {
  const auto tables = load({});
  ASSERT_TRUE(tables.has_value());
  EXPECT_GE(tables->rules.size(), 11U);
  EXPECT_GT(tables->hypervisors.signatures.size(), 15U);
  EXPECT_GT(tables->hypervisors.clues.size(), 100U);
  EXPECT_GT(tables->hypervisors.containers.size(), 15U);
  EXPECT_THAT(tables->rules_version, SizeIs(12));
}

TEST(Embedded, RulesStandInCatalogueOrder) {
  const auto tables = load({}).value();
  EXPECT_TRUE(std::is_sorted(
      tables.rules.begin(), tables.rules.end(), [](const model::Rule& a, const model::Rule& b) {
        return std::pair(a.catalogue, a.rule) < std::pair(b.catalogue, b.rule);
      }));
}

TEST(Embedded, HypervisorTableUsesTheContractsWords) {
  const std::set<std::string_view> words{
      "vmware", "kvm",  "qemu",      "xen",     "hyperv", "virtualbox",  "virtualpc", "parallels",
      "bhyve",  "acrn", "jailhouse", "qnx",     "haxm",   "openbsd-vmm", "nvmm",      "apple",
      "lkvm",   "uml",  "zvm",       "powervm", "ldoms",  "bochs",       "vm-other"};
  const auto tables = load({}).value();
  for (const SignatureRow& row : tables.hypervisors.signatures) {
    EXPECT_EQ(words.count(row.vm), 1U) << row.vm;
    EXPECT_LE(row.signature.size(), 12U) << row.signature;
  }
  for (const Clue& clue : tables.hypervisors.clues)
    EXPECT_TRUE(clue.vm.empty() || clue.vm == "none" || words.count(clue.vm) == 1U) << clue.vm;
}

/// While the hypervisor is still sought no verdict can be asked for.
TEST(Embedded, OnlyRowsThatNameAPlatformAloneAskForTheVerdict) {
  const auto tables = load({}).value();
  for (const Clue& clue : tables.hypervisors.clues) {
    const bool asks = std::any_of(clue.when.begin(), clue.when.end(), [](const auto& condition) {
      return condition.source == ClueCondition::Source::verdict;
    });
    EXPECT_FALSE(asks && !clue.vm.empty()) << clue.platform;
  }
}

TEST(Embedded, EveryConditionButPresenceComparesWithSomething) {
  const auto tables = load({}).value();
  for (const Clue& clue : tables.hypervisors.clues) {
    ASSERT_THAT(clue.when, Not(IsEmpty()));
    for (const ClueCondition& condition : clue.when)
      EXPECT_EQ(condition.match == ClueCondition::Match::exists, condition.text.empty());
  }
}

TEST(Embedded, ThePackedHypervisorTableIsTheOneOfTheJson) {
  EXPECT_EQ(load_hypervisors({}).value(), load({}).value().hypervisors);
}

/// Schemas are among the shipped files: without an overlay nobody asks for these.
TEST(Embedded, WithoutAnOverlayNothingIsValidated) {
  const Hypervisors shipped = unpack(packed_hypervisors());
  const auto refuse = []() -> std::span<const NamedBytes> {
    ADD_FAILURE() << "the schemas were asked for";
    return {};
  };
  EXPECT_EQ(build_hypervisors(shipped, {}, refuse).value(), shipped);
}

TEST(Packed, WhatPackDidNotMakeIsRefused) {
  const std::string packed = pack(load({}).value().hypervisors);
  EXPECT_THROW(static_cast<void>(unpack(packed.substr(0, packed.size() - 1))), std::logic_error);
  EXPECT_THROW(static_cast<void>(unpack(packed + packed)), std::logic_error);
  EXPECT_THROW(static_cast<void>(unpack("\x1f no number")), std::logic_error);
  Hypervisors table;
  const std::string long_text(4096, 'a');
  table.signatures.push_back({long_text, "kvm", "", false});
  EXPECT_THROW(static_cast<void>(pack(table)), std::runtime_error);
}

TEST(Tables, FindsARuleByNameOrRow) {
  const auto tables = load({}).value();
  ASSERT_NE(tables.rule("V-02"), nullptr);
  EXPECT_EQ(tables.rule("V-02")->rule, "rhel50-vmware-i386-acpi-pm");
  EXPECT_EQ(tables.rule("ntp-local-clock")->catalogue, "N-02");
  EXPECT_EQ(tables.rule("V-01")->rule, "rhel5-vmware-i386-acpi-pm");
  EXPECT_EQ(tables.rule("no-such-rule"), nullptr);
  EXPECT_EQ(tables.rule(""), nullptr);
}

TEST(Thresholds, AMissingNameIsABrokenInvariant) {
  const Thresholds thresholds({{"known", 1.5}});
  EXPECT_EQ(thresholds.get("known"), 1.5);
  EXPECT_THROW(static_cast<void>(thresholds.get("unknown")), std::logic_error);
}

TEST(Overlay, AddsARule) {
  const NamedBytes file = rule_file("extra-rule");
  const auto tables = load({&file, 1});
  ASSERT_TRUE(tables.has_value()) << tables.error().message;
  EXPECT_EQ(tables->rules.size(), load({})->rules.size() + 1);
  const model::Rule* const rule = tables->rule("extra-rule");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->catalogue, "V-99");
  EXPECT_THAT(rule->fix.changes, SizeIs(1));
  EXPECT_FALSE(rule->fix.changes.front().to);
}

TEST(Overlay, ReplacesAShippedRuleOfTheSameName) {
  const NamedBytes file = rule_file("ntp-local-clock");
  const auto tables = load({&file, 1});
  ASSERT_TRUE(tables.has_value());
  EXPECT_EQ(tables->rules.size(), load({})->rules.size());
  EXPECT_EQ(tables->rule("ntp-local-clock")->title, "A synthetic rule");
}

TEST(Overlay, ChangesTheRulesVersion) {
  const NamedBytes file = rule_file("extra-rule");
  EXPECT_NE(load({&file, 1})->rules_version, load({})->rules_version);
  EXPECT_EQ(load({})->rules_version, load({})->rules_version);
}

TEST(Overlay, RowsComeFirstAndThresholdsOverride) {
  const std::vector<NamedBytes> files{
      {"hypervisors.json",
       R"({"schema": "guestclock.hypervisors/1", "sources": ["a test"],
           "signatures": [{"signature": "KVMKVMKVM", "vm": "acrn"}],
           "clocksources": [], "clues": [], "containers": [],
           "container_names": {"files": [], "variables": [], "ids": {"runc": "oci"}}})"},
      {"thresholds.json",
       R"({"schema": "guestclock.thresholds/1", "thresholds":
           [{"name": "ticks_hz", "value": 100, "unit": "Hz", "source": "a test"}]})"},
      {"smearing.json",
       R"({"schema": "guestclock.smearing/1", "servers":
           [{"names": ["time.google.com"], "how": "at once", "source": "a test"}]})"}};
  const auto tables = load(files);
  ASSERT_TRUE(tables.has_value()) << tables.error().path << tables.error().message;
  EXPECT_EQ(tables->hypervisors.signatures.front().vm, "acrn");
  EXPECT_GT(tables->hypervisors.signatures.size(), 15U);
  EXPECT_EQ(tables->hypervisors.container_names.ids.at("runc"), "oci");
  EXPECT_EQ(tables->hypervisors.container_names.ids.at("docker"), "docker");
  EXPECT_EQ(tables->thresholds.get("ticks_hz"), 100);
  EXPECT_EQ(tables->smearing.front().how, "at once");
  EXPECT_GT(tables->smearing.size(), 1U);
}

NamedBytes parameters_file(const std::string& rows) {
  return {"parameters.json",
          R"({"schema": "guestclock.parameters/1", "parameters": [)" + rows + "]}"};
}

TEST(Overlay, ARowOfParametersReplacesTheShippedOne) {
  const NamedBytes file = parameters_file(
      R"({"name": "divider", "kind": "kernel-parameter", "known_by": [], "source": "a test"})");
  const auto tables = load({&file, 1});
  ASSERT_TRUE(tables.has_value()) << tables.error().path << tables.error().message;
  EXPECT_EQ(tables->parameters.size(), load({})->parameters.size());
  const auto divider =
      std::find_if(tables->parameters.begin(), tables->parameters.end(),
                   [](const model::KnownParameter& row) { return row.name == "divider"; });
  ASSERT_NE(divider, tables->parameters.end());
  EXPECT_TRUE(divider->known_by.empty());
}

TEST(CheckSet, ParametersHaveOneRowEachAndRangesThatHold) {
  const std::string row =
      R"({"name": "divider", "kind": "kernel-parameter", "known_by": [], "source": "a test"})";
  EXPECT_THAT(check_one(parameters_file(row + "," + row)),
              ElementsAre(HasSubstr("has a row already")));
  EXPECT_THAT(
      check_one(parameters_file(
          R"({"name": "x", "kind": "kernel-parameter", "source": "a test",
                      "known_by": [{"kernel": {"from": "5", "to": "4"}}]})")),
      ElementsAre(HasSubstr("parameters.json:2:47: known_by[0].kernel: \"from\" is behind")));
  EXPECT_THAT(check_one(parameters_file(
                  R"({"name": "x", "kind": "sysctl", "known_by": [], "source": "a test"})")),
              ElementsAre(HasSubstr("none of the words")));
}

TEST(Overlay, TheFirstProblemIsMalformedWithItsPlace) {
  const NamedBytes file = rule_file("extra-rule", "\"low\"", "\"terrible\"");
  const auto tables = load({&file, 1});
  ASSERT_FALSE(tables.has_value());
  EXPECT_EQ(tables.error().code, ErrorCode::malformed);
  EXPECT_EQ(tables.error().path, "extra-rule.json:5:15");
}

TEST(Overlay, OtherFilesAreNotRead) {
  const NamedBytes file{"README.md", "not JSON"};
  EXPECT_TRUE(load({&file, 1}).has_value());
  EXPECT_THAT(check_one(file), IsEmpty());
}

struct BrokenRule {
  std::string old_text;
  std::string new_text;
  std::string place;
  std::string says;
};

void PrintTo(const BrokenRule& broken, std::ostream* out) {
  *out << broken.new_text;
}

class Check : public testing::TestWithParam<BrokenRule> {};

TEST_P(Check, SaysWhatIsWrongAndWhere) {
  const BrokenRule& broken = GetParam();
  const auto problems = check_one(rule_file("some-rule", broken.old_text, broken.new_text));
  ASSERT_THAT(problems, SizeIs(1)) << testing::PrintToString(problems);
  EXPECT_THAT(problems.front(), StartsWith("some-rule.json:" + broken.place + ": "));
  EXPECT_THAT(problems.front(), HasSubstr(broken.says));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Check,
    testing::Values(
        BrokenRule{"\"low\",", "\"low\"", "6:3", "syntax error"},
        BrokenRule{"\"low\"", "\"dire\"", "5:15", "none of the words"},
        BrokenRule{"\"V-99\"", "\"99\"", "3:16", "pattern"},
        BrokenRule{"\"title\": \"A synthetic rule\",", "", "1:1", "'title'"},
        BrokenRule{"\"severity\"", "\"colour\": 1, \"severity\"", "5:13",
                   "unknown member 'colour'"},
        BrokenRule{"\"kvm\"", "\"kwm\"", "9:12", "none of the words"},
        BrokenRule{"[\"kvm\"]", "[]", "9:11", "1 elements"},
        BrokenRule{"\"2.6.18\"", "\"newest\"", "10:24", "pattern"},
        BrokenRule{"\"to\": \"5\"", "\"to\": \"2.4\"", "10:15", "behind"},
        BrokenRule{"true,\n  \"ranges\"", "false,\n  \"ranges\"", "16:16", "applies false"},
        BrokenRule{"\"is\": \"tsc\"", "\"is\": \"tsc\", \"less\": 3", "12:20", "forms"},
        BrokenRule{"\"is\": \"tsc\"", "\"equals\": \"tsc\"", "12:55", "unknown member 'equals'"},
        BrokenRule{"\"is\": \"tsc\"", "\"is\": [1]", "12:51", "type"},
        BrokenRule{"clock.source", "clock.sauce", "12:29", "no fact has the path clock.sauce"},
        BrokenRule{"[{\"parameter\": \"quiet\"}]", "[]", "16:16", "must name what it changes"},
        BrokenRule{"\"kernel-parameter\",\n    \"changes\": [{\"parameter\": \"quiet\"}]",
                   "\"none\",\n    \"changes\": []", "7:14", "must be false"},
        BrokenRule{"\"kernel-parameter\"", "\"none\"", "16:16", "changes nothing"},
        BrokenRule{"{\"parameter\": \"quiet\"}", "{\"parameter\": \"quiet\", \"to\": \"\"}",
                   "16:31", "does not tell which kernels know quiet"},
        BrokenRule{"kernel-parameter\",\n    \"changes\": [{\"parameter\": \"quiet\"}]",
                   "sysctl\",\n    \"changes\": []", "14:10", "step by step"},
        BrokenRule{"kernel-parameter\",\n    \"changes\": [{\"parameter\": \"quiet\"}]",
                   "sysctl\",\n    \"changes\": [], \"steps\": [{\"write\": \"a=1\"}]", "16:30",
                   "forms"},
        BrokenRule{"kernel-parameter\",\n    \"changes\": [{\"parameter\": \"quiet\"}]",
                   "sysctl\",\n    \"changes\": [], \"steps\": [{\"run\": \"x %{clock.sauce}\"}]",
                   "16:30", "no fact has the path clock.sauce"},
        BrokenRule{
            "kernel-parameter\",\n    \"changes\": [{\"parameter\": \"quiet\"}]",
            "clocksource\",\n    \"changes\": [], \"steps\": [{\"write\": \"tsc\", "
            "\"file\": \"/sys/devices/system/clocksource/clocksource0/current_clocksource\"}]",
            "16:40", "must ask whether clock.available contains tsc"},
        BrokenRule{"\"reboot\": true", "\"reboot\": false", "17:15", "must be true"},
        BrokenRule{"[\"a test\"]", "[]", "20:14", "1 elements"},
        BrokenRule{"\"rule\": \"some-rule\"", "\"rule\": \"other-rule\"", "2:11",
                   "the file must have the rule's name"},
        BrokenRule{"\"sources\"", "\"writes_before\": [\"nobody\"], \"sources\"", "20:21",
                   "no rule is called nobody"},
        BrokenRule{"\"sources\"", "\"writes_before\": [\"some-rule\"], \"sources\"", "20:21",
                   "before itself"},
        BrokenRule{"\"why\": \"Because.\"", "\"why\": \"a\", \"why\": \"b\"", "13:22",
                   "second time"}));

TEST(CheckSet, WritesBeforeMayNameShippedRules) {
  EXPECT_THAT(check_one(rule_file("some-rule", "\"sources\"",
                                  "\"writes_before\": [\"rhel5-vmware-i386-acpi-pm\"], "
                                  "\"sources\"")),
              IsEmpty());
}

TEST(CheckSet, NoticesOneNameInTwoFiles) {
  std::vector<NamedBytes> files{rule_file("some-rule"), rule_file("some-rule")};
  files[1].name = "more/some-rule.json";
  EXPECT_THAT(check(files), ElementsAre(HasSubstr("more/some-rule.json:2:11: rule some-rule "
                                                  "stands in some-rule.json too")));
}

TEST(CheckSet, ReportsEveryFile) {
  const std::vector<NamedBytes> files{{"a.json", "{"}, rule_file("good-rule"), {"b.json", "[]"}};
  const auto problems = check(files);
  ASSERT_THAT(problems, SizeIs(2));
  EXPECT_THAT(problems[0], StartsWith("a.json:1:2: "));
  EXPECT_THAT(problems[1], StartsWith("b.json:1:1: "));
}

TEST(CheckSet, DeepConditionsEndInAnErrorNotInAnOverflow) {
  std::string condition = "{\"fact\": \"clock.source\", \"is\": \"tsc\"}";
  for (int i = 0; i < 10000; ++i)
    condition = "{\"not\": " + condition + "}";
  const auto problems = check_one(rule_file(
      "some-rule", "{\"all\": [{\"fact\": \"clock.source\", \"is\": \"tsc\"}]}", condition));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems.front(), HasSubstr("nested"));
}

}  // namespace
}  // namespace guestclock::tables
