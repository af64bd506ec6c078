#include "freebsd/loader_conf_lines.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace guestclock::freebsd {
namespace {

using Kind = ConfLine::Kind;

ConfLine line(std::string_view text) {
  const ConfFile file = parse_conf_file(text);
  return file.lines.size() == 1 ? file.lines.front() : ConfLine{};
}

TEST(LoaderConfLines, AssignmentsThatEveryReleaseReads) {
  struct Case {
    const char* text;
    const char* name;
    const char* value;
  };
  for (const Case& one :
       {Case{"kern.hz=\"100\"", "kern.hz", "100"}, Case{"kern.hz=200\n", "kern.hz", "200"},
        Case{"  kern.hz = \"400\" # why\n", "kern.hz", "400"}, Case{"v=0x10", "v", "0x10"},
        Case{"v=-1", "v", "-1"}, Case{"v=\"\"", "v", ""},
        Case{"if_em_load=\"YES\"\r\n", "if_em_load", "YES"}, Case{"v=\"a # b\"", "v", "a # b"},
        Case{"v=\"back\\\\slash\"", "v", "back\\\\slash"}, Case{"v=\"$5\"", "v", "$5"}}) {
    const ConfLine read = line(one.text);
    EXPECT_EQ(read.kind, Kind::assignment) << one.text;
    EXPECT_EQ(read.name, one.name);
    EXPECT_EQ(read.text, one.value);
    EXPECT_FALSE(read.doubtful) << one.text;
  }
}

TEST(LoaderConfLines, MalformedLines) {
  for (const char* text : {"v=tcp/ip", "v=a,b", "v=", "v='x'", "v=a b", "_v=\"x\"",
                           "v=\"with \\\"q\\\"\"", "v=\"x\" junk", "v=\"unterminated",
                           "default arch.conf", "timeout 3", "v+=\"x\"", "export v=\"x\""}) {
    EXPECT_EQ(line(text).kind, Kind::malformed) << text;
  }
  EXPECT_EQ(line("kern.hz=a,b").name, "kern.hz");
  EXPECT_EQ(line("default arch.conf").name, "");
}

TEST(LoaderConfLines, AValueThatCannotBeExpandedIsNotCarriedOut) {
  for (const char* text :
       {"v=\"$\"", "v=\"a$\"", "v=\"$-x\"", "v=\"${x\"", "v=\"${}\"", "v=\"x\\\"", "v=\"$ x\""}) {
    EXPECT_EQ(line(text).kind, Kind::malformed) << text;
    EXPECT_EQ(line(text).name, "v") << text;
  }
  for (const char* text : {"v=\"\\$\"", "v=\"${a b}\"", "v_name=\"$\"", "exec=\"echo $\""}) {
    EXPECT_EQ(line(text).kind, Kind::assignment) << text;
  }
}

TEST(LoaderConfLines, AModulesSettingMayStartWithAnything) {
  EXPECT_EQ(line("_v_load=\"YES\"").kind, Kind::assignment);
  EXPECT_EQ(line("-v_type=x").kind, Kind::assignment);
  EXPECT_EQ(line("_load=\"YES\"").kind, Kind::malformed);
  EXPECT_TRUE(line("_v_load=\"YES\"").doubtful);
}

TEST(LoaderConfLines, WhereTheForthLoaderStops) {
  for (const char* text : {"v=\"1\"\r\n", "\r\n", "v=\"1\"\v", "4v=\"1\"", "_v_load=\"YES\"",
                           "v=", "v=a,b", "v=\"1\" junk", "v=\"1", "v='x'", "junk", "v=\"$\""}) {
    EXPECT_TRUE(line(text).stops_forth) << text;
  }
  for (const char* text : {"", "\n", " \t\n", "# c\r\n", "v=\"1\" # c\r\n", "v=1", "v = -1#c",
                           "v=\"a\\\"b\"", "v=\"a\" # say \"hi\"", "v=\"$b\""}) {
    EXPECT_FALSE(line(text).stops_forth) << text;
  }
}

TEST(LoaderConfLines, BlankLinesAndComments) {
  for (const char* text : {"\n", "  \t\r\n", "# kern.hz=\"100\"\n", "   # x"}) {
    EXPECT_EQ(line(text).kind, Kind::blank) << text;
  }
}

TEST(LoaderConfLines, WhatReleasesReadDifferentlyIsDoubtful) {
  EXPECT_TRUE(line("v=\"a\" # say \"hi\"").doubtful);
  EXPECT_FALSE(line("v=a # say \"hi\"").doubtful);
  EXPECT_TRUE(line("4v=\"a\"").doubtful);
  EXPECT_TRUE(line("a.b_flags=\"$x\"").doubtful);
  EXPECT_FALSE(line("a.b_flags=\"x\"").doubtful);
  EXPECT_EQ(line("v=\"a\" # say \"hi\"").text, "a");
}

TEST(LoaderConfLines, AllAssignmentsTellsSystemdBootApart) {
  EXPECT_TRUE(all_assignments(parse_conf_file("# c\n\nkern.hz=\"100\"\n")));
  EXPECT_FALSE(all_assignments(parse_conf_file("default arch.conf\ntimeout 3\n")));
  EXPECT_FALSE(all_assignments(parse_conf_file("# only a comment\n")));
  EXPECT_FALSE(all_assignments(parse_conf_file("")));
}

TEST(LoaderConfLinesProperty, PrintingGivesTheBytesBack) {
  EXPECT_TRUE(rc::check([] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(
        rc::gen::oneOf(rc::gen::element<std::string>("\n", "\r\n", "a=\"1\"\n", "b=2 # c\n", "#",
                                                     "\"", "=", " ", "kern.hz", "\\", "\0"),
                       rc::gen::arbitrary<std::string>()));
    std::string bytes;
    for (const std::string& part : parts)
      bytes += part;
    const ConfFile file = parse_conf_file(bytes);
    RC_ASSERT(file.print() == bytes);
    for (const ConfLine& one : file.lines) {
      RC_ASSERT(one.kind != Kind::assignment ||
                (one.value_begin < one.value_end || one.text.empty()));
      RC_ASSERT(one.value_end <= one.raw.size());
    }
  }));
}

}  // namespace
}  // namespace guestclock::freebsd
