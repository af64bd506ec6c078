#include "change/plan.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "freebsd/loader_conf.h"
#include "grub/grub2.h"
#include "grub/grub_legacy.h"
#include "support/scratch_directory.h"
#include "support/trees.h"
#include "system/machines.h"

namespace guestclock::change {
namespace {

using model::Finding;
using model::FixKind;

Finding finding(std::string rule, FixKind kind, std::vector<model::FixChange> changes) {
  Finding one;
  one.rule = std::move(rule);
  one.catalogue = "X-01";
  one.applies = true;
  one.why = "because";
  one.fix.kind = kind;
  one.fix.what = "Do this.";
  one.fix.changes = std::move(changes);
  return one;
}

Finding acpi_pm() {
  return finding("acpi-pm", FixKind::kernel_parameter, {{"clocksource", "acpi_pm"}});
}

Finding divider(bool held) {
  Finding one = finding("divider", FixKind::kernel_parameter, {{"divider", "10"}});
  one.risk = model::Risk::panic;
  one.held = held;
  one.writes_before = {"acpi-pm"};
  return one;
}

class Plan : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = system::open_tree(tree_.path().string());
    ASSERT_TRUE(opened);
    system_ = std::move(*opened);
  }

  Result<model::ChangeSet> make(const std::vector<Finding>& findings,
                                const PlanRequest& request = {}) {
    const std::vector<const boot::BootLoader*> all{&legacy_, &grub2_, &freebsd_};
    const auto loaders = boot::loaders_in_use(all, system_->files(), {});
    return plan(findings, model::Facts{}, *system_, loaders, request, tables_.thresholds);
  }

  support::ScratchDirectory tree_;
  std::unique_ptr<system::System> system_;
  tables::Tables tables_ = tables::load({}).value();
  grub::GrubLegacy legacy_;
  grub::Grub2 grub2_;
  freebsd::FreebsdLoader freebsd_;
};

constexpr const char* kCentosDiff =
    "--- a/boot/grub/grub.conf\n+++ b/boot/grub/grub.conf\n@@ -6,7 +6,7 @@\n hiddenmenu\n"
    " title CentOS (2.6.18-128.1.6.el5)\n \troot (hd0,0)\n"
    "-\tkernel /vmlinuz-2.6.18-128.1.6.el5 ro root=/dev/VolGroup00/LogVol00 rhgb quiet\n"
    "+\tkernel /vmlinuz-2.6.18-128.1.6.el5 ro root=/dev/VolGroup00/LogVol00 rhgb quiet"
    " clocksource=acpi_pm\n"
    " \tinitrd /initrd-2.6.18-128.1.6.el5.img\n title CentOS (2.6.18-128.el5)\n \troot (hd0,0)\n";

TEST_F(Plan, Centos53AppendsToTheDefaultEntryAndHoldsTheRest) {
  support::make_centos5_tree(tree_);
  const auto changes = make({acpi_pm(), divider(true)});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->files.size(), 1U);
  EXPECT_EQ(changes->files[0].diff, kCentosDiff);
  EXPECT_EQ(changes->files[0].before_sha256, sha256_hex(tree_.read("/boot/grub/grub.conf")));
  EXPECT_EQ(changes->files[0].after_sha256, sha256_hex(changes->files[0].edit.after));
  EXPECT_EQ(changes->parameters, (std::vector<std::string>{"clocksource=acpi_pm"}));
  EXPECT_EQ(changes->rules, (std::vector<std::string>{"acpi-pm"}));
  ASSERT_EQ(changes->held.size(), 1U);
  EXPECT_EQ(changes->held[0].change, "divider=10");
  EXPECT_EQ(changes->held[0].rule, "divider");
  EXPECT_EQ(changes->held[0].risk, model::Risk::panic);
  EXPECT_FALSE(changes->reboot_required);
  EXPECT_TRUE(changes->pending.empty());
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
}

