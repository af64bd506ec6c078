// params list and params set on synthetic trees, as a user runs them.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/skip.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using support::ScratchDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kConf = "/boot/grub/grub.conf";

class Params : public testing::Test {
 protected:
  Finished run(std::vector<std::string> words) {
    words.insert(words.begin(), {GUESTCLOCK_PROGRAM, "params"});
    words.insert(words.begin() + 3, {"--root", tree_.path().string()});
    return support::run_program(words);
  }

  /// With JSON output, checked against its schema.
  json document(std::vector<std::string> words, int expected_code) {
    words.insert(words.begin() + 1, {"--format", "json"});
    const Finished finished = run(std::move(words));
    EXPECT_EQ(finished.exit_code, expected_code) << finished.out << finished.err;
    EXPECT_EQ(support::schema_problems(finished.out), "");
    return json::parse(finished.out, nullptr, false);
  }

  /// What follows the kernel's name on the nth kernel line.
  [[nodiscard]] std::string parameters(std::size_t nth) const {
    const std::string conf = tree_.read(kConf);
    std::size_t at = 0;
    for (std::size_t i = 0; i <= nth; ++i)
      at = conf.find("\tkernel ", at) + 8;
    at = conf.find(' ', at) + 1;
    return conf.substr(at, conf.find('\n', at) - at);
  }

  void expect_usage(const std::vector<std::string>& words, const char* says) {
    const Finished finished = run(words);
    EXPECT_EQ(finished.exit_code, 64) << says;
    EXPECT_THAT(finished.err, HasSubstr(says));
    EXPECT_EQ(finished.out, "");
  }

  ScratchDirectory tree_;
};

constexpr const char* kBefore = "ro root=/dev/VolGroup00/LogVol00 rhgb quiet";

TEST_F(Params, HelpNamesEveryOption) {
  EXPECT_THAT(run({"list", "--help"}).out,
              testing::AllOf(HasSubstr("--entries"), HasSubstr("--loader"), HasSubstr("--capture"),
                             testing::Not(HasSubstr("--yes"))));
  EXPECT_THAT(
      run({"set", "--help"}).out,
      testing::AllOf(HasSubstr("--unset K[=V]"), HasSubstr("--entries"), HasSubstr("--loader"),
                     HasSubstr("--dry-run"), HasSubstr("--yes"), HasSubstr("--state-dir")));
}

TEST_F(Params, ListShowsEveryEntryOfCentos5) {
  make_centos5_tree(tree_);
  const json list = document({"list"}, 0);
  ASSERT_EQ(list["entries"].size(), 2U);
  const json& entry = list["entries"][0];
  EXPECT_EQ(entry["loader"], "grub-legacy");
  EXPECT_EQ(entry["title"], "CentOS (2.6.18-128.1.6.el5)");
  EXPECT_EQ(entry["index"], 0);
  EXPECT_EQ(entry["default"], true);
  EXPECT_EQ(entry["kernel"], "/vmlinuz-2.6.18-128.1.6.el5");
  EXPECT_EQ(entry["parameters"], (json{"ro", "root=/dev/VolGroup00/LogVol00", "rhgb", "quiet"}));
  EXPECT_EQ(list["entries"][1]["default"], false);
  EXPECT_TRUE(list["unknown"].empty());
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));

  const std::string text = run({"list"}).out;
  EXPECT_THAT(text, StartsWith("grub-legacy 0 (default): CentOS (2.6.18-128.1.6.el5)\n"));
  EXPECT_THAT(text, HasSubstr("\n\ngrub-legacy 1: CentOS (2.6.18-128.el5)\n"));
  EXPECT_THAT(text, HasSubstr(std::string("\n  parameters ") + kBefore + "\n"));
}

TEST_F(Params, ListTakesEntriesAndLoader) {
  make_centos5_tree(tree_);
  const auto titles = [&](const std::vector<std::string>& words) {
    std::vector<std::string> found;
    const json list = document(words, 0);
    for (const json& entry : list["entries"])
      found.push_back(entry["title"]);
    return found;
  };
  EXPECT_THAT(titles({"list", "--entries", "1"}), ElementsAre("CentOS (2.6.18-128.el5)"));
  EXPECT_THAT(titles({"list", "--entries", "default"}), ElementsAre("CentOS (2.6.18-128.1.6.el5)"));
  EXPECT_THAT(titles({"list", "--entries", "/vmlinuz-2.6.18-128.el5"}),
              ElementsAre("CentOS (2.6.18-128.el5)"));
  EXPECT_EQ(titles({"list", "--entries", "all", "--loader", "grub-legacy"}).size(), 2U);
  EXPECT_EQ(run({"list", "--entries", "2"}).exit_code, 1);
  expect_usage({"list", "--loader", "grub2"}, "--loader grub2 is not in use here, but grub-legacy");
}

