#include <map>

#include <gtest/gtest.h>

#include "grub/grub2.h"
#include "support/legacy_machine.h"
#include "support/scratch_directory.h"
#include "support/trees.h"
#include "system/machines.h"

namespace guestclock::grub {
namespace {

using model::EntrySelector;
using model::ParameterEdit;
using Kind = EntrySelector::Kind;

const ParameterEdit kAcpiPm{"clocksource", {"acpi_pm"}, "V-01"};
const ParameterEdit kDivider{"divider", {"10"}, "V-01"};
const ParameterEdit kNoDivider{"divider", {}, "K-06"};

using Machine = support::LegacyMachine;

std::string after(const Result<settings::Edition>& edition) {
  if (!edition) return "error: " + describe(edition.error());
  return edition->files.empty() ? "unchanged" : edition->files.front().after;
}

std::string with_line(const std::string& kernel_line) {
  return "default 0\ntitle A\n" + kernel_line + "\n";
}

TEST(GrubLegacyEdit, AddsToTheDefaultEntryOnly) {
  const Machine machine(
      "default 1\ntitle A\nkernel /vmlinuz-1 ro\ntitle B\n\tkernel /vmlinuz-2 ro\n");
  EXPECT_EQ(after(machine.edit({kAcpiPm})),
            "default 1\ntitle A\nkernel /vmlinuz-1 ro\ntitle B\n"
            "\tkernel /vmlinuz-2 ro clocksource=acpi_pm\n");
}

TEST(GrubLegacyEdit, RemovesFromEveryEntryButRescueOnes) {
  const Machine machine(
      "title A\nkernel /vmlinuz-1 ro divider=10\ntitle B\nkernel /vmlinuz-2 divider=10 ro\n"
      "title B (recovery mode)\nkernel /vmlinuz-2 divider=10 ro\n");
  EXPECT_EQ(after(machine.edit({kNoDivider})),
            "title A\nkernel /vmlinuz-1 ro\ntitle B\nkernel /vmlinuz-2 ro\n"
            "title B (recovery mode)\nkernel /vmlinuz-2 divider=10 ro\n");
}

TEST(GrubLegacyEdit, ReportsEntriesBeforeAndAfter) {
  const Machine machine(with_line("kernel /vmlinuz ro"));
  const auto edition = machine.edit({kDivider, kAcpiPm});
  ASSERT_TRUE(edition);
  ASSERT_EQ(edition->entries.size(), 1U);
  EXPECT_EQ(edition->entries[0].title, "A");
  EXPECT_TRUE(edition->entries[0].is_default);
  EXPECT_EQ(edition->entries[0].before, (std::vector<std::string>{"ro"}));
  EXPECT_EQ(edition->entries[0].after,
            (std::vector<std::string>{"ro", "divider=10", "clocksource=acpi_pm"}));
  EXPECT_TRUE(edition->pending.empty());
  EXPECT_EQ(edition->files.front().loader, "grub-legacy");
  EXPECT_EQ(edition->files.front().before, with_line("kernel /vmlinuz ro"));
}

TEST(GrubLegacyEdit, WhatIsThereAlreadyChangesNothing) {
  const Machine machine(with_line("kernel /vmlinuz ro clocksource=acpi_pm"));
  const auto edition = machine.edit({kAcpiPm});
  ASSERT_TRUE(edition);
  EXPECT_TRUE(edition->files.empty());
  EXPECT_EQ(edition->entries.size(), 1U);
}

TEST(GrubLegacyEdit, OddLinesKeepTheirBytes) {
  const std::map<std::string, std::string> cases{
      {"kernel /vmlinuz", "kernel /vmlinuz clocksource=acpi_pm"},
      {"kernel /vmlinuz ro\r", "kernel /vmlinuz ro clocksource=acpi_pm\r"},
      {"\tkernel\t/vmlinuz\tro  ", "\tkernel\t/vmlinuz\tro clocksource=acpi_pm  "},
      {"kernel=/vmlinuz ro # note", "kernel=/vmlinuz ro # note clocksource=acpi_pm"},
      {"kernel /vmlinuz ro \\\n  quiet", "kernel /vmlinuz ro \\\n  quiet clocksource=acpi_pm"},
      {"kernel /vmlinuz ro \\\n", "kernel /vmlinuz ro clocksource=acpi_pm \\\n"},
      {"kernel /vmlinuz ro\\\nquiet", "kernel /vmlinuz ro\\\nquiet clocksource=acpi_pm"},
      {"kernel /vmlinuz clocksource=tsc \\\n quiet",
       "kernel /vmlinuz clocksource=acpi_pm \\\n quiet"},
      {"kernel /vmlinuz dyndbg=\"file a.c +p\" --",
       "kernel /vmlinuz dyndbg=\"file a.c +p\" clocksource=acpi_pm --"},
      {"kernel /xen.gz a\nmodule /vmlinuz ro\nmodule /initrd",
       "kernel /xen.gz a\nmodule /vmlinuz ro clocksource=acpi_pm\nmodule /initrd"}};
  for (const auto& [before, expected] : cases) {
    EXPECT_EQ(after(Machine(with_line(before)).edit({kAcpiPm})), with_line(expected)) << before;
  }
}

TEST(GrubLegacyEdit, ALastLineWithoutANewlineStaysOne) {
  const Machine machine("title A\nkernel /vmlinuz ro");
  EXPECT_EQ(after(machine.edit({kAcpiPm})), "title A\nkernel /vmlinuz ro clocksource=acpi_pm");
}

TEST(GrubLegacyEdit, RemovesAcrossContinuations) {
  const Machine machine(with_line("kernel /vmlinuz ro \\\n  divider=10 \\\n quiet"));
  EXPECT_EQ(after(machine.edit({kNoDivider})), with_line("kernel /vmlinuz ro \\\n \\\n quiet"));
}

TEST(GrubLegacyEdit, SelectsByIndexAndByKernel) {
  const std::string menu =
      "title Empty\ntitle A\nkernel /vmlinuz-1\ntitle DOS\nchainloader +1\ntitle B\n"
      "kernel /vmlinuz-2\n";
  const Machine machine(menu);
  EXPECT_EQ(after(machine.edit({kAcpiPm}, {Kind::index, 2, ""})),
            menu.substr(0, menu.size() - 1) + " clocksource=acpi_pm\n");
  EXPECT_EQ(after(machine.edit({kAcpiPm}, {Kind::kernel_path, 0, "/vmlinuz-2"})),
            menu.substr(0, menu.size() - 1) + " clocksource=acpi_pm\n");
  for (const EntrySelector& none :
       {EntrySelector{Kind::index, 1, ""}, EntrySelector{Kind::index, 3, ""},
        EntrySelector{Kind::kernel_path, 0, "vmlinuz-2"}}) {
    const auto refused = machine.edit({kAcpiPm}, none);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  }
}

TEST(GrubLegacyEdit, ADefaultThatStartsNoLinuxIsRefused) {
  const Machine machine("default 1\ntitle A\nkernel /vmlinuz\ntitle DOS\nchainloader +1\n");
  const auto refused = machine.edit({kAcpiPm});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(refused.error().path, Machine::kMenu);
}

TEST(GrubLegacyEdit, RefusesValuesThatTheLoaderCannotCarry) {
  const Machine machine(with_line("kernel /vmlinuz ro"));
  for (const std::string& value :
       {std::string("a\nb"), std::string("a\0b", 3), std::string("a\r"), std::string("a\tb"),
        std::string("a\\"), std::string("a\"b"), std::string(1600, 'a')}) {
    const auto refused = machine.edit({{"x", {value}, ""}});
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().code, ErrorCode::unsafe);
    EXPECT_EQ(refused.error().path, "/boot/grub/menu.lst:3");
  }
}

TEST(GrubLegacyEdit, RefusesLinesThatItWouldHaveToGuessAbout) {
  for (const std::string& line :
       {std::string("kernel /vmlinuz a=\"b"), std::string("kernel /vmlinuz ro\rx"),
        "kernel /vmlinuz " + std::string(1600, 'a'), std::string("kernel /vmlinuz a\0b", 19)}) {
    const auto refused = Machine("# one\n\ntitle A\n" + line + "\n").edit({kAcpiPm});
    ASSERT_FALSE(refused) << line;
    EXPECT_EQ(refused.error().code, ErrorCode::malformed);
    EXPECT_EQ(refused.error().path, "/boot/grub/menu.lst:4");
  }
}

TEST(GrubLegacyEdit, WarnsWhereGrubCutsTheParameters) {
  const std::string fits(GrubLegacy::kParameterLimit - std::string(" clocksource=acpi_pm").size(),
                         'x');
  EXPECT_TRUE(Machine(with_line("kernel /vmlinuz " + fits)).edit({kAcpiPm})->warnings.empty());
  Machine machine(with_line("kernel /vmlinuz x" + fits));
  const auto edition = machine.edit({kAcpiPm});
  ASSERT_TRUE(edition) << describe(edition.error());
  ASSERT_EQ(edition->warnings.size(), 1U);
  EXPECT_EQ(edition->warnings.front().find("/boot/grub/menu.lst:3: the parameters are 256 bytes"),
            0U)
      << edition->warnings.front();
  machine.put("/etc/redhat-release", "CentOS release 6.10 (Final)\n");
  EXPECT_TRUE(machine.edit({kAcpiPm})->warnings.empty());
  machine.put("/etc/redhat-release", "CentOS release 5.11 (Final)\n");
  EXPECT_EQ(machine.edit({kAcpiPm})->warnings.size(), 1U);
}

// --- which file

TEST(GrubLegacyLocate, TheEfiMenuIsFoundWithoutALinkToIt) {
  Machine machine;
  machine.put("/boot/efi/EFI/redhat/grub.conf", with_line("kernel /vmlinuz ro"));
  EXPECT_EQ(after(machine.edit({kAcpiPm})), with_line("kernel /vmlinuz ro clocksource=acpi_pm"));
}

TEST(GrubLegacyLocate, LinksAreOneConfigurationAndStayLinks) {
  const support::ScratchDirectory tree;
  support::make_centos5_tree(tree);
  const auto machine = system::open_tree(tree.path().string());
  ASSERT_TRUE(machine);
  const GrubLegacy loader;
  const auto located = loader.locate((*machine)->files(), {});
  ASSERT_TRUE(located);
  EXPECT_EQ(located->files, (std::vector<std::string>{"/boot/grub/grub.conf", "/boot/grub/menu.lst",
                                                      "/etc/grub.conf"}));
  const auto entries = loader.entries((*machine)->files(), *located);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_TRUE(entries->at(0).is_default);
  EXPECT_EQ(entries->at(0).kernel, "/vmlinuz-2.6.18-128.1.6.el5");
  EXPECT_EQ(entries->at(0).loader, "grub-legacy");
  EXPECT_EQ(entries->at(0).file, "/boot/grub/grub.conf");
  const auto edition =
      loader.edit((*machine)->files(), *located, std::vector{kDivider, kAcpiPm}, {});
  ASSERT_TRUE(edition);
  ASSERT_EQ(edition->files.size(), 1U);
  std::string expected = tree.read("/boot/grub/grub.conf");
  expected.insert(expected.find("rhgb quiet\n") + 10, " divider=10 clocksource=acpi_pm");
  EXPECT_EQ(edition->files[0].after, expected);
}

TEST(GrubLegacyLocate, NotInUseBesideGrub2OrOnFreebsd) {
  Machine machine(with_line("kernel /vmlinuz"));
  EXPECT_TRUE(GrubLegacy().locate(machine.files(), {}));
  EXPECT_FALSE(GrubLegacy().locate(machine.files(), {"freebsd"}));
  machine.put("/boot/grub2/grub.cfg", "");
  EXPECT_FALSE(GrubLegacy().locate(machine.files(), {}));
  EXPECT_FALSE(GrubLegacy().locate(Machine().files(), {}));
}

TEST(GrubLegacyLocate, TwoDifferentMenusAreToldApartByStage2) {
  Machine machine(with_line("kernel /vmlinuz"));
  machine.put("/boot/grub/grub.conf", with_line("kernel /other"));
  EXPECT_EQ(GrubLegacy().locate(machine.files(), {})->files.size(), 2U);
  const auto refused = machine.edit({kAcpiPm});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsafe);
  machine.put("/boot/grub/stage2", std::string(1, '\0') + "0.97/boot/grub/menu.lst");
  EXPECT_EQ(GrubLegacy().locate(machine.files(), {})->files,
            (std::vector<std::string>{"/boot/grub/menu.lst"}));
  EXPECT_EQ(after(machine.edit({kAcpiPm})), with_line("kernel /vmlinuz clocksource=acpi_pm"));
}

