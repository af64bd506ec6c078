#include "tables/json_text.h"

#include <gtest/gtest.h>

namespace guestclock::tables {
namespace {

void expect_position(TextPosition position, std::size_t line, std::size_t column) {
  EXPECT_EQ(position.line, line);
  EXPECT_EQ(position.column, column);
}

TEST(PositionAt, CountsLinesAndColumnsFromOne) {
  expect_position(position_at("", 0), 1, 1);
  expect_position(position_at("ab\ncd", 1), 1, 2);
  expect_position(position_at("ab\ncd", 3), 2, 1);
  expect_position(position_at("ab\ncd", 99), 2, 3);
}

TEST(PositionAt, CountsCharactersNotBytes) {
  expect_position(position_at("\xC3\xA9x", 2), 1, 2);
}

TEST(SyntaxProblem, AcceptsJson) {
  EXPECT_FALSE(syntax_problem(R"({"a": [1, 2.5, "x\"]", null, true]})"));
}

TEST(SyntaxProblem, SaysWhereAndWhat) {
  const std::string text = "{\n  \"a\": 1,\n  b\n}";
  const auto problem = syntax_problem(text);
  ASSERT_TRUE(problem);
  expect_position(position_at(text, problem->offset), 3, 3);
  EXPECT_NE(problem->what.find("syntax error"), std::string::npos) << problem->what;
  EXPECT_EQ(problem->what.find("json.exception"), std::string::npos) << problem->what;
}

TEST(SyntaxProblem, RefusesWhatIsNoJson) {
  for (const std::string text : {"", "{", "[1,]", "{\"a\":1} x", "1e999", "\"\x01\"", "\"\xFF\""}) {
    const auto problem = syntax_problem(text);
    ASSERT_TRUE(problem) << text;
    EXPECT_LE(problem->offset, text.size());
    for (const char c : problem->what)
      EXPECT_TRUE(c >= ' ' && c < 0x7f) << problem->what;
  }
}

TEST(SyntaxProblem, RefusesWhatHidesBehindANul) {
  const auto problem = syntax_problem(std::string_view("{}\0{", 4));
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->offset, 2U);
}

TEST(SyntaxProblem, BoundsEverythingThatLaterCodeWalks) {
  const std::string deep(40, '[');
  const auto nested = syntax_problem(deep + std::string(40, ']'));
  ASSERT_TRUE(nested);
  EXPECT_EQ(nested->offset, 32U);
  EXPECT_TRUE(syntax_problem("\"" + std::string(3000, 'a') + "\""));
  EXPECT_TRUE(syntax_problem("{\"" + std::string(100, 'a') + "\": 1}"));
  std::string many = "[0";
  for (int i = 0; i < 30000; ++i)
    many += ",0";
  EXPECT_TRUE(syntax_problem(many + "]"));
  EXPECT_TRUE(syntax_problem(std::string(std::size_t{2} << 20U, ' ') + "{}"));
}

TEST(SyntaxProblem, BracketsInStringsDoNotNest) {
  EXPECT_FALSE(syntax_problem("\"" + std::string(100, '[') + "\""));
}

TEST(JsonPositions, FindsValuesByPointer) {
  const std::string text = "{\n \"a\": {\"b\": [10, {\"c\": true}]},\n \"d~/\": \"x\"\n}";
  const JsonPositions positions(text);
  EXPECT_EQ(positions.offset_of(""), 0U);
  EXPECT_EQ(text.substr(positions.offset_of("/a/b"), 3), "[10");
  EXPECT_EQ(text.substr(positions.offset_of("/a/b/0"), 2), "10");
  EXPECT_EQ(text.substr(positions.offset_of("/a/b/1/c"), 4), "true");
  EXPECT_EQ(text.substr(positions.offset_of(pointer_part("d~/")), 3), "\"x\"");
  EXPECT_FALSE(positions.duplicate());
}

TEST(JsonPositions, FallsBackToTheDeepestKnownPart) {
  const std::string text = R"({"a": {"b": 1}})";
  const JsonPositions positions(text);
  EXPECT_EQ(positions.offset_of("/a/missing/deeper"), positions.offset_of("/a"));
  EXPECT_EQ(positions.offset_of("/missing"), 0U);
}

TEST(JsonPositions, NoticesAMemberNamedTwice) {
  const std::string text = "{\"a\": 1,\n\"\\u0061\": 2}";
  const JsonPositions positions(text);
  ASSERT_TRUE(positions.duplicate());
  expect_position(position_at(text, positions.duplicate()->offset), 2, 11);
}

TEST(JsonPositions, WalksEmptyContainersAndAByteOrderMark) {
  const std::string text = "\xEF\xBB\xBF{\"a\": {}, \"b\": [ ], \"c\": \"}\\\"\", \"d\": 1}";
  ASSERT_FALSE(syntax_problem(text));
  const JsonPositions positions(text);
  EXPECT_EQ(text.substr(positions.offset_of("/d"), 1), "1");
}

}  // namespace
}  // namespace guestclock::tables