TEST_F(Plan, WritesInTheOrderThatTheRulesAskFor) {
  support::make_centos5_tree(tree_);
  const auto changes = make({acpi_pm(), divider(false)});
  ASSERT_TRUE(changes);
  EXPECT_NE(changes->files[0].edit.after.find(" quiet divider=10 clocksource=acpi_pm\n"),
            std::string::npos);
  EXPECT_EQ(changes->rules, (std::vector<std::string>{"divider", "acpi-pm"}));
}

TEST_F(Plan, OnlyTheRulesAskedFor) {
  support::make_centos5_tree(tree_);
  EXPECT_EQ(make({acpi_pm(), divider(false)}, {{}, {"divider"}})->parameters,
            (std::vector<std::string>{"divider=10"}));
  EXPECT_EQ(make({acpi_pm()}, {{}, {"X-01"}})->files.size(), 1U);
  EXPECT_TRUE(make({acpi_pm()}, {{}, {"other"}})->files.empty());
}

TEST_F(Plan, MentionsChangeNothing) {
  support::make_centos5_tree(tree_);
  Finding mention = acpi_pm();
  mention.applies = false;
  const auto changes =
      make({mention, finding("a", FixKind::none, {}), finding("b", FixKind::host, {})});
  ASSERT_TRUE(changes);
  EXPECT_TRUE(changes->files.empty());
  EXPECT_TRUE(changes->pending.empty());
}

TEST_F(Plan, WhatNoLoaderWritesIsPending) {
  support::make_centos5_tree(tree_);
  const auto changes = make({finding("ntp", FixKind::time_daemon, {}),
                             finding("hz", FixKind::loader_tunable, {{"kern.hz", "100"}})});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->pending.size(), 2U);
  EXPECT_EQ(changes->pending[0], "ntp: Do this.");
  EXPECT_TRUE(changes->pending[1].starts_with("hz: Do this. By hand: "));
}

TEST_F(Plan, StepsArePendingOneLineEach) {
  Finding tools = finding("tools-sync", FixKind::guest_tools, {});
  tools.fix.steps = {
      {model::FixStep::Action::run, "vmware-toolbox-cmd timesync disable", "", "", ""},
      {model::FixStep::Action::erase, "tools", "/etc/x.conf", "", ""}};
  const auto changes = make({tools});
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->pending, (std::vector<std::string>{
                                  "tools-sync: run: vmware-toolbox-cmd timesync disable",
                                  "tools-sync: in /etc/x.conf delete what begins with: tools"}));
  EXPECT_FALSE(changes->regeneration_due);
}

TEST_F(Plan, WhatHasAnObstacleIsNotPlanned) {
  support::make_centos5_tree(tree_);
  Finding hindered = acpi_pm();
  hindered.obstacle = "this kernel does not know clocksource=";
  const auto changes = make({hindered, divider(false)});
  ASSERT_TRUE(changes);
  EXPECT_EQ(
      changes->pending,
      std::vector<std::string>{"acpi-pm is not planned: this kernel does not know clocksource="});
  EXPECT_EQ(changes->parameters, std::vector<std::string>{"divider=10"});
}

TEST_F(Plan, RivalsWaitForADecision) {
  support::make_centos5_tree(tree_);
  Finding tsc = finding("tsc", FixKind::kernel_parameter, {{"clocksource", "tsc"}});
  Finding pm = acpi_pm();
  tsc.rivals = {pm.rule};
  pm.rivals = {tsc.rule};
  const auto undecided = make({pm, tsc, divider(false)});
  ASSERT_TRUE(undecided);
  EXPECT_EQ(undecided->parameters, std::vector<std::string>{"divider=10"});
  ASSERT_EQ(undecided->pending.size(), 2U);
  EXPECT_EQ(
      undecided->pending[1],
      "tsc is not planned: acpi-pm wants something else of the same parameter: decide for one "
      "of them, guestclock apply RULE");
  PlanRequest request;
  request.rules = {"tsc"};
  const auto decided = make({pm, tsc}, request);
  ASSERT_TRUE(decided);
  EXPECT_EQ(decided->parameters, std::vector<std::string>{"clocksource=tsc"});
  EXPECT_TRUE(decided->pending.empty());
}

