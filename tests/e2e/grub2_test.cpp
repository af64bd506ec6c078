// GRUB 2 sources in an unbooted tree, as a user edits them: what is left to regenerate, which layer
// wins, what rollback would do. Synthetic trees.
#include <filesystem>

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

constexpr const char* kMain = "/etc/default/grub";
constexpr const char* kCloud = "/etc/default/grub.d/50-cloudimg-settings.cfg";
constexpr const char* kOurs = "/etc/default/grub.d/99-guestclock.cfg";
constexpr const char* kConfig = "/boot/grub/grub.cfg";

class Grub2Tree : public testing::Test {
 protected:
  void SetUp() override {
    tree_.write("/etc/debian_version", "12.5\n");
    tree_.write("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    tree_.write("/usr/sbin/grub-mkconfig", "#!/bin/sh\n# ${sysconfdir}/default/grub.d/*.cfg\n");
    tree_.write("/bin/sh", "");
    tree_.write("/boot/vmlinuz-6.1.0-9-amd64", "");
    tree_.write(kMain,
                "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"console=ttyS0\"\n");
    regenerate("console=ttyS0 quiet");
  }

  void regenerate(const std::string& parameters) const {
    tree_.write(kConfig,
                "### BEGIN /etc/grub.d/10_linux ###\n"
                "menuentry 'Debian' $menuentry_id_option 'gnulinux-simple-1' {\n"
                "\tlinux\t/boot/vmlinuz-6.1.0-9-amd64 root=UUID=1 ro " +
                    parameters + "\n}\n### END /etc/grub.d/10_linux ###\n");
  }

  [[nodiscard]] Finished run(std::vector<std::string> words) const {
    words.insert(words.begin(), GUESTCLOCK_PROGRAM);
    words.insert(words.end(), {"--root", tree_.path().string()});
    return support::run_program(words);
  }
  [[nodiscard]] json document(std::vector<std::string> words, int expected_code) const {
    words.insert(words.end(), {"--format", "json"});
    const Finished finished = run(std::move(words));
    EXPECT_EQ(finished.exit_code, expected_code) << finished.out << finished.err;
    EXPECT_EQ(support::schema_problems(finished.out), "");
    return json::parse(finished.out, nullptr, false);
  }

  support::ScratchDirectory tree_;
};

TEST_F(Grub2Tree, ARegenerationIsDueUntilGrubCfgHasIt) {
  const std::vector<std::string> set{"params", "set", "x=1", "--unset", "quiet"};
  const auto with = [&](const char* end) {
    auto words = set;
    words.emplace_back(end);
    return words;
  };
  EXPECT_THAT(document(with("--dry-run"), 2)["pending"], testing::SizeIs(1));
  const json applied = document(with("--yes"), 4);
  EXPECT_EQ(applied["changed"], true);
  EXPECT_THAT(applied["pending"],
              ElementsAre("/etc/default/grub is edited, but /boot/grub/grub.cfg is not "
                          "regenerated: run update-grub"));
  const json due{"/boot/grub/grub.cfg is out of date for x (line 3): run update-grub"};
  for (const char* end : {"--yes", "--dry-run"}) {
    const json again = document(with(end), 4);
    EXPECT_EQ(again["changed"], false);
    EXPECT_EQ(again["pending"], due);
  }
  EXPECT_EQ(run(set).exit_code, 4) << "nothing to ask about";
  EXPECT_EQ(document({"params", "set", "--unset", "quiet", "--dry-run"}, 4)["changed"], false);
  EXPECT_THAT(document({"params", "set", "console=ttyS0", "--yes"}, 0)["pending"], IsEmpty())
      << "grub.cfg has this one";
  regenerate("console=ttyS0 x=1");
  for (const char* end : {"--yes", "--dry-run"})
    EXPECT_THAT(document(with(end), 0)["pending"], IsEmpty());
}

TEST_F(Grub2Tree, RollbackSaysThatGrubCfgStillHasIt) {
  EXPECT_EQ(document({"params", "set", "x=1", "--yes"}, 4)["changed"], true);
  EXPECT_THAT(document({"rollback", "--yes"}, 0)["pending"], IsEmpty()) << "it never had it";
  EXPECT_EQ(document({"params", "set", "x=1", "--yes"}, 4)["changed"], true);
  regenerate("console=ttyS0 quiet x=1");
  EXPECT_EQ(document({"rollback", "--yes"}, 4)["pending"],
            json{"/boot/grub/grub.cfg is out of date for x (line 3): run update-grub"});
}

TEST_F(Grub2Tree, ARuleThatIsCarriedOutLeavesTheRegenerationDue) {
  tree_.write("/etc/redhat-release", "CentOS release 5.3 (Final)\n");
  std::filesystem::remove(tree_.path() / "etc/debian_version");
  tree_.write("/etc/os-release", "ID=centos\nVERSION_ID=\"5.3\"\nID_LIKE=debian\n");
  const auto words = [](std::vector<std::string> verb) {
    verb.insert(verb.end(), {"--assume", "vm=vmware", "--assume", "arch=i386", "--assume",
                             "distribution=centos", "--assume", "version=5.3", "--assume",
                             "kernel=2.6.18-128.el5"});
    return verb;
  };
  EXPECT_EQ(document(words({"apply", "--yes"}), 4)["changed"], true);
  ASSERT_THAT(tree_.read(kMain), HasSubstr("clocksource=acpi_pm"));
  const json due{"/boot/grub/grub.cfg is out of date for clocksource (line 3): run update-grub"};
  EXPECT_EQ(document(words({"apply", "--yes"}), 4)["pending"], due);
  EXPECT_EQ(document(words({"plan"}), 4)["pending"], due);
  regenerate("console=ttyS0 quiet clocksource=acpi_pm");
  EXPECT_THAT(document(words({"plan"}), 0)["pending"], IsEmpty());
}

TEST_F(Grub2Tree, RollbackDryRunShowsAndWritesNothing) {
  const std::string before = tree_.read(kMain);
  EXPECT_EQ(document({"rollback", "--dry-run"}, 0)["changed"], false);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
  const json applied = document({"params", "set", "x=1", "--yes"}, 4);
  const std::string edited = tree_.read(kMain);

  const json shown = document({"rollback", "--dry-run"}, 2);
  EXPECT_EQ(shown["dry_run"], true);
  EXPECT_EQ(shown["changed"], true);
  EXPECT_EQ(shown["transaction"], applied["transaction"]);
  EXPECT_EQ(shown["state"], "applied");
  EXPECT_EQ(shown["files"], json{kMain});
  EXPECT_THAT(std::string(shown["diff"]), HasSubstr("\n-GRUB_CMDLINE_LINUX_DEFAULT=\"quiet x=1\"\n"
                                                    "+GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"));
  const Finished text = run({"rollback", std::string(applied["transaction"]), "--dry-run"});
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_THAT(text.out, HasSubstr("+GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"));
  EXPECT_THAT(text.out, HasSubstr("Would undo transaction "));
  EXPECT_EQ(tree_.read(kMain), edited);
  EXPECT_EQ(document({"history"}, 0)["transactions"][0]["state"], "applied");

  tree_.write(kMain, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet x=2\"\n");
  const json conflict = document({"rollback", "--dry-run"}, 5);
  EXPECT_EQ(conflict["changed"], false);
  EXPECT_EQ(conflict["state"], "conflict");
  EXPECT_THAT(std::string(conflict["conflict_diff"]), HasSubstr("x=2"));
  EXPECT_EQ(document({"history"}, 0)["transactions"][0]["state"], "applied");
  EXPECT_EQ(document({"rollback", "--dry-run", "--force"}, 2)["changed"], true);

  tree_.write(kMain, edited);
  EXPECT_EQ(document({"rollback", "--yes"}, 0)["changed"], true);
  EXPECT_EQ(tree_.read(kMain), before);
  EXPECT_EQ(document({"rollback", "--dry-run"}, 0)["changed"], false);
}

TEST_F(Grub2Tree, RollbackDryRunOfAFileThatWasMade) {
  tree_.write(kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1\"\n");
  EXPECT_EQ(document({"params", "set", "x=1", "--yes"}, 4)["files"], json{kOurs});
  const json shown = document({"rollback", "--dry-run"}, 2);
  EXPECT_EQ(shown["files"], json{kOurs});
  EXPECT_THAT(std::string(shown["diff"]), HasSubstr("-GRUB_CMDLINE_LINUX_DEFAULT=\""));
  EXPECT_TRUE(std::filesystem::exists(tree_.path() / (kOurs + 1)));
}

TEST_F(Grub2Tree, RollbackDryRunNeedsNoLock) {
  EXPECT_EQ(document({"params", "set", "x=1", "--yes"}, 4)["changed"], true);
  const auto state = tree_.path() / "var/lib/guestclock";
  const support::Running holder({"flock", "--no-fork", (state / "lock").string(), "sleep", "60"});
  EXPECT_EQ(document({"rollback", "--dry-run"}, 2)["changed"], true);
}

TEST_F(Grub2Tree, OnACloudImageTheDropInWinsAndIsNamed) {
  tree_.write(kMain, "# x\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\nGRUB_CMDLINE_LINUX=\"\"\n");
  const std::string cloud =
      "# Cloud Image specific Grub settings\nGRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1 "
      "console=ttyS0\"\n";
  tree_.write(kCloud, cloud);
  regenerate("console=tty1 console=ttyS0");
  const std::string named = std::string("/etc/default/grub:2 assigns GRUB_CMDLINE_LINUX_DEFAULT ") +
                            "in vain: " + kCloud + ":2 replaces it";

  const json list = document({"params", "list"}, 0);
  EXPECT_EQ(list["entries"][0]["parameters"], (json{"console=tty1", "console=ttyS0"}));
  EXPECT_THAT(run({"params", "list"}).err, HasSubstr("grub2: " + named));

  const json added = document({"params", "set", "x=1", "--yes"}, 4);
  EXPECT_EQ(added["files"], json{kOurs});
  EXPECT_EQ(added["warnings"], json{named});
  EXPECT_EQ(tree_.read(kCloud), cloud);
  const json removed = document({"params", "set", "--unset", "console=tty1", "--yes"}, 4);
  EXPECT_EQ(removed["files"], json{kCloud});
  EXPECT_THAT(tree_.read(kCloud), HasSubstr("\nGRUB_CMDLINE_LINUX_DEFAULT=\"console=ttyS0\"\n"));
  EXPECT_EQ(document({"params", "list"}, 0)["entries"][0]["parameters"],
            (json{"console=ttyS0", "x=1"}));
}

}  // namespace
}  // namespace guestclock