TEST_F(Params, ListOfNothingReadableIsExit3) {
  const json list = document({"list"}, 3);
  EXPECT_TRUE(list["entries"].empty());
  EXPECT_TRUE(list["unknown"]["entries"].is_string());
  EXPECT_THAT(run({"list"}).err, HasSubstr("no boot loader configuration"));
}

TEST_F(Params, ALoaderThatCannotBeReadIsNamedBesideOneThatCan) {
  make_freebsd_tree(tree_, 1401000);
  tree_.write("/boot/grub2/grub.cfg", "");  // and no sources that it was made from
  const json list = document({"list"}, 0);
  ASSERT_EQ(list["entries"].size(), 1U);
  EXPECT_EQ(list["entries"][0]["loader"], "freebsd-loader");
  EXPECT_TRUE(list["unknown"]["entries.grub2"].is_string());
  EXPECT_THAT(run({"list"}).err, HasSubstr("warning: grub2: "));
  document({"list", "--loader", "grub2"}, 3);
  EXPECT_TRUE(document({"list", "--loader", "freebsd-loader"}, 0)["unknown"].empty());
}

TEST_F(Params, SeveralLoadersAreEditedOnlyByName) {
  make_freebsd_tree(tree_, 1401000);
  tree_.write("/boot/grub2/grub.cfg", "");
  expect_usage({"set", "kern.hz=100", "--yes"}, "more than one boot loader is configured here: ");
  expect_usage({"set", "kern.hz=100", "--yes"}, "--loader");
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "boot/loader.conf"));
  document({"set", "kern.hz=100", "--yes", "--loader", "freebsd-loader"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "kern.hz=\"100\"\n");
}

TEST_F(Params, SetAddsToTheDefaultEntryAndRollbackTakesItBack) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read(kConf);
  const json applied = document({"set", "divider=10", "clocksource=acpi_pm", "--yes"}, 0);
  EXPECT_EQ(applied["schema"], "guestclock.apply/1");
  EXPECT_EQ(applied["changed"], true);
  EXPECT_EQ(applied["state"], "applied");
  EXPECT_EQ(applied["files"], json{kConf});
  EXPECT_EQ(applied["reboot_required"], false);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " divider=10 clocksource=acpi_pm");
  EXPECT_EQ(parameters(1), kBefore);

  const std::string once = tree_.read(kConf);
  const json again = document({"set", "divider=10", "clocksource=acpi_pm", "--yes"}, 0);
  EXPECT_EQ(again["changed"], false);
  EXPECT_EQ(tree_.read(kConf), once);

  const Finished history = support::run_program(
      {GUESTCLOCK_PROGRAM, "history", "--root", tree_.path().string(), "--format", "json"});
  const json transactions = json::parse(history.out)["transactions"];
  ASSERT_EQ(transactions.size(), 1U);
  EXPECT_EQ(transactions[0]["parameters"], (json{"divider=10", "clocksource=acpi_pm"}));
  const Finished undone = support::run_program(
      {GUESTCLOCK_PROGRAM, "rollback", "--yes", "--root", tree_.path().string()});
  EXPECT_EQ(undone.exit_code, 0) << undone.err;
  EXPECT_EQ(tree_.read(kConf), before);
}

TEST_F(Params, ValuesOfOneNameAreOneEditInTheirOrder) {
  make_centos5_tree(tree_);
  document({"set", "console=tty0", "a=1", "console=ttyS0,115200n8", "--yes"}, 0);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " console=tty0 a=1 console=ttyS0,115200n8");
  document({"set", "console=hvc0", "--yes"}, 0);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " console=hvc0 a=1");
}

