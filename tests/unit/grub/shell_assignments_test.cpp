// The shell subset: what is an assignment, what is opaque, and what opaque text may do.
#include "grub/shell_assignments.h"

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::grub {
namespace {

using testing::ElementsAre;

/// "NAME=parts" of assignments, "opaque", "diverts", "foreign", "broken"; neutral items left out.
std::vector<std::string> shown(std::string_view bytes) {
  const ShellFile file = parse_shell_assignments(bytes);
  EXPECT_EQ(file.print(), bytes);
  std::vector<std::string> out;
  for (const ShellItem& item : file.items) {
    if (item.kind == ShellItem::Kind::neutral) continue;
    std::string text;
    if (item.kind == ShellItem::Kind::opaque) {
      text = item.broken         ? "broken"
             : item.diverts      ? "diverts"
             : item.foreign_code ? "foreign"
                                 : "opaque";
    } else {
      text = item.name + (item.append ? "+=" : "=");
      for (const ValuePart& part : item.value) {
        if (part.kind == ValuePart::Kind::text) text += part.text;
        if (part.kind == ValuePart::Kind::reference) text += "<" + part.name + ">";
        if (part.kind == ValuePart::Kind::unknown) text += "?";
      }
    }
    out.push_back(std::to_string(item.line) + ":" + text);
  }
  return out;
}

TEST(ShellAssignments, QuotesOfEveryKind) {
  EXPECT_THAT(shown("A=b\nB='c d'\nC=\"e f\"\nD=a\"b\"'c'\\ d\nE=\n"),
              ElementsAre("1:A=b", "2:B=c d", "3:C=e f", "4:D=abc d", "5:E="));
  EXPECT_THAT(shown("A=\"x \\\"y\\\" \\$z \\q\""), ElementsAre("1:A=x \"y\" $z \\q"));
  EXPECT_THAT(shown("A=\"b\\\nc\"\nB=1\\\n2\nC='x\ny'\nD=1"),
              ElementsAre("1:A=bc", "3:B=12", "5:C=x\ny", "7:D=1"));
}

TEST(ShellAssignments, SeveralOnALineCommentsAndExport) {
  EXPECT_THAT(shown("  A=1 B=2;C=3 # D=4\n# E=5 \\\nF=6#7\n"),
              ElementsAre("1:A=1", "1:B=2", "1:C=3", "3:F=6#7"));
  EXPECT_THAT(shown("export A=1 B='2' C; D=3\nexport D\n"), ElementsAre("1:A=1", "1:B=2", "1:D=3"));
  EXPECT_THAT(shown("A=1 \\\n B=2\n"), ElementsAre("1:A=1", "2:B=2"));
}

TEST(ShellAssignments, References) {
  EXPECT_THAT(shown("A=$B\nC=\"x ${D} y\"\nE=${F:+$F }z\nG=\"${H:-w}\"\nI=$\n"),
              ElementsAre("1:A=<B>", "2:C=x <D> y", "3:E=<F>z", "4:G=<H>", "5:I=$"));
  EXPECT_THAT(shown("A=`date`\nB=$(date \"$x)\")\nC=${D%%-*}\nE=$1\nF=~/x\nexport G=$H\n"),
              ElementsAre("1:A=?", "2:B=?", "3:C=?", "4:E=?", "5:F=?/x", "6:G=?"));
}

TEST(ShellAssignments, ACarriageReturnMakesAValueUnknown) {
  EXPECT_THAT(shown("A=\"1\"\r\n# c\r\n"), ElementsAre("1:A=1?"));
}

TEST(ShellAssignments, WhatIsOutsideStaysOpaque) {
  EXPECT_THAT(shown("A = 1\nB=2\n"), ElementsAre("1:opaque", "2:B=2"));
  EXPECT_THAT(shown("A=1 ls\nB=2"), ElementsAre("1:opaque", "2:B=2"));
  EXPECT_THAT(shown("A=1 && B=2\nC=(x y)\nD=3>f\nE=4 &\n"),
              ElementsAre("1:opaque", "2:opaque", "3:opaque", "4:opaque"));
  EXPECT_THAT(shown("A=${B:=1}\nC=$((D=1))\nE=$\"x\"\n"),
              ElementsAre("1:opaque", "2:opaque", "3:opaque"));
}

TEST(ShellAssignments, CompoundCommandsEndWhereTheyEnd) {
  EXPECT_THAT(shown("if [ -f x ]; then\n  A=1\nfi\nB=2\n"), ElementsAre("1:opaque", "4:B=2"));
  EXPECT_THAT(shown("for i in a b; do\n case $i in\n a) A=1;;\n *) B=2 ;;\n esac\ndone\nC=3\n"),
              ElementsAre("1:opaque", "7:C=3"));
  EXPECT_THAT(shown("f() {\n A=1\n}\nfunction g {\n B=2\n}\nC=3\n"),
              ElementsAre("1:opaque", "4:opaque", "7:C=3"));
  EXPECT_THAT(shown("cat <<-EOF > x && \\\n y\n\t# it's \"odd\"\n\tEOF\nA=1\n"),
              ElementsAre("1:opaque", "5:A=1"));
  EXPECT_THAT(shown("a &&\n b ||\n c\nA=1\n"), ElementsAre("1:opaque", "4:A=1"));
}

TEST(ShellAssignments, WhatCannotBeCutIsBrokenToTheEnd) {
  for (const char* text :
       {"A=\"1\nB=2\n", "A='1\n", "A=`x\n", "fi\n", "if x; then\n A=1\n", ")\n", "A=1;;B=2\n",
        "; A=1\n", "x &&\n", "cat <<E\nA=1\n", "A=$(cat <<E\nx\nE\n)\n",
        "A=$(case x in x) ;; esac)\n", "A=${B:-\"x\"}\n", "}\n"}) {
    const auto items = shown(text);
    ASSERT_EQ(items.size(), 1U) << text;
    EXPECT_EQ(items[0].substr(2), "broken") << text;
  }
  EXPECT_THAT(shown("x & & y\n"), ElementsAre("1:opaque", "1:broken"));
  EXPECT_THAT(shown(std::string("A=1\n\0B=2", 9)), ElementsAre("1:broken"));
}

TEST(ShellAssignments, CommandsThatMayAssignOrDivert) {
  for (const char* text : {". ./x\n", "source x\n", "trap x EXIT\n", "read \"$A\"\n", "export $A\n",
                           "alias x=y\n", "if a; then . b; fi\n"}) {
    EXPECT_THAT(shown(text), ElementsAre("1:foreign")) << text;
  }
  for (const char* text : {"exit 1\n", "[ -f x ] || return\n", "eval x\n", "$A b\n", "command x\n",
                           "\\eval x\n", "{ exec x; }\n"}) {
    EXPECT_THAT(shown(text), ElementsAre("1:diverts")) << text;
  }
  for (const char* text :
       {"echo eval exit\n", "[ -d /x ]\n", "cat > f <<E\nexit\nE\n", "(cd /)\n"}) {
    EXPECT_THAT(shown(text), ElementsAre("1:opaque")) << text;
  }
}

TEST(ShellAssignments, NamesThatOpaqueTextMayAssign) {
  const auto names = [](std::string_view text) {
    const ShellFile file = parse_shell_assignments(text);
    std::vector<std::string> out;
    for (const std::string_view name : names_assigned(file.items.front()))
      out.emplace_back(name);
    return out;
  };
  EXPECT_THAT(names("A=1 x 2B $C ${D} ${E:-3} ${F:=4} ${G=5}"), ElementsAre("A", "x", "F", "G"));
}

TEST(ShellAssignments, QuotingCarriesWhatItCan) {
  const auto quoted = [](std::string_view text, Quoting quoting) {
    std::string out;
    return quote_into(text, quoting, out) ? out : "no";
  };
  EXPECT_EQ(quoted("a \"b\" $c `d` \\", Quoting::doubled), "a \\\"b\\\" \\$c \\`d\\` \\\\");
  EXPECT_EQ(quoted("a \"b\"", Quoting::single), "a \"b\"");
  EXPECT_EQ(quoted("it's", Quoting::single), "no");
  EXPECT_EQ(quoted("a=b,c:1.2/x-y", Quoting::bare), "a=b,c:1.2/x-y");
  EXPECT_EQ(quoted("a b", Quoting::bare), "no");
  EXPECT_EQ(quoted("a b", Quoting::word), "a b");
  EXPECT_EQ(quoted("a}", Quoting::word), "no");
}

// --- properties

TEST(ShellAssignmentsProperty, PrintingGivesBackAnyBytes) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    RC_ASSERT(parse_shell_assignments(bytes).print() == bytes);
  }));
  const auto pieces = rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "A=", "B+=", "\"", "'", "\\", "\n", " ", ";", "#", "$", "${", "}", "$(", ")", "(", "`", "x",
      "if ", "fi", "case ", " in ", "esac", "<<E", "E\n", "&&", "|", "export ", ":+", "\r", "do",
      "done", "for "));
  EXPECT_TRUE(rc::check([&] {
    std::string bytes;
    for (const std::string& piece : *pieces)
      bytes += piece;
    RC_ASSERT(parse_shell_assignments(bytes).print() == bytes);
  }));
}

}  // namespace
}  // namespace guestclock::grub
