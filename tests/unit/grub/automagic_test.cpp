// The settings of Debian's update-grub, edited along with the lines that it wrote from them. The
// menus are synthetic; tests/conformance/grub_legacy runs update-grub itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "change/edition_check.h"
#include "support/legacy_machine.h"

namespace guestclock::grub {
namespace {

using model::EntrySelector;
using model::ParameterEdit;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Action = ParameterEdit::Action;
using Kind = EntrySelector::Kind;
using Machine = support::LegacyMachine;

const ParameterEdit kAcpiPm{"clocksource", {"acpi_pm"}, ""};
const ParameterEdit kNoDivider{"divider", {}, ""};

/// Settings and entries as update-grub lays them out, cut down.
std::string block(const std::string& settings, const std::string& entries) {
  return "default\t0\n\n### BEGIN AUTOMAGIC KERNELS LIST\n## ## Start Default Options ##\n" +
         settings + "## ## End Default Options ##\n\n" + entries +
         "### END DEBIAN AUTOMAGIC KERNELS LIST\n";
}

std::string entry(const std::string& version, const std::string& parameters,
                  const std::string& label = "") {
  return "title\t\tDebian GNU/Linux, kernel " + version + (label.empty() ? "" : " " + label) +
         "\nroot\t\t(hd0,0)\nkernel\t\t/vmlinuz-" + version + parameters +
         "\ninitrd\t\t/initrd.img-" + version + "\n\n";
}

std::string xen(const std::string& version, const std::string& parameters) {
  return "title\t\tXen 3.2 / Debian GNU/Linux, kernel " + version +
         "\nroot\t\t(hd0,0)\nkernel\t\t/xen-3.2.gz\nmodule\t\t/vmlinuz-" + version + parameters +
         "\nmodule\t\t/initrd.img-" + version + "\n\n";
}

constexpr const char* kPlain =
    "# kopt=root=/dev/sda1 ro\n# defoptions=quiet\n# altoptions=(single-user mode) single\n";

/// Edits, has the outcome checked as apply does, and applies it.
settings::Edition edited(Machine& machine, const std::vector<ParameterEdit>& edits,
                         Kind kind = Kind::automatic) {
  auto edition = machine.edit(edits, {kind, 0, ""});
  if (!edition) throw std::runtime_error(describe(edition.error()));
  const auto checked = change::check_edition({&machine.loader(), {{Machine::kMenu}}},
                                             machine.files(), *edition, edits, {kind, 0, ""});
  EXPECT_TRUE(checked) << describe(checked.error());
  machine.apply(*edition);
  return *edition;
}

TEST(AutomagicEdit, ANormalEntrysParameterGoesToDefoptions) {
  Machine machine(
      block(kPlain, entry("2.6.26", " root=/dev/sda1 ro quiet") +
                        entry("2.6.26", " root=/dev/sda1 ro single", "(single-user mode)")));
  const auto edition = edited(machine, {kAcpiPm});
  EXPECT_THAT(edition.pending, IsEmpty());
  EXPECT_THAT(edition.warnings, IsEmpty());
  EXPECT_EQ(machine.menu(),
            block("# kopt=root=/dev/sda1 ro\n# defoptions=quiet clocksource=acpi_pm\n"
                  "# altoptions=(single-user mode) single\n",
                  entry("2.6.26", " root=/dev/sda1 ro quiet clocksource=acpi_pm") +
                      entry("2.6.26", " root=/dev/sda1 ro single", "(single-user mode)")));
  EXPECT_THAT(machine.edit({kAcpiPm})->files, IsEmpty());
}

TEST(AutomagicEdit, OneForAllEntriesGoesToKopt) {
  Machine machine(block(
      kPlain, entry("2.6.26", " ro quiet") + entry("2.6.26", " ro single", "(single-user mode)")));
  EXPECT_THAT(edited(machine, {kAcpiPm}, Kind::all).pending, IsEmpty());
  EXPECT_EQ(machine.menu(),
            block("# kopt=root=/dev/sda1 ro clocksource=acpi_pm\n# defoptions=quiet\n"
                  "# altoptions=(single-user mode) single\n",
                  entry("2.6.26", " ro quiet clocksource=acpi_pm") +
                      entry("2.6.26", " ro single clocksource=acpi_pm", "(single-user mode)")));
}

TEST(AutomagicEdit, ANameThatStandsInKoptIsSetThere) {
  Machine machine(block("# kopt=clocksource=tsc ro\n# defoptions=clocksource=hpet quiet\n",
                        entry("2.6.26", " clocksource=tsc ro clocksource=hpet quiet")));
  EXPECT_THAT(edited(machine, {kAcpiPm}).pending, IsEmpty());
  EXPECT_EQ(machine.menu(), block("# kopt=clocksource=acpi_pm ro\n# defoptions=quiet\n",
                                  entry("2.6.26", " clocksource=acpi_pm ro quiet")));
}

TEST(AutomagicEdit, WhatIsRemovedGoesFromEverySettingOfTheEntries) {
  const std::string settings =
      "# kopt=ro divider=10\n# defoptions=divider=10\n# xenkopt=divider=1 console=tty0\n"
      "# altoptions=(single-user mode) single divider=2\n# altoptions=(serial) divider=3 x\n";
  const std::string entries = xen("2.6.26-xen", " ro divider=10 divider=1 console=tty0") +
                              entry("2.6.26", " ro divider=10 divider=10") +
                              entry("2.6.26", " ro single divider=2", "(single-user mode)") +
                              entry("2.6.26", " ro divider=3 x", "(serial)");
  Machine machine(block(settings, entries));
  const auto edition = edited(machine, {kNoDivider});
  EXPECT_THAT(edition.pending, IsEmpty());
  EXPECT_EQ(machine.menu(),
            block("# kopt=ro\n# defoptions=\n# xenkopt=console=tty0\n"
                  "# altoptions=(single-user mode) single divider=2\n# altoptions=(serial) x\n",
                  xen("2.6.26-xen", " ro console=tty0") + entry("2.6.26", " ro") +
                      entry("2.6.26", " ro single divider=2", "(single-user mode)") +
                      entry("2.6.26", " ro x", "(serial)")));
  // The rescue entry keeps its line, but its next one comes from kopt too.
  ASSERT_EQ(edition.warnings.size(), 1U);
  EXPECT_THAT(edition.warnings[0], AllOf(HasSubstr("1 more entry"), HasSubstr("no divider")));
  EXPECT_THAT(edited(machine, {kNoDivider}, Kind::all).warnings, IsEmpty());
  EXPECT_THAT(machine.menu(), HasSubstr("# altoptions=(single-user mode) single\n"));
}

TEST(AutomagicEdit, SaysWhichEntriesGetItToo) {
  Machine machine(block(kPlain, entry("2.6.26", " ro quiet") + entry("2.6.18", " ro quiet") +
                                    entry("2.6.8", " ro quiet")));
  const auto edition = edited(machine, {kAcpiPm});
  EXPECT_THAT(edition.pending, IsEmpty());
  ASSERT_EQ(edition.warnings.size(), 1U);
  EXPECT_EQ(edition.warnings[0],
            "/boot/grub/menu.lst: the settings of update-grub are shared: its next run changes 2 "
            "more entries as well: clocksource=acpi_pm");
  EXPECT_THAT(edited(machine, {kAcpiPm}).warnings, IsEmpty());
}

TEST(AutomagicEdit, AKoptOfTheKernelsVersionStandsInForKopt) {
  const std::string settings =
      "# kopt=ro\n# kopt_2_6=ro six\n# kopt_2_6_26=ro old\n# kopt_2_6_26=ro tsc=1\n"
      "# kopt_2_6_26_1=\n# kopt_2_4=ro four\n# defoptions=\n";
  const std::string entries = entry("2.6.26-1-686", " ro tsc=1") + entry("2.6.18-4", " ro six") +
                              entry("2.4.27", " ro four") + entry("3.2.0", " ro");
  Machine machine(block(settings, entries));
  EXPECT_THAT(edited(machine, {{"tsc", {"2"}, ""}}).pending, IsEmpty());
  EXPECT_THAT(machine.menu(), HasSubstr("=ro old\n# kopt_2_6_26=ro tsc=2\n"));
  EXPECT_THAT(machine.menu(), HasSubstr("# kopt=ro\n"));
  EXPECT_THAT(edited(machine, {kAcpiPm}, Kind::all).pending, IsEmpty());
  EXPECT_THAT(machine.menu(),
              HasSubstr("# kopt=ro clocksource=acpi_pm\n# kopt_2_6=ro six clocksource=acpi_pm\n"
                        "# kopt_2_6_26=ro old\n# kopt_2_6_26=ro tsc=2 clocksource=acpi_pm\n"
                        "# kopt_2_6_26_1=\n# kopt_2_4=ro four clocksource=acpi_pm\n"
                        "# defoptions=\n"));
}

TEST(AutomagicEdit, AnImageOfAFixedNameHasTheVersionOfItsTitle) {
  Machine machine(block("# kopt=ro\n# kopt_2_6_26=ro a=1\n# defoptions=\n",
                        "title\t\tDebian GNU/Linux, kernel 2.6.26-2-686 Default\n"
                        "kernel\t\t/vmlinuz ro a=1\n"));
  EXPECT_THAT(edited(machine, {{"a", {"2"}, ""}}).pending, IsEmpty());
  EXPECT_THAT(machine.menu(), HasSubstr("# kopt_2_6_26=ro a=2\n"));
}

TEST(AutomagicEdit, XenEntriesHaveASettingOfTheirOwn) {
  Machine machine(block("# kopt=ro\n# xenkopt=console=tty0\n# defoptions=\n",
                        xen("2.6.26-xen", " ro console=tty0") + entry("2.6.26", " ro")));
  EXPECT_THAT(edited(machine, {kAcpiPm}).pending, IsEmpty());
  EXPECT_EQ(
      machine.menu(),
      block("# kopt=ro\n# xenkopt=console=tty0 clocksource=acpi_pm\n# defoptions=\n",
            xen("2.6.26-xen", " ro console=tty0 clocksource=acpi_pm") + entry("2.6.26", " ro")));
}

TEST(AutomagicEdit, SeveralLinesOfOneSettingAreOneText) {
  const std::string entries = entry("2.6.26", " ro a=1 b=1");
  Machine machine(block("# kopt=ro a=1\n# kopt=b=1\n# defoptions=\n# defoptions=\n", entries));
  const std::string original = machine.menu();
  edited(machine, {{"a", {"2"}, ""}, {"b", {"2", "3"}, ""}, kAcpiPm});
  EXPECT_THAT(machine.menu(),
              HasSubstr("# kopt=ro a=2\n# kopt=b=2 b=3\n# defoptions=clocksource=acpi_pm\n"
                        "# defoptions=\n"));
  edited(machine, {{"a", {"1"}, ""}, {"b", {"1"}, ""}, {"clocksource", {}, ""}});
  EXPECT_EQ(machine.menu(), original);
}

TEST(AutomagicEdit, AddingLooksAtBothSettings) {
  const std::string entries = entry("2.6.26", " console=tty0 quiet");
  Machine machine(block("# kopt=console=tty0\n# defoptions=quiet\n", entries));
  EXPECT_THAT(edited(machine, {{"console", {"tty0", "ttyS0"}, "", Action::add}}).pending,
              IsEmpty());
  EXPECT_THAT(machine.menu(), HasSubstr("# kopt=console=tty0\n# defoptions=quiet console=ttyS0\n"));
  // kopt would be empty, which update-grub reads otherwise.
  EXPECT_EQ(edited(machine, {{"console", {"tty0"}, "", Action::remove}}).pending.size(), 1U);
  EXPECT_THAT(machine.menu(), HasSubstr("# kopt=console=tty0\n"));
}

/// What is said where a setting cannot take part, and that it keeps its bytes.
void expect_pending(const std::string& settings, const std::string& entries,
                    const std::vector<ParameterEdit>& edits, const EntrySelector& selector,
                    const std::string& reason) {
  const Machine machine(block(settings, entries));
  const auto edition = machine.edit(edits, selector);
  ASSERT_TRUE(edition) << describe(edition.error());
  ASSERT_EQ(edition->pending.size(), 1U) << settings;
  EXPECT_THAT(
      edition->pending[0],
      AllOf(HasSubstr("the next update-grub run overwrites these lines: "), HasSubstr(reason)));
  const std::string after = edition->files.empty() ? machine.menu() : edition->files.front().after;
  EXPECT_THAT(after, HasSubstr("## ## Start Default Options ##\n" + settings +
                               "## ## End Default Options ##\n"));
}

TEST(AutomagicEdit, WhatCannotBeExpressedIsPendingWithTheReason) {
  const std::string one = entry("2.6.26", " ro quiet");
  const EntrySelector automatic;
  const EntrySelector all{Kind::all, 0, ""};
  expect_pending(kPlain, one, {kAcpiPm}, {Kind::index, 0, ""}, "for all entries alike");
  expect_pending(kPlain, one, {kAcpiPm}, {Kind::kernel_path, 0, "/vmlinuz-2.6.26"},
                 "for all entries alike");
  expect_pending("# kopt=ro\n", one, {kAcpiPm}, automatic, "there is no \"# defoptions=\" line");
  expect_pending("# defoptions=\n", one, {kAcpiPm}, all, "there is no \"# kopt=\" line");
  // Only exactly "# key=" is a setting.
  expect_pending("#kopt=ro\n#  defoptions=\n# defoptions =\n", one, {kAcpiPm}, automatic,
                 "there is no \"# defoptions=\" line");
  expect_pending("# kopt=\n# defoptions=\n", one, {kAcpiPm}, all, "where it is empty");
  expect_pending("# kopt=divider=10\n# defoptions=\n", entry("2.6.26", " divider=10"), {kNoDivider},
                 automatic, "where it is empty");
  expect_pending("# kopt=ro\n# altoptions=(x) divider=10\n",
                 entry("2.6.26", " ro divider=10", "(x)"), {kNoDivider}, automatic,
                 "where it is empty");
  expect_pending("# kopt=ro\n# defoptions=a=\"b\n", one, {kAcpiPm}, automatic,
                 "a double quote is not closed");
  expect_pending("# kopt=ro a\\\n# defoptions=\n", one, {kAcpiPm}, all, "ends in a backslash");
  expect_pending("# kopt=ro\n# kopt_2_6=ro $x\n# defoptions=\n", one, {kAcpiPm}, all,
                 "goes through a shell");
}

TEST(AutomagicEdit, WhatTheSettingsHaveAlreadyIsNotPending) {
  const Machine machine(block("# kopt=ro clocksource=acpi_pm\n", entry("2.6.26", " ro")));
  EXPECT_THAT(machine.edit({kAcpiPm}, {Kind::index, 0, ""})->pending, IsEmpty());
  EXPECT_THAT(machine.edit({kAcpiPm})->pending, IsEmpty());
  // Still said when the line is right already: the next run would lose it.
  const Machine line(block("# kopt=ro\n", entry("2.6.26", " ro clocksource=acpi_pm")));
  EXPECT_EQ(line.edit({kAcpiPm})->pending.size(), 1U);
  EXPECT_THAT(line.edit({kAcpiPm})->files, IsEmpty());
}

TEST(AutomagicEdit, SettingsOutsideOfTheMarksAreDead) {
  const std::string one = entry("2.6.26", " ro");
  const std::string live = block("# kopt=ro\n# defoptions=\n", one);
  ASSERT_TRUE(Machine(live).edit({kAcpiPm})->pending.empty());
  std::string crlf;  // the marks are whole lines
  for (const std::string_view line : lines(live))
    crlf += std::string(line) + "\r\n";
  for (const std::string& menu :
       {"# kopt=ro\n# defoptions=\n" + block("", one), block("", "# defoptions=\n" + one),
        block("## ## End Default Options ##\n# defoptions=\n", one), crlf}) {
    const auto edition = Machine(menu).edit({kAcpiPm});
    ASSERT_TRUE(edition);
    EXPECT_EQ(edition->pending.size(), 1U) << menu;
  }
}

TEST(AutomagicEdit, RefusesACommandThatGoesOnInTheSettings) {
  for (const char* lost : {"## ## Start Default Options ##\n# kopt=ro\n", "# altoptions=(x) y\n"}) {
    const auto refused =
        Machine("### BEGIN AUTOMAGIC KERNELS LIST\ntitle A\nkernel /vmlinuz ro \\\n" +
                std::string(lost))
            .edit({kAcpiPm});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::malformed);
    EXPECT_THAT(describe(refused.error()), HasSubstr("a command goes on in the settings"));
  }
}

TEST(AutomagicEdit, EntriesOutsideOfTheBlockLeaveTheSettingsAlone) {
  const std::string inside = block(kPlain, entry("2.6.26", " ro quiet"));
  Machine machine("title Mine\nkernel /vmlinuz ro\n" + inside);
  const auto edition = edited(machine, {kAcpiPm});
  EXPECT_THAT(edition.pending, IsEmpty());
  EXPECT_EQ(machine.menu(), "title Mine\nkernel /vmlinuz ro clocksource=acpi_pm\n" + inside);
}

TEST(AutomagicEdit, RefusesWhatUpdateGrubsShellWouldNotHandOn) {
  const std::string versioned = "# kopt=ro\n# kopt_2_6=ro x=1\n# defoptions=\n";
  const std::string line = entry("2.6.26", " ro x=1");
  const auto refusal = [&](const std::string& settings, const ParameterEdit& edit, Kind kind) {
    const auto edition = Machine(block(settings, line)).edit({edit}, {kind, 0, ""});
    return edition ? "accepted" : describe(edition.error());
  };
  for (const char* value : {"a$b", "a`b`", "a\\b", "a b"}) {
    const ParameterEdit edit{"x", {value}, ""};
    EXPECT_THAT(refusal(versioned, edit, Kind::automatic),
                HasSubstr("/boot/grub/menu.lst:6: update-grub's shell would take"));
    EXPECT_EQ(refusal("# kopt=ro\n# defoptions=x=1\n", edit, Kind::automatic), "accepted");
  }
  EXPECT_THAT(refusal(kPlain, {"x", {"a /b*"}, ""}, Kind::automatic),
              HasSubstr("menu.lst:6: update-grub's shell would take /b*\" in \"# defoptions=\" "
                        "for a pattern of file names"));
  EXPECT_THAT(refusal(kPlain, {"*", {}, "", Action::remove}, Kind::all), "accepted");
  EXPECT_THAT(refusal(kPlain, {"x", {"a  b"}, ""}, Kind::all), HasSubstr("one blank of several"));
  EXPECT_EQ(refusal(kPlain, {"x", {"*"}, ""}, Kind::all), "accepted");
}

TEST(AutomagicEdit, SourcesAreTheLiveSettings) {
  const Machine machine(
      block("# kopt=root=/dev/sda1 ro\n# kopt_2_6_8=b\n# altoptions=(serial   line) console=ttyS0\n"
            "#kopt=dead\n# groot=(hd0,0)\n",
            "") +
      "# kopt=dead too\n");
  std::vector<std::string> shown;
  for (const model::BootEntry& source : machine.sources())
    shown.push_back(source.title + " " + join(source.parameters, " "));
  EXPECT_THAT(shown, ElementsAre("# kopt= root=/dev/sda1 ro", "# kopt_2_6_8= b",
                                 "# altoptions=(serial line) console=ttyS0"));
}

}  // namespace
}  // namespace guestclock::grub
