#include "boot/parameter_line.h"

#include <algorithm>

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "model/kernel_parameters.h"

namespace guestclock::boot {
namespace {

using model::ParameterEdit;
using Values = std::vector<std::optional<std::string>>;

ParameterEdit set(std::string key, Values values) {
  return {std::move(key), std::move(values), "test"};
}
ParameterEdit remove(std::string key) {
  return {std::move(key), {}, "test"};
}
ParameterEdit add(std::string key, Values values) {
  return {std::move(key), std::move(values), "test", ParameterEdit::Action::add};
}
ParameterEdit remove_values(std::string key, Values values) {
  return {std::move(key), std::move(values), "test", ParameterEdit::Action::remove};
}
std::string edited(std::string_view text, std::vector<ParameterEdit> edits) {
  return edit_parameters(text, edits);
}

TEST(ParameterLine, NewTokensGoBehindTheLastOne) {
  EXPECT_EQ(edited(" ro quiet", {set("clocksource", {"acpi_pm"})}),
            " ro quiet clocksource=acpi_pm");
  EXPECT_EQ(edited(" ro", {set("divider", {"10"}), set("clocksource", {"acpi_pm"})}),
            " ro divider=10 clocksource=acpi_pm");
  EXPECT_EQ(edited("", {set("notsc", {std::nullopt})}), " notsc");
}

TEST(ParameterLine, TrailingBlanksAndCarriageReturnStayAtTheEnd) {
  EXPECT_EQ(edited(" ro \t", {set("z", {"1"})}), " ro z=1 \t");
  EXPECT_EQ(edited(" ro\r", {set("z", {std::nullopt})}), " ro z\r");
  EXPECT_EQ(edited("\r", {set("z", {std::nullopt})}), " z\r");
}

TEST(ParameterLine, ReplacesInPlace) {
  EXPECT_EQ(edited(" a clocksource=tsc  b", {set("clocksource", {"acpi_pm"})}),
            " a clocksource=acpi_pm  b");
}

TEST(ParameterLine, ValuesMeetOldOnesInOrder) {
  const std::string_view text = " console=tty0 ro console=ttyS0 console=ttyS1";
  EXPECT_EQ(edited(text, {set("console", {"a", "b", "c", "d"})}),
            " console=a ro console=b console=c console=d");
  EXPECT_EQ(edited(text, {set("console", {"tty1"})}), " console=tty1 ro");
  EXPECT_EQ(edited(text, {remove("console")}), " ro");
}

TEST(ParameterLine, WhatIsAlreadyThereKeepsItsBytes) {
  const std::string_view text = " \"clocksource=acpi_pm\"  no-kvmclock";
  EXPECT_EQ(edited(text, {set("clocksource", {"acpi_pm"}), set("no_kvmclock", {std::nullopt})}),
            text);
}

TEST(ParameterLine, DashAndUnderscoreAreOneName) {
  EXPECT_EQ(edited(" ro no_kvmclock quiet", {remove("no-kvmclock")}), " ro quiet");
}

TEST(ParameterLine, ARemovedTokenTakesTheBlanksInFrontAlong) {
  EXPECT_EQ(edited(" ro  \tdivider=10 quiet ", {remove("divider")}), " ro quiet ");
  EXPECT_EQ(edited("divider=10 quiet", {remove("divider")}), "quiet");
  EXPECT_EQ(edited("divider=10 quiet x", {remove("divider"), remove("quiet")}), "x");
  EXPECT_EQ(edited("divider=10", {remove("divider")}), "");
  EXPECT_EQ(edited("a b c", {remove("b"), remove("c")}), "a");
}

TEST(ParameterLine, NothingBehindTheDoubleDashIsTouched) {
  EXPECT_EQ(edited(" ro -- divider=3", {set("divider", {"10"})}), " ro divider=10 -- divider=3");
  EXPECT_EQ(edited(" ro -- divider=3", {remove("divider")}), " ro -- divider=3");
  EXPECT_EQ(edited(" -- x", {set("divider", {"10"})}), " divider=10 -- x");
  EXPECT_EQ(edited("-- x", {set("divider", {"10"})}), " divider=10 -- x");
}

TEST(ParameterLine, QuotesHoldATokenTogether) {
  const std::string_view text = " dyndbg=\"file foo.c +p\" ro";
  EXPECT_EQ(edited(text, {remove("dyndbg")}), " ro");
  EXPECT_EQ(edited(text, {set("dyndbg", {"x y"})}), " dyndbg=\"x y\" ro");
  EXPECT_EQ(edited(text, {remove("foo.c")}), text);
}

TEST(ParameterLine, EditsOfOneNameAreOne) {
  EXPECT_EQ(edited(" ro", {set("a", {"1"}), set("b", {"2"}), set("a", {"3"})}), " ro a=1 b=2 a=3");
  EXPECT_EQ(edited(" a=0 ro", {set("a", {"1"}), set("b", {"2"}), set("a", {"3"})}),
            " a=1 ro b=2 a=3");
  EXPECT_EQ(edited(" a=0 ro", {remove("a"), set("a", {"1"})}), " a=1 ro");
}

TEST(ParameterLine, ASetDecidesAboutEveryOldValueOfItsName) {
  EXPECT_EQ(edited(" a=0 ro", {remove_values("a", {}), set("a", {"1"})}), " a=1 ro");
  EXPECT_EQ(edited(" a=0 ro a=2", {set("a", {"0"}), remove_values("a", {"0"})}), " a=0 ro");
  EXPECT_EQ(edited(" ro", {add("a", {"1"}), set("a", {"1"})}), " ro a=1");
}

TEST(ParameterLine, AddsOnlyWhatIsNotThereYet) {
  EXPECT_EQ(edited(" console=tty0 ro", {add("console", {"ttyS0"})}),
            " console=tty0 ro console=ttyS0");
  EXPECT_EQ(edited(" console=tty0 ro", {add("console", {"tty0"})}), " console=tty0 ro");
  EXPECT_EQ(edited(" \"a-b=1 2\" ro", {add("a_b", {"1 2"})}), " \"a-b=1 2\" ro");
  EXPECT_EQ(edited(" ro", {add("a", {"1", "1"})}), " ro a=1");
  EXPECT_EQ(edited(" ro -- a=1", {add("a", {"1"})}), " ro a=1 -- a=1");
  EXPECT_EQ(edited(" a=0 ro", {add("a", {"1"}), remove_values("a", {"0"})}), " ro a=1");
}

TEST(ParameterLine, RemovesByExactValue) {
  EXPECT_EQ(edited(" a=1 b a=2 a", {remove_values("a", {"1"})}), " b a=2 a");
  EXPECT_EQ(edited(" a=1 b a=2 a", {remove_values("a", {std::nullopt})}), " a=1 b a=2");
  EXPECT_EQ(edited(" a=1 b a=2 a", {remove_values("a", {})}), " b");
  EXPECT_EQ(edited(" a=10 b", {remove_values("a", {"1"})}), " a=10 b");
  EXPECT_EQ(edited(" \"a-b=1 2\" x a_b=\"1 2\" a_b=1", {remove_values("a_b", {"1 2"})}),
            " x a_b=1");
  EXPECT_EQ(edited(" a=1 -- a=1", {remove_values("a", {"1"})}), " -- a=1");
}

TEST(ParameterLine, RefusesWhatNoCommandLineCarries) {
  EXPECT_FALSE(why_not_a_parameter(set("clocksource", {"acpi_pm"})));
  EXPECT_FALSE(why_not_a_parameter(set("dyndbg", {"file foo.c +p"})));
  EXPECT_TRUE(why_not_a_parameter(set("a", {"1\n2"})));
  EXPECT_TRUE(why_not_a_parameter(set("a", {std::string("1\0", 2)})));
  EXPECT_TRUE(why_not_a_parameter(set("a", {"1\r"})));
  EXPECT_TRUE(why_not_a_parameter(set("a", {"say \"hi\""})));
  EXPECT_TRUE(why_not_a_parameter(set("a b", {"1"})));
  EXPECT_TRUE(why_not_a_parameter(set("a=b", {"1"})));
  EXPECT_TRUE(why_not_a_parameter(set("", {"1"})));
  EXPECT_TRUE(why_not_a_parameter(set("--", {std::nullopt})));
}

// --- properties

rc::Gen<std::string> lines() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          " ", "  ", "\t", "a", "a=1", "b=2", "a=1 b", "\"a=1 2\"", "c=\"x y\"", "--", "a-b=3",
          "a_b", "\r", "=", "\"", "z", "console=tty0", "console=ttyS0", "\\")),
      [](const std::vector<std::string>& parts) {
        std::string line;
        for (const std::string& part : parts)
          line += part;
        return line;
      });
}

