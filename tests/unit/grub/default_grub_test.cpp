// GRUB 2's source layer: which assignment wins, and edits in place.
#include "grub/default_grub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grub2_machine.h"

namespace guestclock::grub {
namespace {

using model::ParameterEdit;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = model::EntrySelector::Kind;
using Action = ParameterEdit::Action;

const ParameterEdit kSet{"x", {"1"}, ""};
const ParameterEdit kGone{"x", {}, "", Action::remove};

std::string value(const Grub2Machine& machine, std::string_view name) {
  const auto layers = read_grub_layers(machine.files());
  if (!layers) return describe(layers.error());
  const GrubValue found = GrubValues(*layers).of(name);
  return found.unknown.empty() ? found.text : "unknown: " + found.place + ": " + found.unknown;
}

std::string edited(const std::string& main, const ParameterEdit& edit,
                   Kind kind = Kind::automatic) {
  const auto machine = Grub2Machine::debian(main);
  const Contents after = changed(machine.edit({edit}, kind));
  if (after.empty()) return "unchanged";
  return after.begin()->first == kMain && after.size() == 1 ? after.begin()->second
                                                            : after.begin()->second + " !";
}

TEST(DefaultGrub, TheLastAssignmentWinsAndEarlierOnesAreShadowed) {
  const auto machine = Grub2Machine::debian(
      Contents{{kMain, "GRUB_CMDLINE_LINUX_DEFAULT=\"a\"\nGRUB_CMDLINE_LINUX_DEFAULT=b\n"},
               {"/etc/default/grub.d/10-x.cfg",
                "GRUB_CMDLINE_LINUX_DEFAULT=\"${GRUB_CMDLINE_LINUX_DEFAULT} c\"\n"},
               {"/etc/default/grub.d/.hidden.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=no\n"},
               {"/etc/default/grub.d/90.cfg.dpkg-old", "GRUB_CMDLINE_LINUX_DEFAULT=no\n"}});
  EXPECT_EQ(value(machine, "GRUB_CMDLINE_LINUX_DEFAULT"), "b c");
  const auto layers = read_grub_layers(machine.files());
  ASSERT_TRUE(layers);
  std::vector<std::string> shown;
  for (const auto& one : GrubValues(*layers).assignments("GRUB_CMDLINE_LINUX_DEFAULT"))
    shown.push_back(one.place + (one.shadowed ? " shadowed" : ""));
  EXPECT_THAT(shown, ElementsAre("/etc/default/grub:1 shadowed", "/etc/default/grub:2",
                                 "/etc/default/grub.d/10-x.cfg:1"));
}

TEST(DefaultGrub, DropInsAreDeadWhereGrubMkconfigDoesNotReadThem) {
  Contents contents{{kMain, "GRUB_CMDLINE_LINUX_DEFAULT=a\n"},
                    {kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=b\n"}};
  EXPECT_EQ(value(Grub2Machine::other(contents), "GRUB_CMDLINE_LINUX_DEFAULT"), "a");
  contents["/etc/os-release"] = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
  EXPECT_EQ(value(Grub2Machine(contents), "GRUB_CMDLINE_LINUX_DEFAULT"), "b");
  contents["/etc/os-release"] = "ID=arch\n";
  EXPECT_EQ(value(Grub2Machine(contents), "GRUB_CMDLINE_LINUX_DEFAULT"), "a");
}

TEST(DefaultGrub, ReferencesAreFollowed) {
  const auto of = [](const std::string& main) {
    return value(Grub2Machine::debian(main), "GRUB_CMDLINE_LINUX");
  };
  EXPECT_EQ(of("A=1\nGRUB_CMDLINE_LINUX=\"x ${A} ${A:+y $A} ${A:-z}\"\n"), "x 1 y 1 1");
  EXPECT_EQ(of("A=\nGRUB_CMDLINE_LINUX=\"x ${A:+y} ${A:-z}\"\n"), "x  z");
  EXPECT_EQ(of("GRUB_CMDLINE_LINUX=\"$GRUB_NOTHING x\"\n"), " x");
  EXPECT_THAT(of("GRUB_CMDLINE_LINUX=\"$OUTSIDE x\"\n"),
              HasSubstr("grub:1: nothing assigns $OUTSIDE"));
  EXPECT_THAT(of("A=`x`\nGRUB_CMDLINE_LINUX=$A\n"),
              HasSubstr("grub:1: the value depends on a com"));
}

TEST(DefaultGrub, WhatMayHaveAssignedMakesAValueUnknown) {
  const auto of = [](const std::string& main) {
    return value(Grub2Machine::debian(main), "GRUB_CMDLINE_LINUX");
  };
  EXPECT_EQ(of("source x\nGRUB_CMDLINE_LINUX=a\n"), "a");
  EXPECT_EQ(of("GRUB_CMDLINE_LINUX=a\ntrue\nif [ -n \"$GRUB_CMDLINE_LINUX\" ]; then B=1; fi\n"),
            "a");
  EXPECT_THAT(of("GRUB_CMDLINE_LINUX=a\nsource x\n"), HasSubstr("grub:2: a command (source)"));
  EXPECT_THAT(of("GRUB_CMDLINE_LINUX=a\nif x; then\nGRUB_CMDLINE_LINUX=b\nfi\n"),
              HasSubstr("grub:2: a command (if) may assign GRUB_CMDLINE_LINUX"));
  EXPECT_EQ(of("if x; then\nGRUB_CMDLINE_LINUX=b\nfi\nGRUB_CMDLINE_LINUX=a\n"), "a");
  EXPECT_THAT(of("[ -f x ] || exit\nGRUB_CMDLINE_LINUX=a\n"), HasSubstr("grub:1: "));
  EXPECT_THAT(of("source x\nGRUB_CMDLINE_LINUX=a\nfoo\n"), HasSubstr("grub:3: "));
  EXPECT_EQ(of("GRUB_CMDLINE_LINUX=a\nfoo\n"), "a");
  EXPECT_THAT(of("GRUB_CMDLINE_LINUX=a\nB='\n"), HasSubstr("grub:2: "));
  EXPECT_THAT(of("GRUB_CMDLINE_LINUX=\"a\"\r\n"), HasSubstr("a carriage return"));
}

TEST(DefaultGrub, AppendingIsReadOnlyWhereTheShellIsBash) {
  const Contents contents{{kMain, "GRUB_CMDLINE_LINUX=a\nGRUB_CMDLINE_LINUX+=\" b\"\n"}};
  EXPECT_EQ(value(Grub2Machine::other(contents), "GRUB_CMDLINE_LINUX"), "a b");
  EXPECT_THAT(value(Grub2Machine::debian(contents), "GRUB_CMDLINE_LINUX"),
              HasSubstr("grub:2: GRUB_CMDLINE_LINUX+= stops grub-mkconfig"));
}

TEST(DefaultGrub, ValuesThatGrowWithoutEndAreNotFollowed) {
  std::string main = "GRUB_CMDLINE_LINUX=0123456789\n";
  for (int i = 0; i < 40; ++i)
    main += "GRUB_CMDLINE_LINUX=$GRUB_CMDLINE_LINUX$GRUB_CMDLINE_LINUX\n";
  EXPECT_THAT(value(Grub2Machine::debian(main), "GRUB_CMDLINE_LINUX"), HasSubstr("too long"));
}

TEST(DefaultGrubEdit, InPlaceInsideTheQuotesThatAreThere) {
  struct Case {
    const char* before;
    const char* after;
  };
  for (const Case& one : std::vector<Case>{
           {"\"quiet\" # c", "\"quiet x=1\" # c"},
           {"'quiet'", "'quiet x=1'"},
           {"quiet", "\"quiet x=1\""},
           {"", "\"x=1\""},
           {"\"\"", "\"x=1\""},
           {"\"quiet \"", "\"quiet x=1 \""},
           {"a\"b\"'c'", "a\"b\"'c x=1'"},
           {"\"a -- b\"", "\"a x=1 -- b\""},
           {"\"a\\\n b\"", "\"a\\\n b x=1\""},
           {"\"a x=0 b\"", "\"a x=1 b\""},
           {"'a x=0 b x=2'", "'a x=1 b'"},
           {"a\\ x=0", "a\\ x=1"},
           {"\"$GRUB_X\"", "\"$GRUB_X x=1\""},
           {"$GRUB_X", "$GRUB_X\" x=1\""},
           {"\"q \\\"z\\\"\"", "\"q \\\"z\\\" x=1\""},
       }) {
    EXPECT_EQ(edited(std::string("A=1\nGRUB_CMDLINE_LINUX_DEFAULT=") + one.before + "\nB=2", kSet),
              std::string("A=1\nGRUB_CMDLINE_LINUX_DEFAULT=") + one.after + "\nB=2")
        << one.before;
  }
}

TEST(DefaultGrubEdit, ValuesWithBlanksAreQuotedForBothReaders) {
  const ParameterEdit blank{"x", {"a b"}, ""};
  EXPECT_EQ(edited("GRUB_CMDLINE_LINUX_DEFAULT=\"q\"\n", blank),
            "GRUB_CMDLINE_LINUX_DEFAULT=\"q x=\\\"a b\\\"\"\n");
  EXPECT_EQ(edited("GRUB_CMDLINE_LINUX_DEFAULT='q'\n", blank),
            "GRUB_CMDLINE_LINUX_DEFAULT='q x=\"a b\"'\n");
}

TEST(DefaultGrubEdit, OnlyTheLiveAssignmentIsTouched) {
  EXPECT_EQ(
      edited("GRUB_CMDLINE_LINUX_DEFAULT=\"x=0\"\nexport GRUB_CMDLINE_LINUX_DEFAULT='b'\n", kSet),
      "GRUB_CMDLINE_LINUX_DEFAULT=\"x=0\"\nexport GRUB_CMDLINE_LINUX_DEFAULT='b x=1'\n");
}

TEST(DefaultGrubEdit, ALineIsAddedWhereThereIsNoneAndGoesAgain) {
  for (const std::string main : {"A=1\n", "A=1", "", "# c\n\n"}) {
    auto machine = Grub2Machine::debian(main);
    const auto added = machine.edit({kSet});
    ASSERT_TRUE(added) << describe(added.error());
    EXPECT_THAT(added->files.at(0).after,
                HasSubstr("GRUB_CMDLINE_LINUX_DEFAULT=\"x=1\"  # added by guestclock"));
    machine.apply(*added);
    EXPECT_EQ(changed(machine.edit({kGone})), (Contents{{kMain, main}}));
  }
}

TEST(DefaultGrubEdit, AForeignDropInIsLeftAloneAndOursIsMade) {
  auto machine = Grub2Machine::debian(Contents{{kMain, "GRUB_CMDLINE_LINUX_DEFAULT=\"dead\"\n"},
                                               {kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"}});
  const std::string head =
      "# Written by guestclock: kernel parameters on top of those set before this file is read.\n";
  const std::string line = "GRUB_CMDLINE_LINUX_DEFAULT=\"${GRUB_CMDLINE_LINUX_DEFAULT}";
  const auto added = machine.edit({kSet});
  EXPECT_EQ(changed(added), (Contents{{kOurs, head + line + " x=1\"\n"}}));
  EXPECT_FALSE(added->files[0].before);
  machine.apply(*added);
  EXPECT_EQ(value(machine, "GRUB_CMDLINE_LINUX_DEFAULT"), "quiet x=1");
  const auto more = machine.edit({{"y", {"2"}, ""}});
  EXPECT_EQ(changed(more), (Contents{{kOurs, head + line + " x=1 y=2\"\n"}}));
  EXPECT_EQ(changed(machine.edit({kGone})), (Contents{{kOurs, head + line + "\"\n"}}));
  EXPECT_EQ(changed(machine.edit({{"quiet", {}, ""}})),
            (Contents{{kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=\"\"\n"}}));
  EXPECT_EQ(changed(machine.edit({{"quiet", {"1"}, ""}})),
            (Contents{{kCloud, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet=1\"\n"}}));
}

TEST(DefaultGrubEdit, ADropInBehindOursIsEditedItself) {
  const char* const late = "/etc/default/grub.d/hetzner.cfg";
  const auto machine =
      Grub2Machine::debian(Contents{{kMain, ""}, {late, "GRUB_CMDLINE_LINUX_DEFAULT='a'\n"}});
  EXPECT_EQ(changed(machine.edit({kSet})),
            (Contents{{late, "GRUB_CMDLINE_LINUX_DEFAULT='a x=1'\n"}}));
}

TEST(DefaultGrubEdit, SharedTextIsRefused) {
  EXPECT_THAT(
      edited("A=x=0\nGRUB_CMDLINE_LINUX_RECOVERY=$A\nGRUB_CMDLINE_LINUX_DEFAULT=\"$A\"\n", kSet),
      HasSubstr("shares its text with another variable"));
  EXPECT_EQ(edited("A=x=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"$A b\"\n", kSet),
            "A=x=1\nGRUB_CMDLINE_LINUX_DEFAULT=\"$A b\"\n");
}

TEST(DefaultGrubEdit, ATokenInPiecesIsEditedByteByByte) {
  EXPECT_EQ(edited("GRUB_CMDLINE_LINUX_DEFAULT=\"a x\"'=0 b'\n", kGone),
            "GRUB_CMDLINE_LINUX_DEFAULT=\"a\"' b'\n");
  EXPECT_EQ(edited("GRUB_CMDLINE_LINUX_DEFAULT=\"a x\"'=0 b'\n", kSet),
            "GRUB_CMDLINE_LINUX_DEFAULT=\"a x=1\"' b'\n");
}

}  // namespace
}  // namespace guestclock::grub
