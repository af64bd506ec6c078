// The mission's two classic fixes on unbooted trees: plan, apply, apply again, roll back.
#include "support/trees.h"

#include <filesystem>

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using support::ScratchDirectory;

/// Runs a verb on the tree with JSON output, checks the schema, returns the document.
class Trees : public testing::Test {
 protected:
  json run(std::vector<std::string> words, int expected_code) {
    words.insert(words.begin(), GUESTCLOCK_PROGRAM);
    words.insert(words.end(), {"--root", tree_.path().string(), "--format", "json"});
    const Finished finished = support::run_program(words);
    EXPECT_EQ(finished.exit_code, expected_code) << finished.out << finished.err;
    EXPECT_EQ(support::schema_problems(finished.out), "");
    return json::parse(finished.out, nullptr, false);
  }

  [[nodiscard]] struct stat status(const char* below) const {
    struct stat found {};
    EXPECT_EQ(::lstat((tree_.path() / below).c_str(), &found), 0) << below;
    return found;
  }

  [[nodiscard]] std::string kernel_line(std::size_t nth) const {
    const std::string conf = tree_.read("/boot/grub/grub.conf");
    std::size_t at = std::string::npos;
    for (std::size_t i = 0; i <= nth; ++i)
      at = conf.find("\tkernel ", at + 1);
    return conf.substr(at, conf.find('\n', at) - at);
  }

  ScratchDirectory tree_;
};

const std::vector<std::string> kVmwareI386{"--assume", "vm=vmware", "--assume", "arch=i386"};

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(Trees, Centos53PlanAppendsAcpiPmAndHoldsDivider) {
  make_centos5_tree(tree_);
  const json plan = run(with({"plan"}, kVmwareI386), 2);
  EXPECT_EQ(plan["changed"], true);
  ASSERT_EQ(plan["changes"].size(), 1U);
  const std::string diff = plan["changes"][0]["diff"];
  EXPECT_NE(diff.find("\n-\tkernel /vmlinuz-2.6.18-128.1.6.el5 ro root=/dev/VolGroup00/LogVol00 "
                      "rhgb quiet\n+\tkernel /vmlinuz-2.6.18-128.1.6.el5 ro "
                      "root=/dev/VolGroup00/LogVol00 rhgb quiet clocksource=acpi_pm\n"),
            std::string::npos)
      << diff;
  ASSERT_EQ(plan["held"].size(), 1U);
  EXPECT_EQ(plan["held"][0]["change"], "divider=10");
  EXPECT_EQ(plan["held"][0]["risk"], "panic");
  EXPECT_NE(std::string(plan["held"][0]["why"]), "");
  EXPECT_EQ(plan["changes"][0]["loader"], "grub-legacy");
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
}

TEST_F(Trees, Centos53ApplyTwiceAndRollBack) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read("/boot/grub/grub.conf");
  const struct stat conf = status("boot/grub/grub.conf");

  const json applied = run(with({"apply", "--yes"}, kVmwareI386), 0);
  EXPECT_EQ(applied["changed"], true);
  EXPECT_EQ(applied["state"], "applied");
  EXPECT_TRUE(kernel_line(0).ends_with(" rhgb quiet clocksource=acpi_pm")) << kernel_line(0);
  EXPECT_TRUE(kernel_line(1).ends_with(" rhgb quiet")) << kernel_line(1);
  EXPECT_TRUE(S_ISLNK(status("etc/grub.conf").st_mode));
  EXPECT_TRUE(S_ISLNK(status("boot/grub/menu.lst").st_mode));
  const struct stat edited = status("boot/grub/grub.conf");
  EXPECT_EQ(edited.st_mode, conf.st_mode);
  EXPECT_EQ(edited.st_uid, conf.st_uid);
  EXPECT_EQ(edited.st_gid, conf.st_gid);

  const json again = run(with({"apply", "--yes"}, kVmwareI386), 0);
  EXPECT_EQ(again["changed"], false);
  EXPECT_EQ(status("boot/grub/grub.conf").st_mtim.tv_nsec, edited.st_mtim.tv_nsec);

  const json history = run({"history"}, 0);
  ASSERT_EQ(history["transactions"].size(), 1U);
  EXPECT_EQ(history["transactions"][0]["state"], "applied");

  const json undone = run({"rollback", "--yes"}, 0);
  EXPECT_EQ(undone["changed"], true);
  EXPECT_EQ(undone["state"], "rolled-back");
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), before);
  const struct stat restored = status("boot/grub/grub.conf");
  EXPECT_EQ(restored.st_mode, conf.st_mode);
  EXPECT_EQ(restored.st_mtim.tv_sec, conf.st_mtim.tv_sec);
  EXPECT_EQ(restored.st_mtim.tv_nsec, conf.st_mtim.tv_nsec);
  EXPECT_TRUE(S_ISLNK(status("etc/grub.conf").st_mode));

  EXPECT_EQ(run({"rollback", "--yes"}, 0)["changed"], false);
}

