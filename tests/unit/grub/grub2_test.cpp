// GRUB 2 as a boot loader: entries from their sources, and edits of these.
#include "grub/grub2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "change/edition_check.h"
#include "grub2_machine.h"

namespace guestclock::grub {
namespace {

using model::EntrySelector;
using model::ParameterEdit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = EntrySelector::Kind;
using Action = ParameterEdit::Action;

constexpr const char* kBoth =
    "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"console=ttyS0\"\n";
const ParameterEdit kSet{"x", {"1"}, ""};

std::string refusal(const Grub2Machine& machine, const ParameterEdit& edit,
                    Kind kind = Kind::automatic) {
  const auto edition = machine.edit({edit}, kind);
  return edition ? "none" : describe(edition.error());
}

TEST(Grub2Locate, AnImageWhoseGrubCfgIsStillToCome) {
  Grub2Machine machine(Contents{{kMain, ""}});
  EXPECT_FALSE(machine.loader().locate(machine.files(), {}));
  machine.put("/usr/sbin/grub-mkconfig", "#!/bin/sh\n");
  const auto located = machine.loader().locate(machine.files(), {});
  ASSERT_TRUE(located);
  EXPECT_THAT(located->files, ElementsAre(kMain));
  machine.put("/boot/grub/menu.lst", "");
  EXPECT_FALSE(machine.loader().locate(machine.files(), {})) << "GRUB Legacy boots this one";
  machine.put("/boot/grub/grub.cfg", "");
  EXPECT_THAT(machine.loader().locate(machine.files(), {})->files,
              ElementsAre("/boot/grub/grub.cfg"));
}

TEST(Grub2Entries, AreWhatGrubMkconfigWillWrite) {
  auto machine = Grub2Machine::debian(kBoth);
  for (const char* path :
       {"/boot/vmlinuz-6.9.0-1", "/boot/vmlinuz-6.10.0-1", "/boot/vmlinuz-0-rescue-1"}) {
    machine.put(path, "");
  }
  const auto entries = machine.entries();
  ASSERT_TRUE(entries) << describe(entries.error());
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_TRUE(entries->at(0).is_default);
  EXPECT_EQ(entries->at(0).kernel, "/boot/vmlinuz-6.10.0-1");
  EXPECT_EQ(entries->at(0).file, kMain);
  EXPECT_EQ(entries->at(0).loader, "grub2");
  EXPECT_THAT(entries->at(0).parameters, ElementsAre("console=ttyS0", "quiet"));
  EXPECT_TRUE(entries->at(1).rescue);
  EXPECT_THAT(entries->at(1).parameters, ElementsAre("single", "console=ttyS0"));
}

TEST(Grub2Entries, RecoveryWordsAreThoseOfTheScript) {
  const std::string main = std::string(kBoth) + "GRUB_CMDLINE_LINUX_RECOVERY='s u'\n";
  auto machine = Grub2Machine::other({{kMain, main}});
  EXPECT_THAT(machine.entries()->at(1).parameters, ElementsAre("s", "u", "console=ttyS0"));
  machine.put("/etc/grub.d/10_linux",
              "ubuntu_recovery=\"1\"\nGRUB_CMDLINE_LINUX_RECOVERY=single\n");
  EXPECT_THAT(machine.entries()->at(1).parameters,
              ElementsAre("single", "nomodeset", "console=ttyS0"));
  machine.put("/lib/recovery-mode/recovery-menu", "");
  EXPECT_EQ(machine.entries()->at(1).parameters.front(), "recovery");
  machine.put(kMain, main + "GRUB_DISABLE_RECOVERY=true\n");
  EXPECT_EQ(machine.entries()->size(), 1U);
}

TEST(Grub2Entries, AreUnknownWhereOnlyAShellCouldTell) {
  for (const char* main :
       {"GRUB_CMDLINE_LINUX=`x`\n", "GRUB_CMDLINE_LINUX=\"a\nb\"\n", "GRUB_CMDLINE_LINUX='a;b'\n",
        "GRUB_CMDLINE_LINUX=a\n. ./x\n", "GRUB_CMDLINE_LINUX='a #b'\n",
        "GRUB_CMDLINE_LINUX='a \"b'\n", "GRUB_CMDLINE_LINUX='a\\'\n"}) {
    const auto entries = Grub2Machine::debian(main).entries();
    ASSERT_FALSE(entries) << main;
    EXPECT_EQ(entries.error().code, ErrorCode::malformed) << main;
    EXPECT_THAT(entries.error().path, HasSubstr("/etc/default/grub:")) << main;
    EXPECT_FALSE(entries.error().hint.empty());
  }
}

TEST(Grub2Entries, BlsSystemsAreLeftToGrubby) {
  auto machine = Grub2Machine::other({{kMain, kBoth}});
  machine.put("/boot/loader/entries/a.conf", "");
  EXPECT_EQ(machine.entries().error().code, ErrorCode::unsupported);
  const auto refused = machine.edit({kSet});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_THAT(refused.error().hint, HasSubstr("grubby"));
  machine.put(kMain, std::string(kBoth) + "GRUB_ENABLE_BLSCFG=false\n");
  EXPECT_TRUE(machine.entries());
  machine.put("/boot/grub2/grub.cfg", "insmod blscfg\nblscfg\n");
  EXPECT_EQ(machine.entries().error().code, ErrorCode::unsupported);
}

TEST(Grub2Edit, SaysWhatIsEditedAndWhatIsNotRegenerated) {
  const auto machine = Grub2Machine::debian(kBoth);
  const auto edition = machine.edit({kSet});
  ASSERT_TRUE(edition);
  EXPECT_THAT(edition->pending,
              ElementsAre("/etc/default/grub is edited, but /boot/grub/grub.cfg is not "
                          "regenerated: run update-grub"));
  ASSERT_EQ(edition->entries.size(), 1U);
  EXPECT_THAT(edition->entries[0].before, ElementsAre("console=ttyS0", "quiet"));
  EXPECT_THAT(edition->entries[0].after, ElementsAre("console=ttyS0", "quiet", "x=1"));
  EXPECT_THAT(machine.edit({{"nothing", {}, ""}})->pending, IsEmpty());
  EXPECT_THAT(Grub2Machine::other({{kMain, kBoth}}).edit({kSet})->pending.at(0),
              HasSubstr("run grub2-mkconfig -o /boot/grub2/grub.cfg"));
  Grub2Machine plain({{kMain, kBoth}, {"/boot/grub/grub.cfg", ""}});
  EXPECT_THAT(plain.edit({kSet})->pending.at(0),
              HasSubstr("run grub-mkconfig -o /boot/grub/grub.cfg"));
}

TEST(Grub2Edit, NamesAssignmentsThatALaterOneReplaces) {
  auto machine = Grub2Machine::debian(
      Contents{{kMain, kBoth}, {kCloud, "# cloud\nGRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1\"\n"}});
  const std::string line = std::string("/etc/default/grub:1 assigns GRUB_CMDLINE_LINUX_DEFAULT ") +
                           "in vain: " + kCloud + ":2 replaces it";
  const auto edition = machine.edit({kSet});
  EXPECT_THAT(edition->warnings, ElementsAre(line));
  EXPECT_THAT(machine.loader().remarks(machine.files(), {}), ElementsAre(line));
  machine.apply(*edition);
  EXPECT_THAT(machine.edit({kSet})->warnings, IsEmpty()) << "nothing is edited any more";
  EXPECT_THAT(Grub2Machine::debian(kBoth).edit({kSet})->warnings, IsEmpty());
}

TEST(Grub2Edit, GoesToTheVariableOfTheEntriesThatAreNamed) {
  struct Case {
    ParameterEdit edit;
    Kind kind;
    const char* linux;
    const char* normal;
    bool recovery;  ///< is among the changes
    bool along;
  };
  for (const Case& one : std::vector<Case>{
           {kSet, Kind::automatic, "console=ttyS0", "quiet x=1", false, false},
           {kSet, Kind::default_entry, "console=ttyS0", "quiet x=1", false, false},
           {kSet, Kind::index, "console=ttyS0", "quiet x=1", false, false},
           {kSet, Kind::all, "console=ttyS0 x=1", "quiet", true, false},
           {{"console", {"hvc0"}, ""}, Kind::automatic, "console=hvc0", "quiet", true, true},
           {{"console", {"tty0"}, "", Action::add},
            Kind::automatic,
            "console=ttyS0",
            "quiet console=tty0",
            false,
            false},
           {{"console", {}, "", Action::remove}, Kind::automatic, "", "quiet", true, true},
           {{"quiet", {}, "", Action::remove}, Kind::all, "console=ttyS0", "", true, false},
           {{"quiet", {std::nullopt}, "", Action::add},
            Kind::all,
            "console=ttyS0 quiet",
            "",
            true,
            false},
       }) {
    const auto machine = Grub2Machine::debian(kBoth);
    const auto edition = machine.edit({one.edit}, one.kind);
    ASSERT_TRUE(edition) << describe(edition.error());
    EXPECT_EQ(changed(edition).begin()->second, std::string("GRUB_CMDLINE_LINUX_DEFAULT=\"") +
                                                    one.normal + "\"\nGRUB_CMDLINE_LINUX=\"" +
                                                    one.linux + "\"\n");
    ASSERT_EQ(edition->entries.size(), one.recovery ? 2U : 1U);
    EXPECT_EQ(edition->entries.back().along, one.along);
    const EntrySelector selector{one.kind, 0, ""};
    const auto checked = change::check_edition({&machine.loader(), {}}, machine.files(), *edition,
                                               std::vector{one.edit}, selector);
    EXPECT_TRUE(checked) << describe(checked.error());
  }
}

TEST(Grub2Edit, OneEditMayComeAlongInRecoveryEntriesAndAnotherNot) {
  const auto machine = Grub2Machine::debian(kBoth);
  const std::vector<ParameterEdit> edits{{"console", {}, "", Action::remove}, kSet};
  const auto edition = machine.edit(edits);
  ASSERT_TRUE(edition);
  EXPECT_THAT(edition->entries.at(0).after, ElementsAre("quiet", "x=1"));
  EXPECT_THAT(edition->entries.at(1).after, ElementsAre("single"));
  EXPECT_TRUE(change::check_edition({&machine.loader(), {}}, machine.files(), *edition, edits, {}));
}

TEST(Grub2Edit, AKeyInBothVariablesEndsUpOnce) {
  const auto machine =
      Grub2Machine::debian("GRUB_CMDLINE_LINUX='x=0 a'\nGRUB_CMDLINE_LINUX_DEFAULT=\"x=2 b\"\n");
  EXPECT_EQ(changed(machine.edit({kSet})),
            (Contents{{kMain, "GRUB_CMDLINE_LINUX='x=1 a'\nGRUB_CMDLINE_LINUX_DEFAULT=\"b\"\n"}}));
}

TEST(Grub2Edit, RecoveryEntriesAloneHaveNoParametersOfTheirOwn) {
  const auto machine = Grub2Machine::debian(kBoth);
  const auto edition =
      machine.loader().edit(machine.files(), {}, std::vector{kSet}, {Kind::index, 1, ""});
  ASSERT_FALSE(edition);
  EXPECT_THAT(edition.error().hint, HasSubstr("--entries all"));
  EXPECT_EQ(machine.loader()
                .edit(machine.files(), {}, std::vector{kSet}, {Kind::index, 7, ""})
                .error()
                .code,
            ErrorCode::not_found);
}

TEST(Grub2Edit, AValueForAllEntriesThatWouldNotBeTheLastOneIsRefused) {
  const auto machine = Grub2Machine::debian(kBoth);
  const ParameterEdit add{"quiet", {"1"}, "", Action::add};
  EXPECT_THAT(refusal(machine, add, Kind::all), HasSubstr("would not be the last"));
  EXPECT_EQ(refusal(machine, add), "none");
  EXPECT_EQ(refusal(machine, {"quiet", {std::nullopt, "1"}, ""}, Kind::all), "none");
}

TEST(Grub2Edit, ValuesThatGrubsOwnScriptWouldBreakAreRefused) {
  const auto machine = Grub2Machine::debian(kBoth);
  for (const char* value :
       {"a;b", "a&b", "a|b", "<a", ">a", "{a", "a}", "$a", "a\\b", "it's", "a\"b", "a\nb"}) {
    const auto edition = machine.edit({{"x", {value}, ""}});
    ASSERT_FALSE(edition) << value;
    EXPECT_EQ(edition.error().code, ErrorCode::unsafe) << value;
  }
  EXPECT_THAT(refusal(machine, {"#x", {"1"}, ""}), HasSubstr("comment"));
  for (const char* value : {"#y", "(hd0)", "a[1]", "*", "!x", "~", "a b"})
    EXPECT_EQ(refusal(machine, {"x", {value}, ""}), "none") << value;
}

TEST(Grub2Edit, RefusalsNameTheLine) {
  EXPECT_THAT(refusal(Grub2Machine::debian("A=1\nGRUB_CMDLINE_LINUX_DEFAULT=$(x)\n"), kSet),
              HasSubstr("/etc/default/grub:2: "));
  EXPECT_THAT(refusal(Grub2Machine::debian(Contents{
                          {kMain, kBoth}, {kCloud, "if x; then\nGRUB_CMDLINE_LINUX=a\nfi\n"}}),
                      kSet),
              HasSubstr("50-cloudimg-settings.cfg:1: "));
}

}  // namespace
}  // namespace guestclock::grub
