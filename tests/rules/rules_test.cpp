// Every shipped rule has a fact file where it fires and a near miss where it is silent.
#include <algorithm>
#include <ostream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advise/advise.h"
#include "rules/fact_files.h"
#include "tables/tables.h"

namespace guestclock::model {

void PrintTo(const Rule& rule, std::ostream* out) {
  *out << rule.rule;
}

}  // namespace guestclock::model

namespace guestclock::rules_tests {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

const std::vector<model::Rule>& shipped_rules() {
  static const std::vector<model::Rule> kRules = tables::load({}).value().rules;
  return kRules;
}

/// A guest without any time daemon.
model::Timesync nobody_keeps_time() {
  model::Timesync timesync;
  timesync.daemons = std::vector<model::TimeDaemon>{};
  timesync.disciplining = std::vector<std::string>{};
  timesync.serving = std::vector<std::string>{};
  timesync.ntp_conf = std::optional<model::NtpConf>();
  timesync.chrony_conf = std::optional<model::ChronyConf>();
  return timesync;
}

const FactFile* named(const std::vector<FactFile>& files, const std::string& name) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&name](const FactFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

class ShippedRule : public testing::TestWithParam<model::Rule> {};

TEST_P(ShippedRule, HasBothFactFiles) {
  const auto files = fact_files_of(GetParam().rule);
  EXPECT_NE(named(files, "fires.json"), nullptr);
  EXPECT_NE(named(files, "silent.json"), nullptr);
}

TEST_P(ShippedRule, FiresAndIsSilentWhereItsFilesSay) {
  for (const FactFile& file : fact_files_of(GetParam().rule)) {
    EXPECT_EQ(outcome_of(GetParam(), file), file.fires ? Outcome::fires : Outcome::silent)
        << file.name;
  }
}

TEST_P(ShippedRule, SilentIsANearMiss) {
  const auto files = fact_files_of(GetParam().rule);
  const FactFile* const fires = named(files, "fires.json");
  ASSERT_NE(fires, nullptr);
  for (const FactFile& file : files) {
    if (file.fires) continue;
    const auto difference = nlohmann::ordered_json::diff(fires->json, file.json);
    // Two: a distribution is a name and a version.
    EXPECT_LE(difference.size(), file.name == "silent.json" ? 1U : 2U)
        << file.name << ": " << difference;
    EXPECT_GE(difference.size(), 1U) << file.name;
  }
}

TEST_P(ShippedRule, SaysEverythingThatAFindingMustSay) {
  const model::Rule& rule = GetParam();
  const auto files = fact_files_of(rule.rule);
  const FactFile* const fires = named(files, "fires.json");
  ASSERT_NE(fires, nullptr);
  const auto judgement = judged(rule, *fires);
  ASSERT_EQ(judgement.findings.size(), 1U);
  const model::Finding& finding = judgement.findings.front();
  EXPECT_THAT(finding.evidence,
              Contains(testing::Field(&model::FindingEvidence::fact, "virtualization.vm")));
  EXPECT_THAT(finding.sources, Not(IsEmpty()));
  EXPECT_THAT(finding.why, Not(IsEmpty()));
  EXPECT_THAT(finding.fix.what, Not(IsEmpty()));
  EXPECT_THAT(finding.fix.undo, Not(IsEmpty()));
  EXPECT_THAT(finding.fix.check, Not(IsEmpty()));
  EXPECT_EQ(finding.held, rule.risk != model::Risk::none);
  EXPECT_EQ(finding.changes.size(), rule.fix.changes.size());
}

TEST_P(ShippedRule, IsSilentOnBareMetalWhateverElseHolds) {
  for (FactFile& file : fact_files_of(GetParam().rule)) {
    file.facts.virtualization.vm = std::string("none");
    EXPECT_EQ(outcome_of(GetParam(), file), Outcome::silent) << file.name;
  }
}

TEST_P(ShippedRule, ChangesNothingInsideAContainer) {
  for (FactFile& file : fact_files_of(GetParam().rule)) {
    file.facts.virtualization.container = std::string("podman");
    if (!GetParam().applies) continue;
    EXPECT_EQ(outcome_of(GetParam(), file), Outcome::silent) << file.name;
  }
}

TEST_P(ShippedRule, IsUndecidedWhereOnlyTheHypervisorIsUnknown) {
  for (FactFile& file : fact_files_of(GetParam().rule)) {
    if (!file.fires) continue;
    file.facts.virtualization.vm = model::Fact<std::string>::unknown("nothing proves one");
    const auto judgement = judged(GetParam(), file);
    EXPECT_THAT(judgement.findings, IsEmpty()) << file.name;
    ASSERT_EQ(judgement.not_judged.size(), 1U) << file.name;
    EXPECT_EQ(judgement.not_judged.front().fact, "virtualization.vm");
    EXPECT_EQ(judgement.not_judged.front().reason, "nothing proves one");
    EXPECT_FALSE(judgement.not_judged.front().live_only);
  }
}

std::string test_name(const testing::TestParamInfo<model::Rule>& tested) {
  std::string name = tested.param.rule;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rules, ShippedRule, testing::ValuesIn(shipped_rules()), test_name);

TEST(FactFiles, BelongToAShippedRule) {
  std::set<std::string> names;
  for (const model::Rule& rule : shipped_rules())
    names.insert(rule.rule);
  for (const std::string& directory : directories())
    EXPECT_THAT(names, Contains(directory));
}

TEST(FactFiles, AnEmptyDocumentFiresNothing) {
  EXPECT_THAT(advise::judge(shipped_rules(), {}, nullptr, {}).findings, IsEmpty());
}

TEST(Catalogue, AModernGuestIsToldThatNothingIsToBeChanged) {
  model::Facts facts;
  facts.virtualization.vm = std::string("kvm");
  facts.virtualization.container = std::string("none");
  facts.virtualization.platform = std::string();
  facts.kernel.os = std::string("linux");
  facts.kernel.distribution = {std::string("debian"), std::string("12")};
  facts.kernel.release = std::string("6.1.0-18-amd64");
  facts.kernel.arch = std::string("x86_64");
  facts.kernel.cmdline = std::vector<std::string>{"root=/dev/vda1", "ro"};
  facts.clock.source = std::string("kvm-clock");
  facts.kernel.hz = 250;
  facts.kernel.tickless = true;
  facts.clock.available = std::vector<std::string>{"kvm-clock", "tsc", "acpi_pm"};
  facts.clock.rtc = std::vector<model::RtcDevice>(1);
  facts.clock.interfaces.vmclock.offered = false;
  facts.clock.kernel_log = std::vector<model::ClockEvent>{};
  facts.tuning.tuned_profile = std::string();
  facts.boot.entries = model::Fact<std::vector<model::BootEntry>>::unknown("GRUB 2");
  facts.timesync = nobody_keeps_time();
  model::Measurements measurements;
  measurements.drift.ci95_ppm = model::Interval{-20, 20};
  measurements.ticks.steal_s = 0.0;
  const auto judgement = advise::judge(shipped_rules(), facts, &measurements, {});
  std::vector<std::string> rules;
  for (const model::Finding& finding : judgement.findings) {
    rules.push_back(finding.rule);
    EXPECT_EQ(finding.severity, model::Severity::info) << finding.rule;
    EXPECT_EQ(finding.fix.kind, model::FixKind::none) << finding.rule;
  }
  EXPECT_THAT(rules, testing::ElementsAre("kvm-clock-nothing-to-change",
                                          "linux-tickless-nothing-to-change"));
  EXPECT_THAT(judgement.not_judged, IsEmpty());
}

TEST(Catalogue, AnUnbootedTreeLacksOnlyWhatNoTreeCanShow) {
  model::Facts facts;
  facts.virtualization.vm = std::string("vmware");
  facts.virtualization.container = model::Fact<std::string>::live_only();
  facts.kernel.os = std::string("linux");
  facts.kernel.distribution = {std::string("centos"), std::string("5.3")};
  facts.kernel.release = model::Fact<std::string>::unknown("no entry names it");
  facts.kernel.arch = std::string("i386");
  facts.kernel.cmdline = model::Fact<std::vector<std::string>>::live_only();
  facts.clock.source = model::Fact<std::string>::live_only();
  facts.clock.available = model::Fact<std::vector<std::string>>::live_only();
  facts.clock.kernel_log = model::Fact<std::vector<model::ClockEvent>>::live_only();
  facts.clock.interfaces.vmclock.offered = model::Fact<bool>::live_only();
  facts.kernel.tickless = false;
  facts.tuning.tuned_profile = std::string();
  model::BootEntry entry;
  entry.is_default = true;
  entry.parameters = {"ro", "root=LABEL=/"};
  facts.boot.entries = std::vector{entry};
  facts.timesync = nobody_keeps_time();
  const auto judgement = advise::judge(shipped_rules(), facts, nullptr, {});
  ASSERT_EQ(judgement.findings.size(), 2U);
  EXPECT_EQ(judgement.findings[0].rule, "rhel5-vmware-i386-acpi-pm");
  EXPECT_FALSE(judgement.findings[0].held);
  EXPECT_EQ(judgement.findings[1].rule, "rhel5-vmware-i386-divider");
  EXPECT_TRUE(judgement.findings[1].held);
  EXPECT_THAT(judgement.findings[1].writes_before, Contains("rhel5-vmware-i386-acpi-pm"));
  for (const model::NotJudged& item : judgement.not_judged) {
    EXPECT_TRUE(item.fact == "kernel.cmdline" || item.fact == "virtualization.container" ||
                item.fact.starts_with("clock.") || item.fact.starts_with("measurements."))
        << item.fact;
    EXPECT_TRUE(item.live_only) << item.rule << " lacks " << item.fact;
  }
}

/// What would be written on a guest of VMware, "(...)": held.
std::string written_on_vmware(const std::string& version, const std::string& arch) {
  model::Facts facts;
  facts.virtualization.vm = std::string("vmware");
  facts.virtualization.container = std::string("none");
  facts.kernel.os = std::string("linux");
  facts.kernel.distribution = {std::string("centos"), version};
  facts.kernel.release = std::string(version.starts_with("4.") ? "2.6.9" : "2.6.18");
  facts.kernel.arch = arch;
  facts.kernel.cmdline = std::vector<std::string>{"ro"};
  facts.timesync = nobody_keeps_time();
  std::string written;
  for (const model::Finding& finding :
       advise::judge(shipped_rules(), facts, nullptr, {}).findings) {
    for (const model::FindingChange& change : finding.changes) {
      const std::string token = change.parameter + "=" + change.to.value_or("absent");
      written += (written.empty() ? "" : " ") + (finding.held ? "(" + token + ")" : token);
    }
  }
  return written;
}

TEST(Catalogue, RedHatOnVmwareByReleaseAndArchitecture) {
  const auto expect = [](const std::string& major, int from, int to, const std::string& i386,
                         const std::string& x86_64) {
    for (int minor = from; minor <= to; ++minor) {
      const std::string version = major + "." + std::to_string(minor);
      EXPECT_EQ(written_on_vmware(version, "i386"), i386) << version;
      EXPECT_EQ(written_on_vmware(version, "x86_64"), x86_64) << version;
    }
  };
  expect("3", 0, 9, "", "");
  expect("4", 0, 6, "clock=pmtmr hpet=disable", "");
  expect("4", 7, 9, "(divider=10) clock=pmtmr hpet=disable", "");
  expect("5", 0, 0, "clocksource=acpi_pm", "notsc=");
  expect("5", 1, 3, "clocksource=acpi_pm (divider=10)", "(divider=10) notsc=");
  expect("5", 4, 7, "", "");
  expect("5", 8, 11, "(divider=10)", "(divider=10)");
  expect("6", 0, 10, "", "");
}

TEST(Catalogue, Freebsd14TreeIsToldNothing) {
  model::Facts facts;
  facts.virtualization.vm = std::string("vmware");
  facts.virtualization.container = model::Fact<std::string>::live_only();
  facts.kernel.os = std::string("freebsd");
  facts.kernel.distribution = {std::string("freebsd"), std::string("14.1")};
  facts.kernel.hz = model::Fact<std::int64_t>::live_only();
  facts.clock.source = model::Fact<std::string>::live_only();
  facts.clock.available = model::Fact<std::vector<std::string>>::live_only();
  facts.clock.event_mode = model::Fact<std::string>::live_only();
  facts.clock.freebsd = model::FreebsdClock{model::Fact<std::string>::live_only(),
                                            model::Fact<std::vector<std::string>>::live_only()};
  facts.clock.kernel_log = model::Fact<std::vector<model::ClockEvent>>::live_only();
  facts.boot.entries = std::vector<model::BootEntry>{};
  facts.timesync = nobody_keeps_time();
  const auto judgement = advise::judge(shipped_rules(), facts, nullptr, {});
  EXPECT_THAT(judgement.findings, IsEmpty());
  for (const model::NotJudged& item : judgement.not_judged) {
    EXPECT_TRUE(item.live_only) << item.rule << " lacks " << item.fact;
  }
}

}  // namespace
}  // namespace guestclock::rules_tests
