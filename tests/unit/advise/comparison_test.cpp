#include "advise/comparison.h"

#include <gtest/gtest.h>

namespace guestclock::advise {
namespace {

using Operator = model::Condition::Operator;
using model::AbsentValue;
using model::ConditionValue;
using model::LookupValue;
using Words = std::vector<std::string>;

LookupValue text(const char* value) {
  return std::string(value);
}
ConditionValue asked(const char* value) {
  return std::string(value);
}

TEST(Compare, Equality) {
  EXPECT_TRUE(compare(text("tsc"), Operator::is, asked("tsc")));
  EXPECT_FALSE(compare(text("tsc"), Operator::is, asked("hpet")));
  EXPECT_TRUE(compare(100.0, Operator::is, 100.0));
  EXPECT_TRUE(compare(true, Operator::is, true));
  EXPECT_FALSE(compare(false, Operator::is, true));
  EXPECT_TRUE(compare(text("tsc"), Operator::is_not, asked("hpet")));
}

TEST(Compare, AnotherTypeIsNeverEqual) {
  EXPECT_FALSE(compare(text("100"), Operator::is, 100.0));
  EXPECT_TRUE(compare(text("100"), Operator::is_not, 100.0));
  EXPECT_FALSE(compare(text("100"), Operator::less, 200.0));
  EXPECT_FALSE(compare(1.0, Operator::is, true));
}

TEST(Compare, Lists) {
  const LookupValue list = Words{"tsc", "hpet"};
  EXPECT_TRUE(compare(list, Operator::contains, asked("hpet")));
  EXPECT_FALSE(compare(list, Operator::contains, asked("hp")));
  EXPECT_TRUE(compare(text("tsc"), Operator::one_of, Words{"a", "tsc"}));
  EXPECT_FALSE(compare(text("tsc"), Operator::none_of, Words{"a", "tsc"}));
  EXPECT_TRUE(compare(text("tsc"), Operator::none_of, Words{"a"}));
  EXPECT_TRUE(compare(text("2.6.32-300.el5uek"), Operator::contains, asked("uek")));
}

TEST(Compare, AListIsAsLongAsItHasElements) {
  const LookupValue list = Words{"ntpd", "chronyd"};
  EXPECT_TRUE(compare(list, Operator::greater, 1.0));
  EXPECT_FALSE(compare(list, Operator::greater, 2.0));
  EXPECT_TRUE(compare(list, Operator::less, 3.0));
  EXPECT_FALSE(compare(list, Operator::less, 2.0));
  EXPECT_FALSE(compare(list, Operator::less, asked("3")));
  EXPECT_FALSE(compare(LookupValue(Words{}), Operator::less, 3.0));
}

TEST(Compare, AnElementIsFoundByItsCode) {
  const LookupValue list = Words{"undisciplined: it serves its own clock", "leap 3: says so"};
  EXPECT_TRUE(compare(list, Operator::contains, asked("undisciplined")));
  EXPECT_TRUE(compare(list, Operator::contains, asked("leap 3")));
  EXPECT_FALSE(compare(list, Operator::contains, asked("leap")));
  EXPECT_FALSE(compare(list, Operator::contains, asked("it serves its own clock")));
  EXPECT_FALSE(compare(LookupValue(Words{"tsc:x"}), Operator::contains, asked("tsc")));
}

TEST(Compare, NumbersAndVersions) {
  EXPECT_TRUE(compare(1000.0, Operator::greater, 100.0));
  EXPECT_FALSE(compare(100.0, Operator::greater, 100.0));
  EXPECT_TRUE(compare(99.0, Operator::less, 100.0));
  EXPECT_TRUE(compare(text("5.10"), Operator::greater, asked("5.9")));
  EXPECT_TRUE(compare(text("4.19.0-1"), Operator::less, asked("5.1")));
  EXPECT_FALSE(compare(text("rolling"), Operator::less, asked("5.1")));
}

TEST(Compare, AbsentEqualsNothing) {
  EXPECT_TRUE(compare(AbsentValue{}, Operator::absent, true));
  EXPECT_FALSE(compare(AbsentValue{}, Operator::present, true));
  EXPECT_FALSE(compare(AbsentValue{}, Operator::is, asked("")));
  EXPECT_TRUE(compare(AbsentValue{}, Operator::is_not, asked("x")));
  EXPECT_FALSE(compare(AbsentValue{}, Operator::less, 1.0));
  EXPECT_FALSE(compare(AbsentValue{}, Operator::contains, asked("x")));
  EXPECT_TRUE(compare(LookupValue(Words{}), Operator::absent, true));
  EXPECT_TRUE(compare(text(""), Operator::present, true));
}

TEST(CompareParameter, TheLastValueCounts) {
  const ParameterValues values{"hpet", "tsc"};
  EXPECT_TRUE(compare_parameter(values, Operator::is, asked("tsc")));
  EXPECT_FALSE(compare_parameter(values, Operator::is, asked("hpet")));
  EXPECT_TRUE(compare_parameter(values, Operator::contains, asked("hpet")));
  EXPECT_TRUE(compare_parameter(values, Operator::present, true));
  EXPECT_TRUE(compare_parameter({}, Operator::absent, true));
  EXPECT_TRUE(compare_parameter({""}, Operator::present, true));
}

TEST(CompareParameter, ReadsNumbersWhereTheRuleAsksForOne) {
  EXPECT_TRUE(compare_parameter({"10"}, Operator::greater, 5.0));
  EXPECT_TRUE(compare_parameter({"10"}, Operator::is, 10.0));
  EXPECT_FALSE(compare_parameter({"ten"}, Operator::greater, 5.0));
  EXPECT_FALSE(compare_parameter({}, Operator::greater, 5.0));
}

}  // namespace
}  // namespace guestclock::advise
