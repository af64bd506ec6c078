// Real /etc/default/grub files and drop-ins, against the shells and the grub-mkconfig that read
// them. The shells and grub-mkconfig run in namespaces of their own: nothing they do outlasts them.
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

/// Debian's grub-mkconfig, run on `contents` with a stub for grub-probe.
class GrubMkconfig : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* path : {"usr/sbin/grub-mkconfig", "etc/grub.d/10_linux"}) {
      if (!std::filesystem::exists(tools_ / path)) {
        GUESTCLOCK_SKIP("no grub-mkconfig below \"" + tools_.string() + "\" (see bootstrap)");
      }
    }
    if (support::run_program({"unshare", "-m", "true"}).exit_code != 0) {
      GUESTCLOCK_SKIP("no mount namespace to run grub-mkconfig in: not root");
    }
  }

  /// The grub.cfg that it writes.
  [[nodiscard]] std::string generated(const Contents& contents) const {
    const support::ScratchDirectory scratch;
    scratch.write("etc/default/grub", "");
    for (const auto& [path, bytes] : contents) {
      if (path.starts_with("/etc/default/")) scratch.write(path.substr(1), bytes);
    }
    scratch.write("boot/vmlinuz-6.1.0-9-amd64", "");
    scratch.write("boot/initrd.img-6.1.0-9-amd64", "");
    const auto executable = [&](const char* path, const std::string& bytes) {
      std::filesystem::permissions(scratch.write(path, bytes), std::filesystem::perms::all);
    };
    executable("etc/grub.d/10_linux", support::bytes_of(tools_ / "etc/grub.d/10_linux"));
    executable("usr/sbin/grub-probe",
               "#!/bin/sh\nfor a in \"$@\"; do case $a in --target=*) t=${a#*=} ;; esac; done\n"
               "case $t in device) echo /dev/vda1 ;; fs) echo ext2 ;; fs_uuid) echo 1234-5678 ;;\n"
               "partuuid) echo abcd-01 ;; esac\n");
    const std::string root = scratch.path().string();
    const support::Finished run = support::run_program(
        {"unshare", "-m", "sh", "-c",
         "set -e\nmount -t overlay o -o lowerdir=" + root + "/usr:" + tools_.string() +
             "/usr:/usr /usr\nmount -t overlay o -o lowerdir=" + root +
             "/etc:/etc /etc\nmount --bind " + root +
             "/boot /boot\nexec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C grub-mkconfig"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out;
  }

  /// Of each kind of entry, what follows "ro" on its linux line.
  static std::vector<std::vector<std::string>> linux_lines(const std::string& config) {
    std::vector<std::vector<std::string>> found;
    for (const std::string_view line : lines(config)) {
      const std::size_t at = line.find(" ro ");
      if (!trim(line).starts_with("linux") || at == std::string_view::npos) continue;
      auto tokens = model::split_parameters(line.substr(at + 4));
      if (found.empty() || found.back() != tokens) found.push_back(std::move(tokens));
    }
    return found;
  }

  /// Puts the new grub.cfg in place.
  void regenerate(Grub2Machine& machine, const std::string& what) const {
    const std::string config = generated(machine.contents());
    const auto entries = machine.entries();
    ASSERT_TRUE(entries) << what << ": " << describe(entries.error());
    std::vector<std::vector<std::string>> expected;
    for (const model::BootEntry& entry : *entries)
      expected.push_back(entry.parameters);
    EXPECT_EQ(linux_lines(config), expected) << what;
    machine.put("/boot/grub/grub.cfg", config);
  }

  const std::filesystem::path tools_{GUESTCLOCK_TEST_TOOLS};
};

TEST_F(GrubMkconfig, WritesTheEntriesThatAreShownBeforeAndAfterAnEdit) {
  struct Case {
    const char* what;
    Contents contents;
    std::vector<ParameterEdit> edits;
    Kind kind;
  };
  const std::string both =
      "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\nGRUB_CMDLINE_LINUX='console=ttyS0 nohz=off'\n"
      "GRUB_CMDLINE_LINUX_RECOVERY=ignored\n";
  const Contents cloud{{kMain, both},
                       {kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1 console=ttyS0\"\n"}};
  const ParameterEdit blanks{"dyndbg", {"file foo.c +p"}, ""};
  for (const Case& one : std::vector<Case>{
           {"both", {{kMain, both}}, {kAdd}, Kind::automatic},
           {"all", {{kMain, both}}, {kAdd}, Kind::all},
           {"along", {{kMain, both}}, {{"nohz", {"on"}, ""}}, Kind::automatic},
           {"removed", {{kMain, both}}, {{"nohz", {}, ""}, {"quiet", {}, ""}}, Kind::automatic},
           {"blanks", {{kMain, both}}, {blanks}, Kind::automatic},
           {"cloud", cloud, {kAdd}, Kind::automatic},
           {"cloud, replaced", cloud, {{"console", {"hvc0"}, ""}}, Kind::automatic},
           {"no assignment", {{kMain, "GRUB_TIMEOUT=5\n"}}, {kAdd}, Kind::automatic},
           {"cloud, removed",
            cloud,
            {{"console", {"tty1"}, "", ParameterEdit::Action::remove}},
            Kind::automatic},
           {"no recovery", {{kMain, both + "GRUB_DISABLE_RECOVERY=true\n"}}, {kAdd}, Kind::all},
       }) {
    auto machine = Grub2Machine::debian(one.contents);
    regenerate(machine, one.what);
    const auto edition = machine.edit(one.edits, one.kind);
    ASSERT_TRUE(edition) << describe(edition.error());
    ASSERT_FALSE(edition->files.empty()) << one.what;
    machine.apply(*edition);
    const auto stale = machine.edit(one.edits, one.kind);
    ASSERT_TRUE(stale && stale->files.empty()) << one.what;
    EXPECT_THAT(stale->pending, testing::ElementsAre(HasSubstr("out of date for "))) << one.what;
    regenerate(machine, std::string(one.what) + ", edited");
    const auto again = machine.edit(one.edits, one.kind);
    ASSERT_TRUE(again) << one.what;
    EXPECT_THAT(again->pending, testing::IsEmpty()) << one.what;
  }
}

}  // namespace
}  // namespace guestclock::grub
