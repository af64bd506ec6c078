// Debian's update-grub, run in a mount namespace of its own on menus whose settings we edited: what
// it writes is what we show, so that it undoes nothing.
#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "grub/debian_automagic.h"
#include "model/kernel_parameters.h"
#include "support/corpus.h"
#include "support/legacy_machine.h"
#include "support/program.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock::grub {
namespace {

namespace fs = std::filesystem;
using model::BootEntry;
using model::ParameterEdit;
using Action = ParameterEdit::Action;
using Kind = model::EntrySelector::Kind;
using Machine = support::LegacyMachine;

/// A menu with nothing but settings, as somebody would leave it to update-grub. Synthetic.
std::string settings_only(const std::string& settings) {
  return "default\t\t0\ntimeout\t\t5\n\n### BEGIN AUTOMAGIC KERNELS LIST\n"
         "## ## Start Default Options ##\n" +
         settings + "## ## End Default Options ##\n### END DEBIAN AUTOMAGIC KERNELS LIST\n\n" +
         "title\t\tMine\nroot\t\t(hd0,0)\nkernel\t\t/vmlinuz.mine ro\n";
}

class UpdateGrub : public testing::Test {
 protected:
  void SetUp() override {
    const std::string script = support::bytes_of(tools_ / "usr/sbin/update-grub");
    if (script.find("AUTOMAGIC") == std::string::npos) {
      GUESTCLOCK_SKIP("no update-grub of grub-legacy below \"" + tools_.string() +
                      "\" (see bootstrap)");
    }
    if (support::run_program({"unshare", "-m", "true"}).exit_code != 0) {
      GUESTCLOCK_SKIP("no mount namespace to run update-grub in: not root");
    }
  }

  /// The menu after a run of update-grub for these kernels; under Xen too where asked for.
  [[nodiscard]] std::string run(const std::string& menu, bool xen = false) const {
    const support::ScratchDirectory scratch;
    scratch.write("boot/grub/menu.lst", menu);
    scratch.write("boot/grub/default", "0\n");
    scratch.write("boot/grub/device.map", "(hd0) /dev/vda\n");
    for (const char* version : {"3.2.0-4-amd64", "2.6.26-2-686"}) {
      scratch.write(std::string("boot/vmlinuz-") + version, "");
      scratch.write(std::string("boot/initrd.img-") + version, "");
    }
    if (xen) {
      scratch.write("boot/xen-3.2-1-i386.gz", "");
      scratch.write("boot/config-2.6.26-2-686", "CONFIG_XEN=y\nCONFIG_XEN_PRIVILEGED_GUEST=y\n");
    }
    scratch.write("etc/default/grub", "");
    fs::permissions(
        scratch.write("usr/sbin/grub-probe",
                      "#!/bin/sh\nfor a in \"$@\"; do case $a in device | drive | abstraction) "
                      "t=$a ;; --target=*) t=${a#*=} ;; esac; done\n"
                      "case $t in device) echo /dev/vda1 ;; drive) echo '(hd0,0)' ;; esac\n"),
        fs::perms::all);
    const std::string root = scratch.path().string();
    const support::Finished done = support::run_program(
        {"unshare", "-m", "sh", "-c",
         "set -e\nmount -t overlay o -o lowerdir=" + root + "/usr:" + tools_.string() +
             "/usr:/usr /usr\nmount -t overlay o -o lowerdir=" + root +
             "/etc:/etc /etc\nmount --bind " + root + "/boot /boot\ncd /\n" +
             "exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C update-grub"});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return scratch.read("boot/grub/menu.lst");
  }

  /// Every line of the block is what our reading of its settings makes of it.
  static void expect_generated(const std::string& bytes) {
    const LegacyMenu menu = parse_legacy_menu(bytes);
    const auto settings = automagic_settings(menu);
    const auto entries = Machine(bytes).entries();
    std::size_t compared = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& linux = menu.entries[i].linux;
      if (!linux || !menu.lines[linux->line].in_automagic) continue;
      const auto origin = automagic_origin(settings, menu, menu.entries[i], entries[i]);
      EXPECT_EQ(generated_parameters(settings, origin), entries[i].parameters) << entries[i].title;
      ++compared;
    }
    EXPECT_GE(compared, 4U);
  }

  const fs::path tools_{GUESTCLOCK_TEST_TOOLS};
};

std::multiset<std::string> token_set(const BootEntry& entry) {
  return {entry.parameters.begin(), entry.parameters.end()};
}

struct Case {
  const char* what;
  std::string settings;
  std::vector<ParameterEdit> edits;
  Kind kind = Kind::automatic;
  bool xen = false;
  bool back = false;  ///< an addition that --unset takes back
};

const ParameterEdit kAdd{"clocksource", {"acpi_pm"}, ""};

