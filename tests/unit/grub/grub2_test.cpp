// GRUB 2 as a boot loader: entries from their sources, and edits of these.
#include "grub/grub2.h"

#include <set>

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "change/edition_check.h"
#include "grub/shell_assignments.h"
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
  for (const char* main : {"GRUB_CMDLINE_LINUX=`x`\n", "GRUB_CMDLINE_LINUX=\"a\nb\"\n",
                           "GRUB_CMDLINE_LINUX='a;b'\n", "GRUB_CMDLINE_LINUX=a\n. ./x\n",
                           "GRUB_CMDLINE_LINUX='a #b'\n", "GRUB_CMDLINE_LINUX='a \"b'\n"}) {
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
  EXPECT_THAT(machine.edit({{"quiet", {std::nullopt}, ""}})->pending, IsEmpty());
  EXPECT_THAT(Grub2Machine::other({{kMain, kBoth}}).edit({kSet})->pending.at(0),
              HasSubstr("run grub2-mkconfig -o /boot/grub2/grub.cfg"));
  Grub2Machine plain({{kMain, kBoth}, {"/boot/grub/grub.cfg", ""}});
  EXPECT_THAT(plain.edit({kSet})->pending.at(0),
              HasSubstr("run grub-mkconfig -o /boot/grub/grub.cfg"));
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

// --- properties

rc::Gen<std::string> values() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "quiet", "a=1", "x=0", "x", "b.c=2", " ", "  ", "dyn=\"p q\"", "-- ",
                          "y=3", " z ", "x-y=1")),
                      [](const std::vector<std::string>& words) {
                        std::string text;
                        for (const std::string& word : words)
                          text += (text.empty() ? "" : " ") + word;
                        return text;
                      });
}

std::string assignment(const std::string& name, const std::string& value) {
  const bool single = *rc::gen::arbitrary<bool>();
  std::string text;
  (void)quote_into(value, single ? Quoting::single : Quoting::doubled, text);
  const char* const quote = single ? "'" : "\"";
  return name + "=" + quote + text + quote + *rc::gen::element<std::string>("\n", " # c\n", ";\n");
}

/// Synthetic sources: both variables, a drop-in that replaces or extends one of them.
Grub2Machine machine() {
  const std::string name = "GRUB_CMDLINE_LINUX_DEFAULT";
  Contents contents{{kMain, assignment(name, *values()) + assignment("A", "1 2") +
                                assignment("GRUB_CMDLINE_LINUX", *values())}};
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      break;
    case 1:
      contents[kCloud] = assignment(name, *values());
      break;
    default:
      contents[kCloud] = name + "=\"${" + name + "} more=1\"\n";
  }
  return Grub2Machine::debian(std::move(contents));
}

std::vector<std::string> normal(const Grub2Machine& machine) {
  const auto entries = machine.entries();
  return entries ? entries->front().parameters : std::vector<std::string>{"unknown"};
}

ParameterEdit random_edit(const std::string& key) {
  const auto action = *rc::gen::element(Action::set, Action::add, Action::remove);
  ParameterEdit edit{key, {}, "", action};
  edit.values = {*rc::gen::element<std::string>("1", "0", "a b")};
  if (action == Action::remove && *rc::gen::arbitrary<bool>()) edit.values.clear();
  return edit;
}

TEST(Grub2Property, EditsPassTheCheckAndDoingThemTwiceChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const Grub2Machine tree = machine();
    std::vector<ParameterEdit> edits{random_edit("x")};
    if (*rc::gen::arbitrary<bool>()) edits.push_back(random_edit("x_y"));
    const Kind kind = *rc::gen::element(Kind::automatic, Kind::default_entry, Kind::all);
    const auto edition = tree.edit(edits, kind);
    RC_PRE(edition.has_value());
    const auto checked =
        change::check_edition({&tree.loader(), {}}, tree.files(), *edition, edits, {kind, 0, ""});
    if (!checked) RC_FAIL(describe(checked.error()));
  }));
}

TEST(Grub2Property, AddingThenRemovingGivesTheBytesBack) {
  EXPECT_TRUE(rc::check([] {
    Grub2Machine tree = machine();
    const Contents before = tree.contents();
    const auto added = tree.edit({{"new", {"1"}, ""}});
    RC_PRE(added.has_value());
    tree.apply(*added);
    const auto removed = tree.edit({{"new", {}, "", Action::remove}});
    RC_ASSERT(removed.has_value());
    tree.apply(*removed);
    for (const auto& [path, bytes] : before)
      RC_ASSERT(tree.contents().at(path) == bytes);
    RC_ASSERT(tree.contents().size() - before.size() <= 1U);  // our drop-in, which adds nothing
  }));
}

TEST(Grub2Property, EditsOfDifferentKeysCommuteAsSets) {
  EXPECT_TRUE(rc::check([] {
    Grub2Machine tree = machine();
    const Contents before = tree.contents();
    const ParameterEdit first = random_edit("x");
    const ParameterEdit second = random_edit("y");
    std::vector<std::multiset<std::string>> outcomes;
    for (const auto& order : {std::vector{first, second}, std::vector{second, first}}) {
      for (const auto& [path, bytes] : before)
        tree.put(path, bytes);
      if (tree.contents().size() > before.size()) tree.put(kOurs, "");
      for (const ParameterEdit& edit : order) {
        const auto edition = tree.edit({edit});
        RC_PRE(edition.has_value());
        tree.apply(*edition);
      }
      const auto tokens = normal(tree);
      outcomes.emplace_back(tokens.begin(), tokens.end());
    }
    RC_ASSERT(outcomes.front() == outcomes.back());
  }));
}

}  // namespace
}  // namespace guestclock::grub