TEST_F(Plan, Grub2IsLeftToTheUserWithTheReason) {
  tree_.write("/boot/grub2/grub.cfg", "");
  const auto changes = make({acpi_pm()});
  ASSERT_TRUE(changes);
  EXPECT_TRUE(changes->files.empty());
  ASSERT_EQ(changes->pending.size(), 1U);
  EXPECT_NE(changes->pending[0].find("GRUB_CMDLINE_LINUX"), std::string::npos);
}

TEST_F(Plan, Grub2IsEditedAtItsSourceAndRegenerationIsPending) {
  tree_.write("/boot/grub/grub.cfg", "");
  tree_.write("/etc/os-release", "ID=debian\n");
  tree_.write("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
  tree_.write("/etc/default/grub.d/50-cloudimg-settings.cfg",
              "GRUB_CMDLINE_LINUX_DEFAULT=\"console=ttyS0\"\n");
  const auto changes = make({acpi_pm()});
  ASSERT_TRUE(changes) << describe(changes.error());
  ASSERT_EQ(changes->files.size(), 1U);
  EXPECT_EQ(changes->files[0].edit.path, "/etc/default/grub.d/99-guestclock.cfg");
  EXPECT_TRUE(changes->files[0].before_sha256.empty());
  EXPECT_EQ(changes->parameters, std::vector<std::string>{"clocksource=acpi_pm"});
  ASSERT_EQ(changes->pending.size(), 1U);
  EXPECT_NE(changes->pending[0].find("run update-grub"), std::string::npos);
}

TEST_F(Plan, RulesThatDisagreeAreAConflict) {
  support::make_centos5_tree(tree_);
  const auto changes =
      make({acpi_pm(), finding("tsc", FixKind::kernel_parameter, {{"clocksource", "tsc"}})});
  ASSERT_FALSE(changes);
  EXPECT_EQ(changes.error().code, ErrorCode::conflict);
  EXPECT_NE(changes.error().message.find("acpi-pm"), std::string::npos);
  EXPECT_NE(changes.error().message.find("tsc"), std::string::npos);
  const auto agree =
      make({acpi_pm(), finding("too", FixKind::kernel_parameter, {{"clocksource", "acpi_pm"}})});
  ASSERT_TRUE(agree);
  EXPECT_EQ(agree->rules.size(), 2U);
}

TEST_F(Plan, FlagsRemovalsAndRepeatedValues) {
  tree_.write("/boot/grub/menu.lst", "title A\nkernel /vmlinuz ro divider=10\n");
  const auto changes = make(
      {finding("notsc", FixKind::kernel_parameter, {{"notsc", ""}}),
       finding("no-divider", FixKind::kernel_parameter, {{"divider", std::nullopt}}),
       finding("console", FixKind::kernel_parameter, {{"console", "tty0"}, {"console", "ttyS0"}})});
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->files[0].edit.after,
            "title A\nkernel /vmlinuz ro notsc console=tty0 console=ttyS0\n");
  EXPECT_EQ(changes->entries[0].before, (std::vector<std::string>{"ro", "divider=10"}));
  EXPECT_EQ(changes->parameters,
            (std::vector<std::string>{"notsc", "console=tty0", "console=ttyS0"}));
}

