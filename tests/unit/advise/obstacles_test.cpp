#include "advise/obstacles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tables/tables.h"
#include "unit/advise/judged_guest.h"

namespace guestclock::advise {
namespace {

using model::Finding;
using model::FindingChange;
using model::FixKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<model::KnownParameter>& shipped_parameters() {
  static const std::vector<model::KnownParameter> kParameters = tables::load({}).value().parameters;
  return kParameters;
}

Finding writes(const std::string& rule, const std::string& parameter,
               std::optional<std::string> to) {
  Finding finding;
  finding.rule = rule;
  finding.applies = true;
  finding.fix.kind = FixKind::kernel_parameter;
  finding.changes = {FindingChange{"default entry", parameter, std::nullopt, std::move(to)}};
  return finding;
}

/// What stands in the way of this one finding.
std::string obstacle(const Finding& finding, const Facts& facts) {
  model::Judgement judgement;
  judgement.findings = {finding};
  note_obstacles(shipped_parameters(), facts, judgement);
  return judgement.findings.front().obstacle;
}

Facts system_of(const std::string& distribution, const std::string& version,
                const std::string& release, const std::string& arch) {
  Facts facts = a_guest();
  facts.kernel.distribution = {distribution, version};
  facts.kernel.release = release;
  facts.kernel.arch = arch;
  facts.clock.available = model::Fact<std::vector<std::string>>::unknown("a test");
  return facts;
}

TEST(UnknownToKernel, DividerIsRedHatsAlone) {
  const Finding divider = writes("a", "divider", "10");
  EXPECT_THAT(obstacle(divider, system_of("centos", "5.3", "2.6.18-128.el5", "i386")), IsEmpty());
  EXPECT_THAT(obstacle(divider, system_of("rhel", "4.7", "2.6.9-78.EL", "x86_64")), IsEmpty());
  for (const Facts& facts : {system_of("centos", "5.0", "2.6.18-8.el5", "i386"),
                             system_of("centos", "5.3", "2.6.18-8.el5", "i386"),
                             system_of("rhel", "4.6", "2.6.9-67.EL", "i386"),
                             system_of("ol", "5.9", "2.6.39-400.el5uek", "x86_64"),
                             system_of("debian", "4.0", "2.6.18-6-686", "i386"),
                             system_of("rhel", "6.0", "2.6.32-71.el6", "x86_64")}) {
    EXPECT_THAT(obstacle(divider, facts), HasSubstr("does not know divider="));
  }
}

TEST(UnknownToKernel, ClocksourceNeedsClocksources) {
  const Finding source = writes("a", "clocksource", "acpi_pm");
  EXPECT_THAT(obstacle(source, system_of("centos", "5.3", "2.6.18-128.el5", "i386")), IsEmpty());
  EXPECT_EQ(obstacle(source, system_of("centos", "5.3", "2.6.18-128.el5", "x86_64")),
            "this kernel (centos 5.3 2.6.18-128.el5 x86_64) does not know clocksource=");
  EXPECT_THAT(obstacle(source, system_of("sles", "10", "2.6.16.60", "i386")),
              HasSubstr("does not know"));
}

TEST(UnknownToKernel, WhatWouldTellIsNamed) {
  Facts facts = system_of("centos", "5.3", "2.6.18-128.el5", "i386");
  facts.kernel.arch = model::Fact<std::string>::unknown("not recorded");
  EXPECT_EQ(
      obstacle(writes("a", "divider", "10"), facts),
      "whether this kernel knows divider= is unknown: kernel.arch is not known (not recorded)");
}

TEST(UnknownToKernel, RemovalsAndNamesWithoutARowAreFree) {
  const Facts debian = system_of("debian", "12", "6.1.0-18-amd64", "x86_64");
  EXPECT_THAT(obstacle(writes("a", "divider", std::nullopt), debian), IsEmpty());
  EXPECT_THAT(obstacle(writes("a", "quiet", ""), debian), IsEmpty());
}

TEST(Obstacles, AClocksourceThatIsKnownNotToBeThere) {
  Facts facts = system_of("debian", "12", "6.1.0-18-amd64", "x86_64");
  facts.clock.available = std::vector<std::string>{"kvm-clock", "tsc"};
  EXPECT_THAT(obstacle(writes("a", "clocksource", "tsc"), facts), IsEmpty());
  EXPECT_EQ(obstacle(writes("a", "clocksource", "acpi_pm"), facts),
            "the clocksource acpi_pm is not among those available here: kvm-clock, tsc");
  EXPECT_THAT(obstacle(writes("a", "clock", "pmtmr"), facts), HasSubstr("acpi_pm"));
  EXPECT_THAT(obstacle(writes("a", "clocksource", std::nullopt), facts), IsEmpty());
}

TEST(Obstacles, WhatTunedWritesIsTunedsToChange) {
  Facts facts = system_of("rhel", "9.4", "5.14.0-427.el9", "x86_64");
  facts.tuning.tuned_profile = std::string("network-latency");
  facts.tuning.cmdline = {"skew_tick=1", "tsc=reliable"};
  EXPECT_THAT(obstacle(writes("a", "tsc", std::nullopt), facts),
              HasSubstr("TuneD (profile network-latency) writes tsc"));
  EXPECT_THAT(obstacle(writes("a", "notsc", std::nullopt), facts), IsEmpty());
}

TEST(Rivals, AreThoseThatWantSomethingElse) {
  const auto rivals = [](const Finding& first, const Finding& second) {
    model::Judgement judgement;
    judgement.findings = {first, second};
    note_obstacles({}, a_guest(), judgement);
    EXPECT_EQ(judgement.findings[0].rivals.size(), judgement.findings[1].rivals.size());
    return judgement.findings[0].rivals;
  };
  const Finding tsc = writes("tsc", "clocksource", "tsc");
  EXPECT_THAT(rivals(tsc, writes("hpet", "clocksource", "hpet")), ElementsAre("hpet"));
  EXPECT_THAT(rivals(tsc, writes("none", "clocksource", std::nullopt)), ElementsAre("none"));
  EXPECT_THAT(rivals(tsc, writes("same", "clocksource", "tsc")), IsEmpty());
  EXPECT_THAT(rivals(tsc, writes("other", "nohz", "off")), IsEmpty());
  Finding held = writes("held", "clocksource", "hpet");
  held.held = true;
  EXPECT_THAT(rivals(tsc, held), IsEmpty());
}

}  // namespace
}  // namespace guestclock::advise
