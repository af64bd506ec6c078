#include "model/kernel_parameters.h"

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KernelParameters, SplitsAtWhiteSpaceOutsideDoubleQuotes) {
  EXPECT_THAT(split_parameters("  ro\troot=LABEL=/  a=\"b c\" \"d=e f\"\r\n"),
              ElementsAre("ro", "root=LABEL=/", "a=\"b c\"", "\"d=e f\""));
  EXPECT_THAT(split_parameters(""), IsEmpty());
  EXPECT_THAT(split_parameters(" \t "), IsEmpty());
}

TEST(KernelParameters, OnlyDoubleQuotesGroup) {
  EXPECT_THAT(split_parameters("a='b c' d=e\\ f"), ElementsAre("a='b", "c'", "d=e\\", "f"));
}

TEST(KernelParameters, AnUnclosedQuoteReachesTheEnd) {
  EXPECT_THAT(split_parameters("a \"b c"), ElementsAre("a", "\"b c"));
}

TEST(KernelParameters, KeepsTheDoubleDashAndWhatFollows) {
  EXPECT_THAT(split_parameters("ro -- single"), ElementsAre("ro", "--", "single"));
}

TEST(KernelParameters, TheKernelsTableCallsLatin1NoBreakSpaceWhiteSpace) {
  EXPECT_THAT(split_parameters("a\xa0"
                               "b"),
              ElementsAre("a", "b"));
}

TEST(KernelParameters, KeyEndsAtTheFirstEquals) {
  EXPECT_EQ(parameter_key("console=ttyS0,115200n8=x"), "console");
  EXPECT_EQ(parameter_key("quiet"), "quiet");
  EXPECT_EQ(parameter_key("\"a b=c\""), "a b");
  EXPECT_EQ(parameter_key("\"quiet\""), "quiet");
}

TEST(KernelParameters, EqualsInFrontIsPartOfTheName) {
  EXPECT_EQ(parameter_key("=a=b"), "=a");
  EXPECT_EQ(parameter_value("=a=b"), "b");
  EXPECT_EQ(parameter_value("=a"), std::nullopt);
}

TEST(KernelParameters, ValueLosesItsQuotes) {
  EXPECT_EQ(parameter_value("a=\"b c\""), "b c");
  EXPECT_EQ(parameter_value("\"a=b c\""), "b c");
  EXPECT_EQ(parameter_value("a=b\"c\""), "b\"c\"");
  EXPECT_EQ(parameter_value("a="), "");
  EXPECT_EQ(parameter_value("a=\""), "");
  EXPECT_EQ(parameter_value("a=\"\""), "");
  EXPECT_EQ(parameter_value("a"), std::nullopt);
}

TEST(KernelParameters, DegenerateTokensHaveEmptyNames) {
  EXPECT_EQ(parameter_key(""), "");
  EXPECT_EQ(parameter_key("\""), "");
  EXPECT_EQ(parameter_value("\""), std::nullopt);
}

TEST(KernelParameters, DashAndUnderscoreAreTheSameInNames) {
  EXPECT_TRUE(same_parameter_name("no-kvmclock", "no_kvmclock"));
  EXPECT_FALSE(same_parameter_name("divider", "Divider"));
  EXPECT_FALSE(same_parameter_name("clock", "clocksource"));
}

TEST(KernelParameters, ValuesInOrderAndOnlyBeforeTheDoubleDash) {
  const std::vector<std::string> tokens{"console=tty0",  "console", "ro",
                                        "console=ttyS0", "--",      "console=init"};
  EXPECT_THAT(parameter_values(tokens, "console"),
              ElementsAre(std::optional<std::string>("tty0"), std::nullopt,
                          std::optional<std::string>("ttyS0")));
  EXPECT_THAT(parameter_values({"\"--\"", "a=1"}, "a"), IsEmpty());
  EXPECT_THAT(parameter_values({"--=x", "a=1"}, "a"), ElementsAre(std::optional<std::string>("1")));
}

TEST(KernelParameters, TokenQuotesOnlyWhiteSpace) {
  EXPECT_EQ(parameter_token("quiet", std::nullopt), "quiet");
  EXPECT_EQ(parameter_token("divider", "10"), "divider=10");
  EXPECT_EQ(parameter_token("a", ""), "a=");
  EXPECT_EQ(parameter_token("a", "b c"), "a=\"b c\"");
}

/// Characters that the grammar treats specially come up often.
rc::Gen<std::string> any_line() {
  return rc::gen::container<std::string>(
      rc::gen::weightedOneOf<char>({{3, rc::gen::element(' ', '\t', '"', '=', '-', '_', '\xa0')},
                                    {2, rc::gen::arbitrary<char>()},
                                    {3, rc::gen::inRange('a', 'e')}}));
}

TEST(KernelParametersProperty, SpansCoverEverythingButWhiteSpaceInOrder) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = *any_line();
    std::size_t at = 0;
    for (const TokenSpan& span : token_spans(line)) {
      RC_ASSERT(span.begin >= at);
      RC_ASSERT(span.end > span.begin);
      RC_ASSERT(span.end <= line.size());
      for (; at < span.begin; ++at)
        RC_ASSERT(token_spans(line.substr(at, 1)).empty());
      at = span.end;
    }
    for (; at < line.size(); ++at)
      RC_ASSERT(token_spans(line.substr(at, 1)).empty());
  }));
}

TEST(KernelParametersProperty, JoinedTokensSplitIntoThemselves) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<std::string> tokens = split_parameters(*any_line());
    std::string line;
    for (const std::string& token : tokens)
      line += token + " ";
    // An unclosed quote takes the blank behind it along.
    std::vector<std::string> again = split_parameters(line);
    if (!tokens.empty() && again.back() == tokens.back() + " ") again.back().pop_back();
    RC_ASSERT(again == tokens);
  }));
}

TEST(KernelParametersProperty, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const auto key_char =
        rc::gen::oneOf(rc::gen::inRange('a', 'z'), rc::gen::element('.', '_', '-'));
    const std::string key = *rc::gen::nonEmpty(rc::gen::container<std::string>(key_char));
    const auto value_char = rc::gen::suchThat<char>([](char c) { return c != '"'; });
    const auto value = *rc::gen::maybe(rc::gen::container<std::string>(value_char));
    std::optional<std::string> wanted;
    if (value) wanted = *value;
    const std::string token = parameter_token(key, wanted);
    RC_ASSERT(split_parameters(token) == std::vector<std::string>{token});
    RC_ASSERT(parameter_key(token) == key);
    RC_ASSERT(parameter_value(token) == wanted);
    if (key != "--") RC_ASSERT(parameter_values({token}, key).at(0) == wanted);
  }));
}

TEST(KernelParametersProperty, NoTokenBreaksTheReaders) {
  EXPECT_TRUE(rc::check([] {
    const std::string token = *any_line();
    const std::string_view key = parameter_key(token);
    RC_ASSERT(key.size() <= token.size());
    if (const auto value = parameter_value(token)) {
      RC_ASSERT(key.size() + value->size() < token.size());
    }
    RC_ASSERT(parameter_values({token}, key).size() <= 1U);
  }));
}

}  // namespace
}  // namespace guestclock::model
