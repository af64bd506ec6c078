// grub.cfg as a script, and whether it is up to date. Synthetic files after the shape of what
// grub-mkconfig writes.
#include "grub/generated_config.h"

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grub/grub_script.h"
#include "grub2_machine.h"

namespace guestclock::grub {
namespace {

using model::ParameterEdit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Action = ParameterEdit::Action;
using Kind = model::EntrySelector::Kind;

std::vector<std::string> commands(std::string_view script) {
  std::vector<std::string> shown;
  ScriptCommands all(script);
  while (const auto command = all.next()) {
    std::string text = std::to_string(command->line) + ":" + command->comment;
    for (const std::string& word : command->words)
      text += "[" + word + "]";
    shown.push_back(text + (command->end == '\n' ? "" : std::string(1, command->end)));
  }
  return shown;
}

TEST(GrubScript, CommandsAndTheirWords) {
  EXPECT_THAT(commands("set a=1; linux /v  b\tc\n\n# x y\nif [ a ]; then\n"),
              ElementsAre("1:[set][a=1];", "1:[linux][/v][b][c]", "3:# x y", "4:[if][[][a][]];",
                          "4:[then]"));
  EXPECT_THAT(commands("menuentry 'A {' --id $x {\n linux a\n}\n"),
              ElementsAre("1:[menuentry][A {][--id][$x]{", "2:[linux][a]", "3:}"));
  EXPECT_THAT(commands("a#b \\#c d\\ e # f"), ElementsAre("1:[a#b][#c][d e]", "1:# f"));
}

TEST(GrubScript, QuotesOfEveryKind) {
  EXPECT_THAT(commands("a 'b \"c\\' \"d 'e' \\\" \\$ \\q\" f\"g h\"i''"),
              ElementsAre("1:[a][b \"c\\][d 'e' \" $ \\q][fg hi]"));
  EXPECT_THAT(commands("a \\\nb \"c\\\nd\" e\\\nf\ng"), ElementsAre("1:[a][b][cd][ef]", "5:[g]"));
  EXPECT_THAT(commands("a ${b c}d $e"), ElementsAre("1:[a][${b c}d][$e]"));
  EXPECT_THAT(commands("a 'b\nc"), ElementsAre("1:[a][b\nc]"));
  EXPECT_THAT(commands("a \"b"), ElementsAre("1:[a][b]"));
  EXPECT_THAT(commands("a ${b"), ElementsAre("1:[a][${b]"));
  EXPECT_THAT(commands("a\\"), ElementsAre("1:[a]"));
}

std::vector<std::string> lines_of(std::string_view bytes) {
  std::vector<std::string> shown;
  for (const KernelLine& line : parse_generated_config(bytes).lines) {
    std::string text = std::to_string(line.line) + " " + line.kernel;
    for (const std::string& parameter : line.parameters)
      text += " " + parameter;
    shown.push_back(text + (line.recovery ? " (recovery)" : ""));
  }
  return shown;
}

std::string marked(const std::string& script, const std::string& text) {
  return "### BEGIN /etc/grub.d/" + script + " ###\n" + text + "### END /etc/grub.d/" + script +
         " ###\n";
}

TEST(GeneratedConfig, LinuxLinesOfEveryKind) {
  EXPECT_THAT(lines_of("menuentry 'A' {\n\tlinux16\t/vmlinuz ro quiet\n}\nlinuxefi /v 'x=a b'\n"
                       "linux\nlinuxes /v\n"),
              ElementsAre("2 /vmlinuz ro quiet", "4 /v \"x=a b\""));
}

TEST(GeneratedConfig, RecoveryEntriesAreKnownByIdElseByTitle) {
  EXPECT_THAT(
      lines_of("submenu 'More' {\n"
               "menuentry 'X (Wiederherstellung)' $menuentry_id_option 'gnulinux-6-recovery-1' {\n"
               "linux /a\n}\n"
               "menuentry 'A rescue kernel' $menuentry_id_option 'gnulinux-6-advanced-1' {\n"
               "linux /b\n}\n"
               "}\nmenuentry \"X (recovery mode)\" {\nif x; then\nlinux /c\nfi\n}\nlinux /d\n"),
      ElementsAre("3 /a (recovery)", "6 /b", "11 /c (recovery)", "14 /d"));
}

TEST(GeneratedConfig, OnlyWhatGrubMkconfigWroteForThisSystemCounts) {
  EXPECT_THAT(lines_of(marked("10_linux", "linux /a\n") + marked("20_memtest86+", "linux16 /b\n") +
                       marked("30_os-prober", "linux /c\n") + marked("10_linux_zfs", "linux /d\n") +
                       marked("40_custom", "linux /e\n") + marked("linux", "linux /f\n") +
                       marked("", "linux /g\n") + "linux /h\n"),
              ElementsAre("2 /a", "11 /d"));
  EXPECT_THAT(lines_of("### BEGIN"), IsEmpty());
}

// --- whether it is up to date

std::string config(const std::string& normal, const std::string& recovery) {
  const auto line = [](const std::string& parameters) {
    return "\tlinux\t/boot/vmlinuz-6.1 root=UUID=1 ro " + parameters + "\n}\n";
  };
  return marked("00_header", "set timeout=5\n") +
         marked("10_linux",
                "menuentry 'A' --class gnu $menuentry_id_option 'gnulinux-simple-1' {\n" +
                    line(normal) +
                    "submenu 'More' $menuentry_id_option 'gnulinux-advanced-1' {\n"
                    "menuentry 'A, 6.1' $menuentry_id_option 'gnulinux-6.1-advanced-1' {\n" +
                    line(normal) +
                    "menuentry 'A, 6.1 (x)' $menuentry_id_option 'gnulinux-6.1-recovery-1' {\n" +
                    line(recovery) + "}\n") +
         marked("30_os-prober", "menuentry 'B' {\nlinux /boot/other quiet x=other\n}\n");
}

constexpr const char* kConfig = "/boot/grub/grub.cfg";
constexpr const char* kSources =
    "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet x=1 d=\\\"a b\\\"\"\nGRUB_CMDLINE_LINUX='console=ttyS0'\n";

Grub2Machine machine_with(const std::string& normal, const std::string& recovery,
                          const std::string& sources = kSources) {
  return Grub2Machine::debian(Contents{{kMain, sources}, {kConfig, config(normal, recovery)}});
}

std::vector<std::string> pending(const Grub2Machine& machine, const ParameterEdit& edit,
                                 Kind kind = Kind::automatic) {
  const auto edition = machine.edit({edit}, kind);
  if (!edition) return {describe(edition.error())};
  if (!edition->files.empty()) return {"edited"};
  EXPECT_THAT(edition->warnings, IsEmpty());
  return edition->pending;
}

const ParameterEdit kSet{"x", {"1"}, ""};
const ParameterEdit kGone{"y", {}, "", Action::remove};

TEST(Regeneration, AConfigurationThatIsUpToDateAsksForNothing) {
  const auto machine =
      machine_with("console=ttyS0 quiet x=1 d=\"a b\" $vt_handoff", "single console=ttyS0");
  for (const ParameterEdit& edit : std::vector<ParameterEdit>{kSet,
                                                              kGone,
                                                              {"d", {"a b"}, ""},
                                                              {"console", {"ttyS0"}, ""},
                                                              {"x", {"1"}, "", Action::add},
                                                              {"x", {"2"}, "", Action::remove},
                                                              {"quiet", {std::nullopt}, ""}}) {
    EXPECT_THAT(pending(machine, edit), IsEmpty()) << edit.key;
  }
  EXPECT_THAT(pending(machine, {"console", {"ttyS0"}, ""}, Kind::all), IsEmpty());
}

TEST(Regeneration, OneThatIsStaleIsNamedWithLineAndCommand) {
  const auto stale = machine_with("console=ttyS0 quiet x=0", "single console=ttyS0 y");
  EXPECT_THAT(pending(stale, kSet),
              ElementsAre("/boot/grub/grub.cfg is out of date for x (line 6): "
                          "run update-grub"));
  EXPECT_THAT(pending(stale, kGone), ElementsAre(HasSubstr("for y (line 13): run update-grub")));
  EXPECT_THAT(pending(stale, {"d", {"a b"}, ""}), ElementsAre(HasSubstr("out of date for d")));
  EXPECT_THAT(pending(stale, {"quiet", {std::nullopt}, ""}), IsEmpty()) << "others do not count";
}

TEST(Regeneration, EveryNormalEntryCounts) {
  auto machine = machine_with("quiet x=1 console=ttyS0", "single console=ttyS0");
  std::string bytes = machine.contents().at(kConfig);
  bytes.replace(bytes.rfind("quiet x=1 console"), 9, "quiet x=2");
  machine.put(kConfig, bytes);
  EXPECT_THAT(pending(machine, kSet), ElementsAre(HasSubstr("for x (line 10)")));
}

TEST(Regeneration, WhatGrubMkconfigAddsItselfIsNoDifference) {
  const auto machine = machine_with("root=/dev/vda1 quiet", "single",
                                    "GRUB_CMDLINE_LINUX_DEFAULT='root=/dev/vda1 quiet'\n");
  EXPECT_THAT(pending(machine, {"root", {"/dev/vda1"}, ""}), IsEmpty());
  EXPECT_THAT(pending(machine, {"ro", {}, "", Action::remove}), IsEmpty());
  EXPECT_THAT(pending(machine, {"single", {}, "", Action::remove}), IsEmpty());
}

TEST(Regeneration, AMissingOrEmptyConfigurationHoldsNothing) {
  auto machine = Grub2Machine::debian(kSources);
  EXPECT_THAT(pending(machine, kSet),
              ElementsAre("/boot/grub/grub.cfg is out of date for x: run update-grub"));
  EXPECT_THAT(pending(machine, kGone), IsEmpty());
  const Grub2Machine none({{kMain, kSources}, {"/usr/sbin/grub2-mkconfig", "#!/bin/bash\n"}});
  EXPECT_THAT(pending(none, kSet), ElementsAre("/boot/grub2/grub.cfg does not exist yet: run "
                                               "grub2-mkconfig -o /boot/grub2/grub.cfg"));
  EXPECT_THAT(none.edit({{"z", {"1"}, ""}})->pending,
              ElementsAre(HasSubstr("is edited, and /boot/grub2/grub.cfg does not exist yet")));
  // Made, but on a machine that has no kernel yet.
  machine.put(kConfig, marked("10_linux", ""));
  EXPECT_THAT(pending(machine, kSet), IsEmpty());
}

TEST(Regeneration, OneWrittenByHandIsComparedAsAWhole) {
  auto machine = Grub2Machine::debian(kSources);
  machine.put(kConfig, "menuentry A {\nlinux /vmlinuz x=1\n}\n");
  EXPECT_THAT(pending(machine, kSet), IsEmpty());
  EXPECT_THAT(pending(machine, {"quiet", {std::nullopt}, ""}),
              ElementsAre(HasSubstr("for quiet (line 2)")));
}

TEST(Regeneration, StubsAndOtherSystemsOnTheEfiPartitionAreLeftAlone) {
  auto machine = Grub2Machine::other({{kMain, kSources}});
  machine.put("/boot/grub2/grub.cfg", config("quiet x=1", "single"));
  machine.put("/boot/efi/EFI/fedora/grub.cfg",
              "search --no-floppy --fs-uuid --set=dev 1\nset prefix=($dev)/grub2\n"
              "export $prefix\nconfigfile $prefix/grub.cfg\n");
  machine.put("/boot/efi/EFI/centos/grub.cfg", config("x=other", "single"));
  EXPECT_THAT(pending(machine, kSet), IsEmpty());
  EXPECT_EQ(machine.edit({{"z", {"1"}, ""}})->pending.size(), 1U);
  machine.put("/boot/vmlinuz-6.1", "");
  EXPECT_THAT(pending(machine, kSet),
              ElementsAre("/boot/efi/EFI/centos/grub.cfg is out of date for x (line 6): run "
                          "grub2-mkconfig -o /boot/efi/EFI/centos/grub.cfg"));
  EXPECT_THAT(machine.edit({{"z", {"1"}, ""}})->pending,
              ElementsAre(HasSubstr("but /boot/grub2/grub.cfg is not regenerated"),
                          HasSubstr("but /boot/efi/EFI/centos/grub.cfg is not regenerated")));
}

TEST(Regeneration, AStubIsNoReasonToOverwriteIt) {
  const Grub2Machine machine({{kMain, kSources},
                              {"/usr/sbin/grub2-mkconfig", "#!/bin/bash\n"},
                              {"/boot/efi/EFI/fedora/grub.cfg", "configfile ($dev)/grub.cfg\n"}});
  EXPECT_THAT(machine.edit({{"z", {"1"}, ""}})->pending,
              ElementsAre(HasSubstr("run grub2-mkconfig -o /boot/grub2/grub.cfg")));
}

TEST(Regeneration, OneThatCannotBeReadIsSaidToBeUnknown) {
  auto machine = Grub2Machine::debian(kSources);
  machine.put(kConfig, std::string(3U << 20U, ' '));
  const auto edition = machine.edit({kSet});
  ASSERT_TRUE(edition);
  EXPECT_THAT(edition->pending, IsEmpty());
  EXPECT_THAT(edition->warnings,
              ElementsAre(HasSubstr("whether /boot/grub/grub.cfg is up to date cannot be told: ")));
}

// --- properties

TEST(GeneratedConfigProperty, AnyBytesAreReadToTheirEnd) {
  const auto check = [](const std::string& bytes) {
    std::size_t words = 0;
    ScriptCommands all(bytes);
    std::size_t line = 1;
    while (const auto command = all.next()) {
      RC_ASSERT(command->line >= line);
      line = command->line;
      words += command->words.size();
    }
    RC_ASSERT(words <= bytes.size());
    RC_ASSERT(parse_generated_config(bytes).lines.size() <= words);
  };
  EXPECT_TRUE(rc::check(check));
  const auto pieces = rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "linux /v", "menuentry ", "submenu ", "{", "}", "\n", "'", "\"", "\\", "$", "${", " ", "#",
      "### BEGIN /etc/grub.d/10_linux ###\n", "### END /", ";", "x=1", "$menuentry_id_option"));
  EXPECT_TRUE(rc::check([&] {
    std::string bytes;
    for (const std::string& piece : *pieces)
      bytes += piece;
    check(bytes);
  }));
}

TEST(GeneratedConfigProperty, ValuesSurviveTheWayFromSourceToLine) {
  const auto value = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab1.,:/= ")));
  EXPECT_TRUE(rc::check([&] {
    auto tree = Grub2Machine::debian("GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
    const ParameterEdit edit{"key", {*value}, ""};
    const auto edition = tree.edit({edit});
    RC_ASSERT(edition.has_value());
    tree.apply(*edition);
    std::string line;
    const auto entries = tree.entries();
    RC_ASSERT(entries.has_value());
    for (const std::string& parameter : entries->front().parameters)
      line += parameter + " ";
    tree.put(kConfig, config(line, "single"));
    const auto again = tree.edit({edit});
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->pending.empty());
    tree.put(kConfig, config("quiet", "single"));
    RC_ASSERT(tree.edit({edit})->pending.size() == 1U);
  }));
}

}  // namespace
}  // namespace guestclock::grub