TEST_F(Trees, Centos53WithTheRiskAcceptedEndsWithBoth) {
  make_centos5_tree(tree_);
  const auto words = with({"plan", "--accept-risk", "all"}, kVmwareI386);
  const json plan = run(words, 2);
  EXPECT_TRUE(plan["held"].empty());
  run(with({"apply", "--yes", "--accept-risk", "V-01"}, kVmwareI386), 0);
  EXPECT_TRUE(kernel_line(0).ends_with(" quiet divider=10 clocksource=acpi_pm")) << kernel_line(0);
}

TEST_F(Trees, HeldAloneIsNotPending) {
  make_centos5_tree(tree_);
  run(with({"apply", "--yes"}, kVmwareI386), 0);
  const json plan = run(with({"plan"}, kVmwareI386), 0);
  EXPECT_EQ(plan["changed"], false);
  EXPECT_EQ(plan["held"].size(), 1U);
}

TEST_F(Trees, Centos53On64BitGetsNoClocksource) {
  make_centos5_tree(tree_);
  const json plan = run({"plan", "--assume", "vm=vmware", "--assume", "arch=amd64"}, 2);
  ASSERT_EQ(plan["changes"].size(), 1U);
  EXPECT_NE(std::string(plan["changes"][0]["diff"]).find(" notsc\n"), std::string::npos);
  EXPECT_EQ(std::string(plan["changes"][0]["diff"]).find("clocksource"), std::string::npos);
  ASSERT_EQ(plan["held"].size(), 1U);
  EXPECT_EQ(plan["held"][0]["change"], "divider=10");
}

TEST_F(Trees, Centos50KnowsNoDivider) {
  make_centos5_tree(tree_, "5");
  const json plan = run(with({"plan", "--accept-risk", "all"}, kVmwareI386), 2);
  ASSERT_EQ(plan["changes"].size(), 1U);
  EXPECT_EQ(std::string(plan["changes"][0]["diff"]).find("divider"), std::string::npos);
}

TEST_F(Trees, Centos54NeedsNothing) {
  make_centos5_tree(tree_, "5.4");
  EXPECT_TRUE(run(with({"plan", "--accept-risk", "all"}, kVmwareI386), 0)["changes"].empty());
}

TEST_F(Trees, AnUnknownHypervisorThatDecidesIsExit3) {
  make_centos5_tree(tree_);
  const json plan = run({"plan", "--assume", "arch=i386"}, 3);
  EXPECT_TRUE(plan["changes"].empty());
}

TEST_F(Trees, BareMetalIsLeftAlone) {
  make_centos5_tree(tree_);
  const json report = run({"audit", "--assume", "vm=none", "--assume", "arch=i386"}, 0);
  EXPECT_TRUE(report["findings"].empty());
  EXPECT_EQ(report["summary"]["verdict"], "good");
}

TEST_F(Trees, AuditOfCentos53ExplainsBothFixes) {
  make_centos5_tree(tree_);
  const json report = run(with({"audit"}, kVmwareI386), 2);
  EXPECT_EQ(report["summary"]["verdict"], "findings");
  EXPECT_EQ(report["assumptions"].size(), 2U);
  ASSERT_GE(report["findings"].size(), 2U);
  for (const json& finding : report["findings"]) {
    for (const char* const member : {"rule", "title", "why"}) {
      EXPECT_NE(std::string(finding[member]), "") << member;
    }
    EXPECT_FALSE(finding["evidence"].empty());
    EXPECT_FALSE(finding["sources"].empty());
    EXPECT_NE(std::string(finding["fix"]["undo"]), "");
    EXPECT_NE(std::string(finding["fix"]["check"]), "");
  }
}

TEST_F(Trees, RollbackTakesOnlyOurParametersOutOfAFileChangedSince) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read("/boot/grub/grub.conf");
  run(with({"apply", "--yes"}, kVmwareI386), 0);
  tree_.write("/boot/grub/grub.conf", tree_.read("/boot/grub/grub.conf") + "# by hand\n");
  const json undone = run({"rollback", "--yes"}, 0);
  EXPECT_EQ(undone["changed"], true);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), before + "# by hand\n");
}

TEST_F(Trees, AForeignChangeOfOurParameterIsAConflictUnlessForced) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read("/boot/grub/grub.conf");
  run(with({"apply", "--yes"}, kVmwareI386), 0);
  std::string foreign = tree_.read("/boot/grub/grub.conf");
  const std::size_t at = foreign.find("clocksource=acpi_pm");
  ASSERT_NE(at, std::string::npos);
  foreign.replace(at, std::string("clocksource=acpi_pm").size(), "clocksource=pit");
  tree_.write("/boot/grub/grub.conf", foreign);
  const json undone = run({"rollback", "--yes"}, 5);
  EXPECT_EQ(undone["changed"], false);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), foreign);
  run({"rollback", "--yes", "--force"}, 0);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), before);
}