rc::Gen<ParameterEdit> edits() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::element<std::string>("a", "b", "a_b", "console", "new"),
                    rc::gen::container<std::vector<std::string>>(
                        rc::gen::element<std::string>("1", "x y", "", "flag"))),
      [](const std::pair<std::string, std::vector<std::string>>& made) {
        Values values;
        for (const std::string& value : made.second) {
          values.push_back(value == "flag" ? std::nullopt : std::optional(value));
        }
        return ParameterEdit{made.first, values, "test"};
      });
}

rc::Gen<ParameterEdit> edits_of_any_action() {
  return rc::gen::map(rc::gen::pair(edits(), rc::gen::element(ParameterEdit::Action::set,
                                                              ParameterEdit::Action::add,
                                                              ParameterEdit::Action::remove)),
                      [](std::pair<ParameterEdit, ParameterEdit::Action> made) {
                        made.first.action = made.second;
                        return made.first;
                      });
}

bool balanced(const std::string& line) {
  return std::count(line.begin(), line.end(), '"') % 2 == 0;
}

std::vector<std::string> without(const std::vector<std::string>& tokens, const std::string& key) {
  std::vector<std::string> others;
  bool ours = true;
  for (const std::string& token : tokens) {
    if (token == "--") ours = false;
    if (!ours || !model::same_parameter_name(model::parameter_key(token), key)) {
      others.push_back(token);
    }
  }
  return others;
}