TEST_F(Plan, FreebsdCreatesLoaderConf) {
  support::make_freebsd_tree(tree_, 801000);
  const auto changes = make({finding("hz", FixKind::loader_tunable, {{"kern.hz", "100"}})});
  ASSERT_TRUE(changes) << describe(changes.error());
  ASSERT_EQ(changes->files.size(), 1U);
  EXPECT_EQ(changes->files[0].diff,
            "--- /dev/null\n+++ b/boot/loader.conf\n@@ -0,0 +1 @@\n+kern.hz=\"100\"\n");
  EXPECT_EQ(changes->files[0].before_sha256, "");
  EXPECT_EQ(changes->parameters, (std::vector<std::string>{"kern.hz=100"}));
}

TEST_F(Plan, FreebsdWithoutABootDirectory) {
  tree_.write("/usr/include/sys/param.h", "#define __FreeBSD_version 801000\n");
  const auto changes = make({finding("hz", FixKind::loader_tunable, {{"kern.hz", "100"}})});
  ASSERT_TRUE(changes) << describe(changes.error());
  EXPECT_EQ(changes->files.size(), 1U);
}

/// A loader whose edits are not what was asked for.
class LyingLoader final : public boot::BootLoader {
 public:
  [[nodiscard]] std::string_view name() const override { return "lying"; }
  [[nodiscard]] FixKind fix_kind() const override { return FixKind::kernel_parameter; }
  [[nodiscard]] std::optional<settings::Located> locate(
      const system::Files& /*files*/, const settings::LocateHints& /*hints*/) const override {
    return settings::Located{{"/conf"}};
  }
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& /*located*/) const override {
    model::BootEntry entry;
    entry.kernel = "/vmlinuz";
    entry.is_default = true;
    entry.parameters = {files.read("/conf").value_or("")};
    return std::vector{entry};
  }
  [[nodiscard]] Result<settings::Edition> edit(
      const system::Files& files, const settings::Located& /*located*/,
      std::span<const model::ParameterEdit> /*edits*/,
      const model::EntrySelector& /*selector*/) const override {
    const std::string now = files.read("/conf").value_or("");
    return settings::Edition{{{"/conf", "lying", now, writes}}, {}, {}, {}};
  }

  std::string writes;
};

TEST_F(Plan, EditionsAreReadBackBeforeTheyAreBelieved) {
  tree_.write("/conf", "ro");
  LyingLoader loader;
  const std::vector<boot::LoaderInUse> loaders{{&loader, {{"/conf"}}}};
  for (const char* writes : {"clocksource=tsc", "ro", "clocksource=acpi_pm"}) {
    loader.writes = writes;  // the wrong value; nothing; and at the cost of another parameter
    const auto changes =
        plan(std::vector{acpi_pm()}, model::Facts{}, *system_, loaders, {}, tables_.thresholds);
    ASSERT_FALSE(changes) << writes;
    EXPECT_EQ(changes.error().code, ErrorCode::unsafe);
    EXPECT_EQ(changes.error().path, "/conf");
  }
}

TEST_F(Plan, TwoLoadersOfOneKindAreLeftToTheUser) {
  support::make_centos5_tree(tree_);
  LyingLoader other;
  const auto located = legacy_.locate(system_->files(), {});
  const std::vector<boot::LoaderInUse> loaders{{&legacy_, *located}, {&other, {}}};
  const auto changes =
      plan(std::vector{acpi_pm()}, model::Facts{}, *system_, loaders, {}, tables_.thresholds);
  ASSERT_TRUE(changes);
  EXPECT_TRUE(changes->files.empty());
  ASSERT_EQ(changes->pending.size(), 1U);
  EXPECT_NE(changes->pending[0].find("grub-legacy, lying"), std::string::npos);
}

