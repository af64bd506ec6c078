// What the command line promises whatever the guest: help, usage errors, formats, exit codes.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using support::Finished;
using support::ScratchDirectory;

Finished guestclock(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), GUESTCLOCK_PROGRAM);
  return support::run_program(arguments);
}

TEST(CommandLine, WithoutArgumentsPrintsAScreenful) {
  const Finished run = guestclock({});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_LE(std::count(run.out.begin(), run.out.end(), '\n'), 40);
  for (const char* const start : {"guestclock audit", "guestclock plan", "guestclock apply"}) {
    EXPECT_NE(run.out.find(start), std::string::npos) << start;
  }
  EXPECT_EQ(run.err, "");
}

TEST(CommandLine, EveryVerbHasHelp) {
  for (const char* const verb :
       {"detect", "measure", "fit", "selftest", "audit", "plan", "apply", "rollback", "history",
        "explain", "rules list", "rules check", "capture"}) {
    std::vector<std::string> words;
    for (std::string rest = verb; !rest.empty();) {
      const std::size_t blank = rest.find(' ');
      words.push_back(rest.substr(0, blank));
      rest = blank == std::string::npos ? "" : rest.substr(blank + 1);
    }
    words.emplace_back("--help");
    const Finished run = guestclock(words);
    EXPECT_EQ(run.exit_code, 0) << verb;
    EXPECT_NE(run.out.find("--format"), std::string::npos) << verb;
  }
}

struct BadUse {
  std::vector<std::string> words;
  const char* says;
};

/// Test names are made of this: the words, not the bytes of the object.
void PrintTo(const BadUse& use, std::ostream* out) {
  for (const std::string& word : use.words)
    *out << word << ' ';
}

class UsageErrors : public testing::TestWithParam<BadUse> {};

