// What stands in the way of a fix, seen through the program: a kernel that does not know the
// parameter, rules that want different things, TuneD.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Obstacles : public testing::Test {
 protected:
  void SetUp() override {
    support::make_centos5_tree(tree_);
    own_rules_.write("empty.txt", "");
  }

  /// On CentOS 5.3, i386, on VMware.
  json run_with_shipped_rules(std::vector<std::string> words, int expected_code) {
    words.insert(words.begin(), GUESTCLOCK_PROGRAM);
    words.insert(words.end(), {"--root", tree_.path().string(), "--format", "json", "--assume",
                               "vm=vmware", "--assume", "arch=i386"});
    const Finished finished = support::run_program(words);
    EXPECT_EQ(finished.exit_code, expected_code) << finished.out << finished.err;
    EXPECT_EQ(support::schema_problems(finished.out), "");
    return json::parse(finished.out, nullptr, false);
  }

  /// There, with the rules of this test besides.
  json run(std::vector<std::string> words, int expected_code) {
    words.insert(words.end(), {"--rules", own_rules_.path().string()});
    return run_with_shipped_rules(std::move(words), expected_code);
  }

  /// A rule of this test, for every guest of VMware.
  void add_rule(const std::string& name, const std::string& change) {
    own_rules_.write(name + ".json", R"({"rule": ")" + name + R"(", "catalogue": "V-99",
        "title": "A synthetic rule", "severity": "low", "risk": "none", "applies": true,
        "ranges": {"vm": ["vmware"]}, "why": "A test.",
        "fix": {"kind": "kernel-parameter", "changes": [)" +
                                         change + R"(], "reboot": true,
          "what": "Do it.", "undo": "Undo it.", "check": "Look."},
        "sources": ["a test"]})");
  }

  [[nodiscard]] static json parameters(const json& plan) { return plan["parameters"]; }

  support::ScratchDirectory tree_;
  support::ScratchDirectory own_rules_;
};

TEST_F(Obstacles, TwoRulesThatDisagreeWaitForADecision) {
  add_rule("other-clock", R"({"parameter": "clocksource", "to": "tsc"})");
  add_rule("quiet-timer", R"({"parameter": "nohz", "to": "off"})");
  own_rules_.write("parameters.json", R"({"schema": "guestclock.parameters/1", "parameters": [
      {"name": "nohz", "kind": "kernel-parameter", "known_by": [{"os": ["linux"]}],
       "source": "a test"}]})");
  const json plan = run({"plan"}, 2);
  EXPECT_EQ(parameters(plan), json({"nohz=off"}));
  EXPECT_THAT(plan["pending"].get<std::vector<std::string>>(),
              UnorderedElementsAre(
                  HasSubstr("rhel5-vmware-i386-acpi-pm is not planned: other-clock wants"),
                  HasSubstr("other-clock is not planned: rhel5-vmware-i386-acpi-pm wants")));
  EXPECT_EQ(parameters(run({"plan", "other-clock"}, 2)), json({"clocksource=tsc"}));
  run({"apply", "--yes", "other-clock"}, 0);
  EXPECT_THAT(tree_.read("/boot/grub/grub.conf"), HasSubstr("clocksource=tsc"));
}

TEST_F(Obstacles, WhatTheKernelDoesNotKnowIsNotPlanned) {
  add_rule("dynamic-ticks", R"({"parameter": "nohz", "to": "off"})");
  const json plan = run({"plan", "--assume", "kernel=2.6.18-128.el5"}, 2);
  EXPECT_EQ(parameters(plan), json({"clocksource=acpi_pm"}));
  EXPECT_THAT(plan["pending"].get<std::vector<std::string>>(),
              ElementsAre("dynamic-ticks is not planned: this kernel (centos 5.3 "
                          "2.6.18-128.el5 i386) does not know nohz="));
  run({"apply", "--yes", "dynamic-ticks"}, 0);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf").find("nohz"), std::string::npos);
}

TEST_F(Obstacles, ARuleForAParameterThatNoTableKnowsIsRefused) {
  add_rule("odd-word", R"({"parameter": "oddword", "to": "1"})");
  const Finished check =
      support::run_program({GUESTCLOCK_PROGRAM, "rules", "check", own_rules_.path().string()});
  EXPECT_EQ(check.exit_code, 1);
  EXPECT_THAT(check.out, HasSubstr("odd-word.json:4:71: "));
  EXPECT_THAT(check.out, HasSubstr("does not tell which kernels know oddword"));
}

TEST_F(Obstacles, WhatTunedWritesIsLeftToTuned) {
  tree_.write("/etc/tuned/active_profile", "my-clock\n");
  tree_.write("/etc/tuned/bootcmdline",
              "TUNED_BOOT_CMDLINE=\"clocksource=tsc\"\nTUNED_BOOT_INITRD_ADD=\"\"\n");
  const json plan = run({"plan"}, 0);
  EXPECT_EQ(plan["changed"], false);
  EXPECT_THAT(plan["pending"].get<std::vector<std::string>>(),
              ElementsAre(HasSubstr("TuneD (profile my-clock) writes clocksource")));
}

TEST_F(Obstacles, TheUsersOwnParameterIsWrittenWithAWarning) {
  const json set = run_with_shipped_rules(
      {"params", "set", "nohz=off", "--dry-run", "--assume", "kernel=2.6.18-128.el5"}, 2);
  EXPECT_THAT(set["warnings"].get<std::vector<std::string>>(),
              ElementsAre(HasSubstr("does not know nohz=")));
  EXPECT_THAT(run_with_shipped_rules({"params", "set", "x=1", "--dry-run"}, 2)["warnings"],
              IsEmpty());
}

}  // namespace
}  // namespace guestclock