TEST_F(Plan, WarnsOfLongParametersAndMeasuredBootWhereFilesChange) {
  support::make_centos5_tree(tree_);
  tree_.write("/etc/crypttab", "root UUID=1 none tpm2-device=auto\n");
  const model::ParameterEdit edit{"a", {std::string(250, 'x')}, ""};
  const boot::LoaderInUse loader{&legacy_, *legacy_.locate(system_->files(), {})};
  const auto changes = plan_parameters(std::span(&edit, 1), model::Facts{}, *system_, loader, {},
                                       tables_.thresholds);
  ASSERT_TRUE(changes) << describe(changes.error());
  const auto said = [&](const char* what) {
    return std::count_if(changes->warnings.begin(), changes->warnings.end(),
                         [&](const auto& one) { return one.find(what) != std::string::npos; });
  };
  EXPECT_EQ(said("takes 255"), 1);
  EXPECT_EQ(said("/etc/crypttab:1"), 1);

  const model::ParameterEdit nothing{"nosuch", {}, "", model::ParameterEdit::Action::remove};
  const auto unchanged = plan_parameters(std::span(&nothing, 1), model::Facts{}, *system_, loader,
                                         {}, tables_.thresholds);
  ASSERT_TRUE(unchanged);
  EXPECT_TRUE(unchanged->warnings.empty());
}

/// A tree that says it is the running machine.
class RunningTree final : public system::System {
 public:
  explicit RunningTree(const system::System& tree) : tree_(tree) {}
  [[nodiscard]] bool live() const override { return true; }
  [[nodiscard]] const std::string& root() const override { return tree_.root(); }
  [[nodiscard]] const system::Files& files() const override { return tree_.files(); }
  [[nodiscard]] const system::Cpuid& cpuid() const override { return tree_.cpuid(); }
  [[nodiscard]] const system::Sysctl& sysctl() const override { return tree_.sysctl(); }
  [[nodiscard]] const system::Clocks& clocks() const override { return tree_.clocks(); }
  [[nodiscard]] const system::KernelCounters& counters() const override { return tree_.counters(); }
  [[nodiscard]] const system::Devices& devices() const override { return tree_.devices(); }
  [[nodiscard]] const system::Network& network() const override { return tree_.network(); }
  [[nodiscard]] const system::Queries& queries() const override { return tree_.queries(); }
  [[nodiscard]] const system::Identity& identity() const override { return tree_.identity(); }
  [[nodiscard]] Result<std::string_view> kernel_log() const override { return tree_.kernel_log(); }

 private:
  const system::System& tree_;
};

TEST_F(Plan, ARebootIsDueUntilTheRunningKernelHasEveryValue) {
  support::make_centos5_tree(tree_);
  const RunningTree running(*system_);
  const std::vector<model::ParameterEdit> edits{
      {"console", {"tty0"}, ""}, {"a", {"1"}, ""}, {"console", {"ttyS0"}, ""}};
  const boot::LoaderInUse loader{&legacy_, *legacy_.locate(system_->files(), {})};
  const auto due = [&](std::vector<std::string> cmdline) {
    model::Facts facts;
    facts.kernel.cmdline = std::move(cmdline);
    const auto changes = plan_parameters(edits, facts, running, loader, {}, tables_.thresholds);
    return changes && changes->reboot_required;
  };
  EXPECT_TRUE(due({"ro"}));
  EXPECT_TRUE(due({"console=tty0", "a=1"}));
  EXPECT_TRUE(due({"console=ttyS0", "console=tty0", "a=1"}));
  EXPECT_FALSE(due({"console=tty0", "console=ttyS0", "a=1"}));
}

TEST_F(Plan, FreebsdTunablesAreNotMeasured) {
  support::make_freebsd_tree(tree_, 1401000);
  tree_.write("/efi/EFI/Linux/a.efi", "");
  const model::ParameterEdit edit{"kern.hz", {"100"}, ""};
  const boot::LoaderInUse loader{&freebsd_, *freebsd_.locate(system_->files(), {})};
  const auto changes = plan_parameters(std::span(&edit, 1), model::Facts{}, *system_, loader, {},
                                       tables_.thresholds);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->files.size(), 1U);
  EXPECT_TRUE(changes->warnings.empty());
}

}  // namespace
}  // namespace guestclock::change