TEST_F(Params, WhatIsNewStandsInTheOrderGiven) {
  make_centos5_tree(tree_);
  const std::vector<std::string> words{"set",           "hugepagesz=1G", "hugepages=4",
                                       "hugepagesz=2M", "hugepages=512", "--yes"};
  document(words, 0);
  EXPECT_EQ(parameters(0),
            std::string(kBefore) + " hugepagesz=1G hugepages=4 hugepagesz=2M hugepages=512");
  EXPECT_EQ(document(words, 0)["changed"], false);
}

TEST_F(Params, FlagsEmptyValuesAndBlanks) {
  make_centos5_tree(tree_);
  document({"set", "notsc", "empty=", "dyndbg=file a.c +p", "x=a=b", "--yes"}, 0);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " notsc empty= dyndbg=\"file a.c +p\" x=a=b");
  EXPECT_EQ(document({"set", "dyndbg=file a.c +p", "--dry-run"}, 0)["changed"], false);
}

TEST_F(Params, UnsetTakesFromEveryEntry) {
  make_centos5_tree(tree_);
  document({"set", "--unset", "quiet", "--unset=rhgb", "--yes"}, 0);
  EXPECT_EQ(parameters(0), "ro root=/dev/VolGroup00/LogVol00");
  EXPECT_EQ(parameters(1), "ro root=/dev/VolGroup00/LogVol00");
  EXPECT_EQ(document({"set", "--unset", "quiet", "--yes"}, 0)["changed"], false);
}

TEST_F(Params, UnsetOfOneValueLeavesTheOthers) {
  make_centos5_tree(tree_);
  document({"set", "console=tty0", "console=ttyS0", "console=hvc0", "--yes"}, 0);
  document({"set", "--unset", "console=ttyS0", "--unset", "console=none", "--yes"}, 0);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " console=tty0 console=hvc0");
  document({"set", "--unset", "console=tty0", "--unset", "console", "--yes"}, 0);
  EXPECT_EQ(parameters(0), kBefore);
}

TEST_F(Params, EntriesNamesWhatIsTouched) {
  make_centos5_tree(tree_);
  document({"set", "a=1", "--entries", "all", "--yes"}, 0);
  document({"set", "b=1", "--entries", "1", "--yes"}, 0);
  document({"set", "--unset", "quiet", "--entries", "/vmlinuz-2.6.18-128.el5", "--yes"}, 0);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " a=1");
  EXPECT_EQ(parameters(1), "ro root=/dev/VolGroup00/LogVol00 rhgb a=1 b=1");
  const Finished none = run({"set", "a=2", "--entries", "7", "--yes"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("no entry 7"));
}

TEST_F(Params, DryRunShowsAndWritesNothing) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read(kConf);
  const json plan = document({"set", "a=1", "--unset", "rhgb", "--dry-run"}, 2);
  EXPECT_EQ(plan["schema"], "guestclock.plan/1");
  EXPECT_EQ(plan["changed"], true);
  EXPECT_EQ(plan["entries"][0]["after"],
            (json{"ro", "root=/dev/VolGroup00/LogVol00", "quiet", "a=1"}));
  EXPECT_EQ(plan["entries"].size(), 2U);
  EXPECT_EQ(tree_.read(kConf), before);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
  EXPECT_EQ(document({"set", "quiet", "--dry-run"}, 0)["changed"], false);
}

TEST_F(Params, WithoutYesAndWithoutATerminalNothingHappens) {
  make_centos5_tree(tree_);
  const std::string before = tree_.read(kConf);
  expect_usage({"set", "a=1"}, "--yes");
  EXPECT_EQ(tree_.read(kConf), before);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
  EXPECT_EQ(run({"set", "quiet"}).exit_code, 0);  // there is nothing to ask about
}

TEST_F(Params, UsageErrorsSayWhatIsOff) {
  make_centos5_tree(tree_);
  expect_usage({"set"}, "needs a parameter to set or --unset");
  expect_usage({"set", "--yes"}, "needs a parameter to set or --unset");
  expect_usage({"set", "a=1", "--unset", "a"}, "setting a parameter replaces every value");
  expect_usage({"set", "a_b=1", "--unset", "a-b=2"}, "both set and unset");
  expect_usage({"set", "=1"}, "a parameter needs a name");
  expect_usage({"set", ""}, "a parameter needs a name");
  expect_usage({"set", "--unset", "=1"}, "a parameter needs a name");
  expect_usage({"set", "a b=1"}, "is no parameter name");
  expect_usage({"set", "a=\"x y\""}, "double quote");
  expect_usage({"set", "a=1\n2"}, "control character");
  expect_usage({"set", "-a"}, "-a");
  expect_usage({"set", "--unset"}, "unset");
  expect_usage({"set", "a=1", "--entries", "some"}, "--entries some");
  expect_usage({"set", "a=1", "--loader", "lilo"}, "--loader lilo is not in use here");
  expect_usage({"list", "extra"}, "unexpected argument 'extra'");
}

