// Real /etc/default/grub files and drop-ins, against the shells that read them, which run in
// namespaces of their own: nothing they do outlasts them.
#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "change/edition_check.h"
#include "grub/default_grub.h"
#include "grub2_machine.h"
#include "support/corpus.h"
#include "support/program.h"
#include "support/skip.h"

namespace guestclock::grub {
namespace {

using model::ParameterEdit;
using testing::HasSubstr;
using Kind = model::EntrySelector::Kind;

constexpr const char* kVariables[] = {"GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT",
                                      "GRUB_CMDLINE_LINUX_RECOVERY"};
const ParameterEdit kAdd{"clocksource", {"acpi_pm"}, ""};
const ParameterEdit kRemove{"clocksource", {}, "", ParameterEdit::Action::remove};

/// Files of the corpus that cannot be edited, with what the refusal says.
const std::map<std::string, std::string> kRefused{
    // The value refers to what a program that is sourced in line 1 may set.
    {"HoloISO__postcopy__etc__default__grub",
     "/etc/default/grub:1: GRUB_CMDLINE_LINUX cannot be told without running code: "
     "a command (source) may assign any variable"},
};

class Grub2Corpus : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
    if (!std::filesystem::is_directory(folder_)) {
      GUESTCLOCK_SKIP("no corpus at " + folder_.string() + "; GUESTCLOCK_CORPUS names another");
    }
    for (const auto& file : support::corpus_files(folder_ / "etc-default-grub")) {
      machines_.emplace(file.filename().string(), Contents{{kMain, support::bytes_of(file)}});
    }
    for (const auto& file : support::corpus_files(folder_ / "etc-default-grub.d")) {
      const std::string name = file.filename().string();
      const std::string path = "/etc/default/grub.d/" + name.substr(name.rfind("__") + 2);
      machines_.emplace(name, Contents{{kMain,
                                        "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\n"
                                        "GRUB_CMDLINE_LINUX=\"\"\n"},
                                       {path, support::bytes_of(file)}});
    }
    ASSERT_EQ(machines_.size(), 14U);
  }

  std::filesystem::path folder_;
  std::map<std::string, Contents> machines_;  ///< by name of the real file among them
};

TEST_F(Grub2Corpus, ParsingAndPrintingKeepsEveryByte) {
  for (const auto& [name, contents] : machines_) {
    for (const auto& [path, bytes] : contents)
      EXPECT_EQ(parse_shell_assignments(bytes).print(), bytes) << name;
  }
}

TEST_F(Grub2Corpus, AddingThenRemovingGivesTheBytesBackOrIsRefusedWithALine) {
  std::set<std::string> refused;
  for (const auto& [name, contents] : machines_) {
    for (const Kind kind : {Kind::automatic, Kind::all}) {
      auto machine = Grub2Machine::debian(contents);
      EXPECT_EQ(changed(machine.edit({kRemove}, kind)).count("error"), kRefused.count(name))
          << name;
      const auto added = machine.edit({kAdd}, kind);
      if (!added) {
        ASSERT_TRUE(kRefused.count(name)) << name << ": " << describe(added.error());
        EXPECT_THAT(describe(added.error()), HasSubstr(kRefused.at(name)));
        refused.insert(name);
        continue;
      }
      EXPECT_EQ(added->files.size(), 1U) << name;
      const auto checked = change::check_edition({&machine.loader(), {}}, machine.files(), *added,
                                                 std::vector{kAdd}, {kind, 0, ""});
      EXPECT_TRUE(checked) << name << ": " << describe(checked.error());
      machine.apply(*added);
      const auto removed = machine.edit({kRemove}, kind);
      ASSERT_TRUE(removed) << name << ": " << describe(removed.error());
      machine.apply(*removed);
      for (const auto& [path, bytes] : contents)
        EXPECT_EQ(machine.contents().at(path), bytes) << name;
    }
  }
  EXPECT_EQ(refused.size(), kRefused.size());
}

/// What the variables are once `shell` has sourced the files; nothing where sourcing fails.
std::optional<std::vector<std::string>> sourced(const std::vector<std::string>& shell,
                                                const Contents& contents) {
  const support::ScratchDirectory scratch;
  std::string script = "set -e\n";
  for (const auto& [path, bytes] : contents) {
    if (path.starts_with("/etc/default/grub")) {
      script += ". '" + scratch.write(path.substr(1), bytes).string() + "' >/dev/null 2>&1\n";
    }
  }
  for (const char* name : kVariables)
    script += std::string("printf '%s\\0' \"$") + name + "\"\n";
  // No file system but a private one below /boot: one of the drop-ins writes there.
  std::vector<std::string> argv{"unshare",
                                "-m",
                                "-p",
                                "-f",
                                "-n",
                                "--map-root-user",
                                "sh",
                                "-c",
                                "mount -t tmpfs none /boot && exec env -i PATH=/usr/bin:/bin "
                                "\"$@\"",
                                "sh"};
  argv.insert(argv.end(), shell.begin(), shell.end());
  argv.insert(argv.end(), {"-c", script});
  const support::Finished run = support::run_program(argv);
  if (run.exit_code != 0) return std::nullopt;
  std::vector<std::string> values;
  for (std::size_t at = 0; at < run.out.size();) {
    const std::size_t end = run.out.find('\0', at);
    values.push_back(run.out.substr(at, end - at));
    at = end + 1;
  }
  return values;
}

std::vector<std::string> computed(const Grub2Machine& machine) {
  const auto layers = read_grub_layers(machine.files());
  if (!layers) return {describe(layers.error())};
  const GrubValues values(*layers);
  std::vector<std::string> texts;
  for (const char* name : kVariables)
    texts.push_back(values.of(name).text);
  return texts;
}

TEST_F(Grub2Corpus, ValuesAreThoseOfDashAndBash) {
  if (support::run_program({"unshare", "-m", "-p", "-f", "-n", "--map-root-user", "mount", "-t",
                            "tmpfs", "none", "/boot"})
          .exit_code != 0) {
    GUESTCLOCK_SKIP("no namespaces to source files of unknown origin in");
  }
  std::size_t compared = 0;
  for (const auto& [name, contents] : machines_) {
    for (const auto& shell : {std::vector<std::string>{"dash"}, {"bash", "--posix"}}) {
      auto machine = Grub2Machine::debian(contents);
      const auto before = sourced(shell, contents);
      if (!before) continue;
      EXPECT_EQ(computed(machine), *before) << name;
      const auto added = machine.edit({kAdd});
      if (!added) continue;
      machine.apply(*added);
      const auto after = sourced(shell, machine.contents());
      ASSERT_TRUE(after) << name;
      EXPECT_EQ(computed(machine), *after) << name;
      EXPECT_THAT(after->at(1), HasSubstr("clocksource=acpi_pm")) << name;
      ++compared;
    }
  }
  EXPECT_GE(compared, 20U);
}

}  // namespace
}  // namespace guestclock::grub
