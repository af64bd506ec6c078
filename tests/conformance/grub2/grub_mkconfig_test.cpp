// What we say of GRUB 2's sources, against the grub-mkconfig that reads them. It runs in a
// namespace of its own: nothing it does outlasts it.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/corpus.h"
#include "support/program.h"
#include "support/skip.h"
#include "unit/grub/grub2_machine.h"

namespace guestclock::grub {
namespace {

using model::ParameterEdit;
using testing::HasSubstr;
using Kind = model::EntrySelector::Kind;

const ParameterEdit kAdd{"clocksource", {"acpi_pm"}, ""};

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

struct Case {
  const char* what;
  Contents contents;
  std::vector<ParameterEdit> edits;
  Kind kind;
};

std::vector<Case> cases() {
  const std::string both =
      "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\nGRUB_CMDLINE_LINUX='console=ttyS0 nohz=off'\n"
      "GRUB_CMDLINE_LINUX_RECOVERY=ignored\n";
  const Contents cloud{{kMain, both},
                       {kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1 console=ttyS0\"\n"}};
  const ParameterEdit blanks{"dyndbg", {"file foo.c +p"}, ""};
  return {{"both", {{kMain, both}}, {kAdd}, Kind::automatic},
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
          {"no recovery", {{kMain, both + "GRUB_DISABLE_RECOVERY=true\n"}}, {kAdd}, Kind::all}};
}

class GrubMkconfigCase : public GrubMkconfig, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(Sources, GrubMkconfigCase, testing::ValuesIn(cases()));

TEST_P(GrubMkconfigCase, WritesTheEntriesThatAreShownBeforeAndAfterAnEdit) {
  const Case& one = GetParam();
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

}  // namespace
}  // namespace guestclock::grub