TEST_F(Params, TwoDashesEndTheOptions) {
  make_centos5_tree(tree_);
  document({"set", "--yes", "--", "-a=1"}, 0);
  EXPECT_EQ(parameters(0), std::string(kBefore) + " -a=1");
  expect_usage({"set", "--", "--"}, "ends the kernel's parameters");
}

TEST_F(Params, ACaptureCanOnlyBeLookedAt) {
  const ScratchDirectory capture;
  capture.write("/root/boot/grub/menu.lst", "title A\nkernel /vmlinuz ro\n");
  const std::string directory = capture.path().string();
  const Finished set = support::run_program(
      {GUESTCLOCK_PROGRAM, "params", "set", "a=1", "--yes", "--capture", directory});
  EXPECT_EQ(set.exit_code, 64);
  EXPECT_THAT(set.err, HasSubstr("--dry-run"));
  EXPECT_EQ(support::run_program(
                {GUESTCLOCK_PROGRAM, "params", "set", "a=1", "--dry-run", "--capture", directory})
                .exit_code,
            2);
}

TEST_F(Params, WarningsStandInPlanOutcomeAndText) {
  make_centos5_tree(tree_);
  tree_.write("/etc/crypttab", "root UUID=1 none tpm2-device=auto\n");
  const std::string longer = "a=" + std::string(250, 'x');
  const json plan = document({"set", longer, "--dry-run"}, 2);
  ASSERT_GE(plan["warnings"].size(), 2U);
  const Finished text = run({"set", longer, "--dry-run"});
  EXPECT_THAT(text.out, HasSubstr("\nWarnings\n"));
  EXPECT_THAT(text.out, HasSubstr("takes 255"));
  const json applied = document({"set", longer, "--yes"}, 0);
  EXPECT_EQ(applied["warnings"], plan["warnings"]);
  EXPECT_TRUE(document({"set", longer, "--yes"}, 0)["warnings"].empty());
}

TEST_F(Params, NoLoaderIsAFailureThatSaysSo) {
  const Finished set = run({"set", "a=1", "--yes"});
  EXPECT_EQ(set.exit_code, 1);
  EXPECT_THAT(set.err, HasSubstr("no boot loader configuration"));
}