TEST(ParameterLineProperty, GivesTheWantedValuesAndKeepsOtherTokens) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = *lines();
    RC_PRE(balanced(line));
    const ParameterEdit edit = *edits();
    const std::string after = edited(line, {edit});
    RC_ASSERT(model::parameter_values(model::split_parameters(after), edit.key) == edit.values);
    RC_ASSERT(without(model::split_parameters(after), edit.key) ==
              without(model::split_parameters(line), edit.key));
  }));
}

TEST(ParameterLineProperty, ASecondTimeChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = *lines();
    RC_PRE(balanced(line));
    const std::vector<ParameterEdit> all{*edits(), *edits()};
    const std::string once = edited(line, all);
    RC_ASSERT(edited(once, all) == once);
  }));
}

TEST(ParameterLineProperty, AddingAndRemovingGivesTheLineBack) {
  EXPECT_TRUE(rc::check([] {
    // In a boot file the parameters follow a path: never directly a "--".
    const std::string line = " " + *lines();
    RC_PRE(balanced(line));
    const std::string key = "clocksource";
    RC_ASSERT(edited(edited(line, {set(key, {"acpi_pm"})}), {remove(key)}) == line);
  }));
}

TEST(ParameterLineProperty, EveryActionIsIdempotentAndKeepsOtherTokens) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = *lines();
    RC_PRE(balanced(line));
    const ParameterEdit edit = *edits_of_any_action();
    const std::string once = edited(line, {edit});
    RC_ASSERT(edited(once, {edit}) == once);
    RC_ASSERT(without(model::split_parameters(once), edit.key) ==
              without(model::split_parameters(line), edit.key));
  }));
}

TEST(ParameterLineProperty, EditsOfDifferentNamesCommuteAsTokens) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = *lines();
    RC_PRE(balanced(line));
    const ParameterEdit one = *edits_of_any_action();
    const ParameterEdit two = *edits_of_any_action();
    RC_PRE(!model::same_parameter_name(one.key, two.key));
    const auto sorted = [](const std::string& text) {
      std::vector<std::string> tokens = model::split_parameters(text);
      std::sort(tokens.begin(), tokens.end());
      return tokens;
    };
    const std::vector<std::string> expected = sorted(edited(line, {one, two}));
    RC_ASSERT(sorted(edited(line, {two, one})) == expected);
    RC_ASSERT(sorted(edited(edited(line, {two}), {one})) == expected);
  }));
}

TEST(ParameterLineProperty, ValuesAfterAgreesWithTheEditedLine) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = *lines();
    RC_PRE(balanced(line));
    const std::vector<ParameterEdit> all{*edits_of_any_action(), *edits_of_any_action()};
    const std::vector<std::string> before = model::split_parameters(line);
    const std::vector<std::string> after = model::split_parameters(edited(line, all));
    const std::string& key = all.front().key;
    RC_ASSERT(values_after(model::parameter_values(before, key), all, key) ==
              model::parameter_values(after, key));
  }));
}

TEST(ParameterLineProperty, AddThenRemoveByValueGivesTheLineBack) {
  EXPECT_TRUE(rc::check([] {
    const std::string line = " " + *lines();
    RC_PRE(balanced(line));
    const Values value{"acpi_pm"};
    RC_ASSERT(edited(edited(line, {add("clocksource", value)}),
                     {remove_values("clocksource", value)}) == line);
  }));
}

}  // namespace
}  // namespace guestclock::boot