TEST_P(UsageErrors, Exit64AndSayWhatIsOff) {
  const Finished run = guestclock(GetParam().words);
  EXPECT_EQ(run.exit_code, 64);
  EXPECT_NE(run.err.find(GetParam().says), std::string::npos) << run.err;
  EXPECT_EQ(run.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, UsageErrors,
    testing::Values(BadUse{{"frobnicate"}, "unknown verb 'frobnicate'"},
                    BadUse{{"detect", "--frobnicate"}, "frobnicate"},
                    BadUse{{"detect", "extra"}, "unexpected argument 'extra'"},
                    BadUse{{"detect", "--format", "sarif"}, "--format sarif"},
                    BadUse{{"detect", "--for", "json"}, "--for"},
                    BadUse{{"detect", "--root", "/", "--capture", "/"}, "exclude each other"},
                    BadUse{{"detect", "--assume", "vm"}, "expected KEY=VALUE"},
                    BadUse{{"detect", "--assume", "vm=vmwear"}, "vmwear"},
                    BadUse{{"detect", "--assume", "nonsense=1"}, "nonsense"},
                    BadUse{{"measure", "--duration", "0s"}, "--duration 0s"},
                    BadUse{{"measure", "--duration", "soon"}, "--duration soon"},
                    BadUse{{"measure", "--view", "chronyc"}, "expected ntpq or ntpdate"},
                    BadUse{{"measure", "--view", "ntpq", "--format", "json"}, "exclude each other"},
                    BadUse{{"audit", "--view", "ntpq"}, "view"},
                    BadUse{{"measure", "--target-ppm", "-1"}, "--target-ppm -1"},
                    BadUse{{"measure", "--clock", "rtc"}, "expected raw or tsc"},
                    BadUse{{"audit", "--format", "jsonl"}, "only fit has it"},
                    BadUse{{"fit"}, "a file of exchanges"},
                    BadUse{{"audit", "--fail-on", "sometimes"}, "--fail-on sometimes"},
                    BadUse{{"plan", "--entries", "-1"}, "--entries -1"},
                    BadUse{{"plan", "no-such-rule"}, "no-such-rule"},
                    BadUse{{"explain"}, "explain needs"},
                    BadUse{{"explain", "no-such-rule"}, "no-such-rule"},
                    BadUse{{"rollback"}, "--yes"}, BadUse{{"capture"}, "capture needs"},
                    BadUse{{"capture", "a", "b"}, "unexpected argument 'b'"},
                    BadUse{{"detect", "--no-redact"}, "no-redact"},
                    BadUse{{"apply", "--yes", "--capture", "/tmp"}, "capture"},
                    BadUse{{"history", "--state-dir", "relative"}, "--state-dir relative"}));

TEST(CommandLine, MissingRootIsAFailureThatNamesIt) {
  const Finished run = guestclock({"detect", "--root", "/nonexistent/tree"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.err.find("/nonexistent/tree"), std::string::npos) << run.err;
}

TEST(CommandLine, RulesAreListedExplainedAndValid) {
  const Finished list = guestclock({"rules", "list", "--format", "json"});
  ASSERT_EQ(list.exit_code, 0);
  EXPECT_EQ(support::schema_problems(list.out), "");
  const auto rules = nlohmann::json::parse(list.out)["rules"];
  std::vector<std::string> rows;
  for (const auto& rule : rules) {
    rows.push_back(rule["catalogue"]);
    const Finished explained = guestclock({"explain", rule["rule"], "--format", "json"});
    EXPECT_EQ(explained.exit_code, 0);
    EXPECT_EQ(support::schema_problems(explained.out), "") << rule["rule"];
    const Finished in_words = guestclock({"explain", rule["rule"]});
    EXPECT_EQ(in_words.out.find("%{"), std::string::npos) << in_words.out;
  }
  EXPECT_NE(guestclock({"explain", "freebsd-slow-timecounter"})
                .out.find("sysctl kern.timecounter.hardware=<clock.freebsd.trusted>\n"),
            std::string::npos);
  for (const char* const row :
       {"V-01", "V-02", "V-04", "F-02", "F-04", "L-03", "L-04", "K-03", "N-02"}) {
    EXPECT_NE(std::find(rows.begin(), rows.end(), row), rows.end()) << row;
    EXPECT_EQ(guestclock({"explain", row}).exit_code, 0) << row;
  }
  const Finished check = guestclock({"rules", "check", "--format", "json"});
  EXPECT_EQ(check.exit_code, 0);
  EXPECT_EQ(support::schema_problems(check.out), "");
}

TEST(CommandLine, RulesCheckNamesFileLineAndColumn) {
  const ScratchDirectory directory;
  directory.write("broken.json", "{\n  \"rule\": \"broken\",\n  oops\n}\n");
  const Finished run = guestclock({"rules", "check", directory.path().string()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.out.find("broken.json:3:"), std::string::npos) << run.out;
}

TEST(CommandLine, OutputGoesToTheFileNamed) {
  const ScratchDirectory directory;
  const std::string file = (directory.path() / "out.json").string();
  const Finished instead = guestclock({"rules", "list", "--format", "json", "--output", file});
  EXPECT_EQ(instead.exit_code, 0);
  EXPECT_EQ(instead.out, "");
  EXPECT_EQ(support::schema_problems(directory.read("out.json")), "");

  const Finished both = guestclock({"rules", "list", "--output", "json:" + file});
  EXPECT_EQ(both.exit_code, 0);
  EXPECT_NE(both.out, "");
  EXPECT_EQ(support::schema_problems(directory.read("out.json")), "");
}

TEST(CommandLine, QuietDetectTellsByItsExitCode) {
  const ScratchDirectory tree;
  const std::string root = tree.path().string();
  EXPECT_EQ(guestclock({"detect", "-q", "--root", root}).exit_code, 3);
  EXPECT_EQ(guestclock({"detect", "-q", "--root", root, "--assume", "vm=none"}).exit_code, 1);
  const Finished guest = guestclock({"detect", "-q", "--root", root, "--assume", "vm=kvm"});
  EXPECT_EQ(guest.exit_code, 0);
  EXPECT_EQ(guest.out, "");
}

TEST(CommandLine, ApplyNeedsYesWithoutATerminal) {
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  const std::string before = tree.read("/boot/grub/grub.conf");
  const Finished run = guestclock(
      {"apply", "--root", tree.path().string(), "--assume", "vm=vmware", "--assume", "arch=i386"});
  EXPECT_EQ(run.exit_code, 64);
  EXPECT_NE(run.err.find("--yes"), std::string::npos) << run.err;
  EXPECT_EQ(tree.read("/boot/grub/grub.conf"), before);
  EXPECT_FALSE(std::filesystem::exists(tree.path() / "var"));
}

}  // namespace
}  // namespace guestclock