TEST_F(Params, FreebsdTunablesGoThroughTheSameVerb) {
  make_freebsd_tree(tree_, 1401000);
  EXPECT_TRUE(document({"list"}, 0)["entries"][0]["parameters"].empty());
  EXPECT_EQ(document({"set", "kern.hz=100", "--dry-run"}, 2)["changed"], true);
  document({"set", "kern.hz=100", "hw.model=a b", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "kern.hz=\"100\"\nhw.model=\"a b\"\n");
  const json entry = document({"list"}, 0)["entries"][0];
  EXPECT_EQ(entry["loader"], "freebsd-loader");
  EXPECT_EQ(entry["default"], true);
  EXPECT_THAT(entry["parameters"], testing::Contains("kern.hz=100"));
  EXPECT_EQ(document({"set", "kern.hz=100", "--yes"}, 0)["changed"], false);
  document({"set", "--unset", "kern.hz", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "hw.model=\"a b\"\n");
}

TEST_F(Params, FreebsdNamesAreAsTheyAreSpelt) {
  make_freebsd_tree(tree_, 1401000);
  document({"set", "hw.a-b=1", "hw.a_b=2", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "hw.a-b=\"1\"\nhw.a_b=\"2\"\n");
  document({"set", "--unset", "hw.a-b=1", "hw.c=3", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "hw.a_b=\"2\"\nhw.c=\"3\"\n");
  document({"set", "hw.a-b=1", "--yes"}, 0);
  document({"set", "--unset", "hw.a-b", "--unset", "hw.a_b", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "hw.c=\"3\"\n");
}

TEST_F(Params, FreebsdHintsAreOverriddenAndGivenBack) {
  make_freebsd_tree(tree_, 1401000);
  const std::string hints = "hint.uart.0.at=\"isa\"\nkern.hz=\"50\"\n";
  tree_.write("/boot/device.hints", hints);
  EXPECT_EQ(document({"list"}, 0)["entries"][0]["parameters"],
            json({"hint.uart.0.at=isa", "kern.hz=50"}));
  document({"set", "kern.hz=100", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "kern.hz=\"100\"\n");
  document({"set", "--unset", "kern.hz", "--yes"}, 0);
  EXPECT_EQ(tree_.read("/boot/device.hints"), "hint.uart.0.at=\"isa\"\n");
  const Finished undone = support::run_program(
      {GUESTCLOCK_PROGRAM, "rollback", "--yes", "--root", tree_.path().string()});
  EXPECT_EQ(undone.exit_code, 0) << undone.err;
  EXPECT_EQ(tree_.read("/boot/device.hints"), hints);
  EXPECT_EQ(tree_.read("/boot/loader.conf"), "kern.hz=\"100\"\n");
}

TEST_F(Params, FreebsdRefusesWhatALoaderCannotCarry) {
  make_freebsd_tree(tree_, 1401000);
  const Finished flag = run({"set", "kern.hz", "--yes"});
  EXPECT_EQ(flag.exit_code, 1);
  EXPECT_THAT(flag.err, HasSubstr("kern.hz needs a value"));
  const Finished two = run({"set", "kern.hz=1", "kern.hz=2", "--yes"});
  EXPECT_EQ(two.exit_code, 1);
  EXPECT_THAT(two.err, HasSubstr("one value only"));
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "boot/loader.conf"));
}

/// Words that run a program in a mount namespace of its own; empty: not possible here.
std::vector<std::string> own_mounts() {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"unshare", "-m"}, {"unshare", "-Urm"}}) {
    std::vector<std::string> attempt = words;
    attempt.insert(attempt.end(), {"mount", "-t", "tmpfs", "none", "/boot"});
    if (support::run_program(attempt).exit_code == 0) return words;
  }
  return {};
}

TEST(ParamsOfTheRunningSystem, AChangeThatIsNotInForceNeedsAReboot) {
  std::vector<std::string> words = own_mounts();
  if (words.empty()) GUESTCLOCK_SKIP("no mount namespace of one's own with a /boot");
  // Everything that is written stays in the two tmpfs.
  words.insert(words.end(),
               {"sh", "-c",
                "mount -t tmpfs none /mnt && mount -t tmpfs none /boot && mkdir /boot/grub && "
                "printf 'title A\\nkernel /vmlinuz ro\\n' > /boot/grub/menu.lst || exit 1\n"
                "codes=\n"
                "for end in --dry-run --yes --yes --dry-run; do\n"
                "  \"$0\" params set guestclock_test=1 $end --state-dir /mnt/state >&2\n"
                "  codes=\"$codes $?\"\n"
                "done\n"
                "\"$0\" params set --unset guestclock_test_2 --yes --state-dir /mnt/state >&2\n"
                "echo $codes $?; cat /boot/grub/menu.lst",
                GUESTCLOCK_PROGRAM});
  const Finished finished = support::run_program(words);
  EXPECT_EQ(finished.out, "2 4 4 4 0\ntitle A\nkernel /vmlinuz ro guestclock_test=1\n")
      << finished.err;
}

// Found by fuzzing. GRUB Legacy does not split at a form feed: without the blank in front of "ro"
// what follows would become a part of the kernel's path.
TEST(ParamsRefusal, AnEditThatWouldChangeAKernelsPathIsRefused) {
  const support::ScratchDirectory scratch;
  const std::string menu = "default 0\ntitle A\nroot (hd0,0)\nkernel /vmlinuz ro\fquiet\n";
  scratch.write("boot/grub/menu.lst", menu);
  const support::Finished run =
      support::run_program({GUESTCLOCK_PROGRAM, "params", "set", "--unset", "ro", "--root",
                            scratch.path().string(), "--yes"});
  EXPECT_EQ(run.exit_code, 1) << run.out;
  EXPECT_NE(run.err.find("refused"), std::string::npos) << run.err;
  EXPECT_EQ(scratch.read("boot/grub/menu.lst"), menu);
}

}  // namespace
}  // namespace guestclock