TEST_F(Trees, PurgeForgetsWhatWasRolledBack) {
  make_centos5_tree(tree_);
  const json applied = run(with({"apply", "--yes"}, kVmwareI386), 0);
  const Finished in_force =
      support::run_program({GUESTCLOCK_PROGRAM, "purge", std::string(applied["transaction"]),
                            "--yes", "--root", tree_.path().string()});
  EXPECT_EQ(in_force.exit_code, 1);
  EXPECT_NE(in_force.err.find("--force"), std::string::npos) << in_force.err;
  run({"rollback", "--yes"}, 0);
  EXPECT_EQ(run({"purge", "--yes"}, 0)["transaction"], applied["transaction"]);
  EXPECT_TRUE(run({"history"}, 0)["transactions"].empty());
  EXPECT_EQ(run({"purge", "--yes"}, 0)["changed"], false);
}

TEST_F(Trees, ATransactionThatWasCutOffIsReportedThenUndone) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read("/boot/grub/grub.conf");
  const json applied = run(with({"apply", "--yes"}, kVmwareI386), 0);
  const std::string journal =
      "/var/lib/guestclock/txn/" + std::string(applied["transaction"]) + "/journal";
  const std::string whole = tree_.read(journal);
  tree_.write(journal, whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1));

  const Finished plan =
      support::run_program({GUESTCLOCK_PROGRAM, "plan", "--root", tree_.path().string()});
  EXPECT_NE(plan.err.find("cut off"), std::string::npos) << plan.err;
  EXPECT_NE(tree_.read("/boot/grub/grub.conf"), before);

  EXPECT_EQ(run(with({"apply", "--yes"}, kVmwareI386), 0)["changed"], true);
  const json history = run({"history"}, 0);
  ASSERT_EQ(history["transactions"].size(), 2U);
  EXPECT_EQ(history["transactions"][0]["state"], "rolled-back");
  EXPECT_EQ(history["transactions"][1]["state"], "applied");
  run({"rollback", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), before);
}

TEST_F(Trees, FreeBsd81GetsHz100AndLosesItAgain) {
  make_freebsd_tree(tree_, 801000);
  const std::vector<std::string> assume{"--assume", "vm=vmware"};
  const json plan = run(with({"plan"}, assume), 2);
  ASSERT_EQ(plan["changes"].size(), 1U);
  EXPECT_EQ(plan["changes"][0]["file"], "/boot/loader.conf");
  EXPECT_NE(std::string(plan["changes"][0]["diff"]).find("\n+kern.hz=\"100\"\n"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "boot/loader.conf"));

  EXPECT_EQ(run(with({"apply", "--yes"}, assume), 0)["changed"], true);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "kern.hz=\"100\"\n");
  EXPECT_EQ(run(with({"apply", "--yes"}, assume), 0)["changed"], false);
  EXPECT_EQ(run({"rollback", "--yes"}, 0)["changed"], true);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "boot/loader.conf"));
}

TEST_F(Trees, FreeBsd81KeepsTheRestOfLoaderConf) {
  const std::string before = "# local\nautoboot_delay=\"3\"\n";
  tree_.write("/boot/loader.conf", before);
  tree_.write("/boot/defaults/loader.conf", "loader_conf_files=\"/boot/loader.conf\"\n");
  const std::vector<std::string> assume{"--assume", "vm=vmware", "--assume", "version=8.1"};
  run(with({"apply", "--yes"}, assume), 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), before + "kern.hz=\"100\"\n");
  run({"rollback", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), before);
}

TEST_F(Trees, FreeBsd141NeedsNothing) {
  make_freebsd_tree(tree_, 1401000);
  EXPECT_TRUE(run({"plan", "--assume", "vm=vmware"}, 0)["changes"].empty());
}

TEST_F(Trees, NothingLeaksFromTheMachineWeRunOn) {
  const json detect = run({"detect"}, 0);
  EXPECT_EQ(detect["virtualization"]["vm"], "unknown");
  EXPECT_EQ(detect["virtualization"]["container"], "unknown");
  EXPECT_EQ(detect["kernel"]["os"], nullptr);
  EXPECT_EQ(detect["kernel"]["release"], nullptr);
  EXPECT_EQ(detect["kernel"]["arch"], nullptr);
  EXPECT_EQ(detect["clock"]["source"], nullptr);
  EXPECT_NE(detect["unknown"]["clock.source"], nullptr);
}

}  // namespace
}  // namespace guestclock