std::vector<Case> cases() {
  const std::string plain =
      "# kopt=root=/dev/vda1 ro\n# defoptions=quiet splash\n# altoptions=(single-user mode) "
      "single\n# altoptions=(serial) console=ttyS0,115200 divider=10\n";
  const std::string versions =
      "# kopt=root=/dev/vda1 ro\n# kopt_2_6=root=/dev/vda2 ro tsc=1\n"
      "# kopt_2_6_26=root=/dev/vda3 ro tsc=1\n# defoptions=tsc=0 quiet\n";
  const std::string twice = "# kopt=root=/dev/vda1 ro\n# kopt=tsc=1 divider=10\n# defoptions=\n";
  const ParameterEdit tsc{"tsc", {"2"}, ""};
  const ParameterEdit blanks{"dyndbg", {"file foo.c +p"}, ""};
  return {
      {"a new one for the default entry", plain, {kAdd}, Kind::automatic, false, true},
      {"a new one for all", plain, {kAdd}, Kind::all, false, true},
      {"nothing in defoptions", twice, {kAdd, {"a", {std::nullopt}, ""}}, Kind::automatic, false},
      {"one that stands in kopt", twice, {tsc}},
      {"one that moves to kopt", plain, {{"quiet", {std::nullopt}, ""}}, Kind::all},
      {"two values", plain, {{"earlycon", {"a", "b"}, ""}}, Kind::automatic, false, true},
      {"blanks in quotes", plain, {blanks}, Kind::automatic, false, true},
      {"removed from all", plain, {{"divider", {}, ""}, {"splash", {}, ""}}},
      {"removed by value", twice, {{"divider", {"10"}, "", Action::remove}}},
      {"kopt by version", versions, {tsc}},
      {"kopt by version for all", versions, {tsc, kAdd}, Kind::all},
      {"under Xen", plain + "# xenkopt=console=hvc0\n", {kAdd}, Kind::automatic, true, true},
      {"under Xen for all", plain + "# xenkopt=console=hvc0\n", {kAdd}, Kind::all, true, true},
  };
}

/// Whether the edits touch an entry.
bool touched(Kind kind, const std::vector<ParameterEdit>& edits, const BootEntry& entry) {
  if (kind == Kind::all) return true;
  const bool removes = edits.front().values.empty() || edits.front().action == Action::remove;
  return removes ? !entry.rescue : entry.is_default;
}

class UpdateGrubCase : public UpdateGrub, public testing::WithParamInterface<std::size_t> {};

TEST_P(UpdateGrubCase, UndoesNothingOfAnEdit) {
  const Case one = cases().at(GetParam());
  SCOPED_TRACE(one.what);
  const std::string before = run(settings_only(one.settings), one.xen);
  expect_generated(before);
  Machine machine(before);
  const auto edition = machine.edit(one.edits, {one.kind, 0, ""});
  ASSERT_TRUE(edition) << describe(edition.error());
  EXPECT_TRUE(edition->pending.empty()) << join(edition->pending, "\n");
  ASSERT_EQ(edition->files.size(), 1U);
  machine.apply(*edition);
  const auto shown = machine.entries();

  const Machine regenerated(run(machine.menu(), one.xen));
  expect_generated(regenerated.menu());
  const auto entries = regenerated.entries();
  ASSERT_EQ(entries.size(), shown.size());
  std::size_t along = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].title, shown[i].title);
    if (touched(one.kind, one.edits, shown[i])) {
      EXPECT_EQ(token_set(entries[i]), token_set(shown[i])) << shown[i].title;
    } else if (token_set(entries[i]) != token_set(shown[i])) {
      ++along;
    }
  }
  // What it changes beyond what was asked for was announced, to the number.
  ASSERT_EQ(edition->warnings.size(), along > 0 ? 1U : 0U);
  if (along > 0) {
    EXPECT_NE(edition->warnings[0].find("changes " + std::to_string(along) + " more entr"),
              std::string::npos)
        << along << ", but " << edition->warnings[0];
  }
  if (!one.back) return;
  ParameterEdit gone = one.edits.front();
  gone.values.clear();
  Machine later(regenerated.menu());
  const auto back = later.edit({gone}, {Kind::all, 0, ""});
  ASSERT_TRUE(back) << describe(back.error());
  later.apply(*back);
  EXPECT_EQ(run(later.menu(), one.xen), before);
}

INSTANTIATE_TEST_SUITE_P(Each, UpdateGrubCase, testing::Range(std::size_t{0}, cases().size()));

TEST_F(UpdateGrub, UndoesWhatIsCalledPending) {
  const std::string before = run(settings_only("# kopt=root=/dev/vda1 ro\n# defoptions=quiet\n"));
  Machine machine(before);
  const auto edition = machine.edit({kAdd}, {Kind::index, 0, ""});
  ASSERT_TRUE(edition);
  EXPECT_EQ(edition->pending.size(), 1U);
  machine.apply(*edition);
  EXPECT_NE(machine.menu(), before);
  EXPECT_EQ(run(machine.menu()), before);
}

TEST_F(UpdateGrub, KeepsTheRealMenusSettings) {
  const auto folder = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg/grub-legacy";
  const std::string bytes = support::bytes_of(folder / "debian-update-grub__automagic__menu.lst");
  if (bytes.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names one");
  expect_generated(run(bytes));
  Machine machine(bytes);
  const auto edition = machine.edit({kAdd, {"mitigations", {}, ""}}, {Kind::all, 0, ""});
  ASSERT_TRUE(edition);
  machine.apply(*edition);
  const Machine regenerated(run(machine.menu()));
  expect_generated(regenerated.menu());
  for (const BootEntry& entry : regenerated.entries()) {
    if (entry.kernel.find("vmlinuz-") == std::string::npos) continue;
    EXPECT_EQ(model::parameter_values(entry.parameters, "clocksource"), kAdd.values);
    EXPECT_TRUE(model::parameter_values(entry.parameters, "mitigations").empty());
  }
}

}  // namespace
}  // namespace guestclock::grub