TEST(GrubLegacyLocate, AnEtcGrubConfThatIsNoLinkIsDead) {
  Machine machine(with_line("kernel /vmlinuz"));
  machine.put("/etc/grub.conf", with_line("kernel /stale"));
  EXPECT_EQ(GrubLegacy().locate(machine.files(), {})->files,
            (std::vector<std::string>{"/boot/grub/menu.lst"}));
}

TEST(GrubLegacyLocate, DefaultSavedReadsTheFileBesideTheMenu) {
  Machine machine("default saved\ntitle A\nkernel /v1\ntitle B\nkernel /v2\n");
  machine.put("/boot/grub/default", "1\n#\n#\n#\n#\n");
  const auto located = GrubLegacy().locate(machine.files(), {});
  const auto entries = GrubLegacy().entries(machine.files(), *located);
  ASSERT_TRUE(entries);
  EXPECT_FALSE(entries->at(0).is_default);
  EXPECT_TRUE(entries->at(1).is_default);
}

TEST(Grub2, IsRecognisedAndSaysWhatToDo) {
  Machine machine;
  EXPECT_FALSE(Grub2().locate(machine.files(), {}));
  machine.put("/boot/efi/EFI/centos/grub.cfg", "");
  machine.put("/boot/grub2/grub.cfg", "");
  const auto located = Grub2().locate(machine.files(), {});
  ASSERT_TRUE(located);
  EXPECT_EQ(located->files,
            (std::vector<std::string>{"/boot/grub2/grub.cfg", "/boot/efi/EFI/centos/grub.cfg"}));
  const auto entries = Grub2().entries(machine.files(), *located);
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().code, ErrorCode::unsupported);
  const auto edition = Grub2().edit(machine.files(), *located, std::vector{kAcpiPm}, {});
  ASSERT_FALSE(edition);
  EXPECT_EQ(edition.error().code, ErrorCode::unsupported);
  EXPECT_NE(edition.error().hint.find("/etc/default/grub"), std::string::npos);
}

}  // namespace
}  // namespace guestclock::grub
