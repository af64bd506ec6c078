#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Text, Blanks) {
  EXPECT_TRUE(is_blank(' '));
  EXPECT_TRUE(is_blank('\t'));
  for (const char c : {'\n', '\r', '\0', 'a', '\v'})
    EXPECT_FALSE(is_blank(c));
}

TEST(Text, TrimTakesBlanksLineEndsAndNulAtBothEnds) {
  EXPECT_EQ(trim(std::string_view("\0 \t x y\r\n\0", 10)), "x y");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("x"), "x");
}

TEST(Text, LowerIsAsciiOnly) {
  EXPECT_EQ(lower("AbZ[@`{\xc4"), "abz[@`{\xc4");
}

TEST(Text, WordsAreRunsOfAnythingButBlanksAndLineEnds) {
  EXPECT_THAT(words("  a\tbc \r\n d"), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(words(" \t\n"), IsEmpty());
  EXPECT_THAT(words(""), IsEmpty());
  EXPECT_THAT(words("\va"), ElementsAre("\va"));
}

TEST(Text, LinesEndAtNewlines) {
  EXPECT_THAT(lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(lines("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines("a\r\n\n"), ElementsAre("a\r", ""));
  EXPECT_THAT(lines("\n"), ElementsAre(""));
  EXPECT_THAT(lines(""), IsEmpty());
}

TEST(Text, JoinPutsTheSeparatorBetween) {
  EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"", ""}, "-"), "-");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, ParseIntTakesTheWholeText) {
  EXPECT_EQ(parse_int("0"), 0);
  EXPECT_EQ(parse_int("-12"), -12);
  EXPECT_EQ(parse_int("+12"), 12);
  EXPECT_EQ(parse_int("007"), 7);
  EXPECT_EQ(parse_int("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
  for (const char* text :
       {"", "+", "-", " 1", "1 ", "1x", "0x10", "1.0", "9223372036854775808", "--1"}) {
    EXPECT_EQ(parse_int(text), std::nullopt) << text;
  }
}

TEST(Text, ParseNumberTakesTheWholeText) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("-0.25"), -0.25);
  EXPECT_EQ(parse_number("1e3"), 1000.0);
  EXPECT_EQ(parse_number("7"), 7.0);
  for (const char* text : {"", "x", "1.5x", " 1", "inf", "nan", "-inf", "0x10", "1e999", "1,5"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Text, NulSeparatedStrings) {
  using Strings = std::vector<std::string_view>;
  EXPECT_EQ(nul_separated(std::string_view("a\0b c\0", 6)), (Strings{"a", "b c"}));
  EXPECT_EQ(nul_separated(std::string_view("a\0\0b", 4)), (Strings{"a", "", "b"}));
  EXPECT_EQ(nul_separated("no end"), Strings{"no end"});
  EXPECT_EQ(nul_separated(""), Strings());
}

TEST(Text, ValueOfLineIsThatOfTheFirst) {
  constexpr std::string_view kText = "model\t: A: b = c\nmodel : second\nmode=1\n";
  EXPECT_EQ(value_of_line(kText, "model"), "A: b = c");
  EXPECT_EQ(value_of_line(kText, "mode"), "1");
  EXPECT_EQ(value_of_line(kText, "mod"), std::nullopt);
  EXPECT_EQ(value_of_line("no mark", "no mark"), std::nullopt);
}

TEST(Text, PrintableHidesWhatCouldHarmATerminal) {
  EXPECT_EQ(printable("plain ~"), "plain ~");
  EXPECT_EQ(printable(std::string_view("a\x1b[0m\n\0\x7f\xff", 9)),
            "a\\x1b[0m\\x0a\\x00\\x7f\\xff");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

}  // namespace
}  // namespace guestclock
