#include "advise/truth.h"

#include <gtest/gtest.h>

#include "model/fact.h"

namespace guestclock::advise {
namespace {

Truth yes() {
  return Truth::of(true);
}
Truth no() {
  return Truth::of(false);
}
Truth open() {
  return Truth::unknown("kernel.arch", "nobody said");
}
Truth live() {
  return Truth::unknown("clock.source", std::string(model::kLiveOnly));
}

Truth both(Truth a, Truth b) {
  Conjunction all;
  if (all.add(std::move(a))) all.add(std::move(b));
  return std::move(all).result();
}

Truth either(Truth a, Truth b) {
  return negation(both(negation(std::move(a)), negation(std::move(b))));
}

TEST(Truth, WhatWasNotMeasuredIsNoGap) {
  const Truth unmeasured = Truth::unknown("measurements.drift.rate_error_ppm", "not measured");
  EXPECT_EQ(unmeasured.value, Truth::Value::unknown);
  EXPECT_FALSE(unmeasured.could_hold);
  EXPECT_TRUE(unmeasured.missing.front().live_only);
  EXPECT_TRUE(open().could_hold);
}

TEST(Truth, ConjunctionIsKleenes) {
  using Value = Truth::Value;
  EXPECT_EQ(both(yes(), yes()).value, Value::yes);
  EXPECT_EQ(both(yes(), no()).value, Value::no);
  EXPECT_EQ(both(open(), yes()).value, Value::unknown);
  EXPECT_EQ(both(yes(), open()).value, Value::unknown);
  EXPECT_EQ(both(open(), open()).value, Value::unknown);
  EXPECT_EQ(both(open(), no()).value, Value::no);
  EXPECT_EQ(both(no(), open()).value, Value::no);
}

TEST(Truth, DisjunctionIsKleenes) {
  using Value = Truth::Value;
  EXPECT_EQ(either(no(), no()).value, Value::no);
  EXPECT_EQ(either(open(), yes()).value, Value::yes);
  EXPECT_EQ(either(yes(), open()).value, Value::yes);
  EXPECT_EQ(either(open(), no()).value, Value::unknown);
}

TEST(Truth, NegationKeepsTheUnknown) {
  EXPECT_EQ(negation(open()).value, Truth::Value::unknown);
  EXPECT_EQ(negation(yes()).value, Truth::Value::no);
  EXPECT_EQ(negation(no()).value, Truth::Value::yes);
}

TEST(Truth, AnEmptyConjunctionHolds) {
  EXPECT_TRUE(Conjunction().result().is_yes());
}

TEST(Truth, AConjunctionWithALiveOnlyPartCannotHoldWithoutARunningSystem) {
  EXPECT_TRUE(open().could_hold);
  EXPECT_FALSE(live().could_hold);
  EXPECT_FALSE(both(open(), live()).could_hold);
  EXPECT_TRUE(both(open(), live()).could_fail);
}

TEST(Truth, ADisjunctionWithALiveOnlyPartCouldStillHold) {
  EXPECT_TRUE(either(open(), live()).could_hold);
  EXPECT_FALSE(either(open(), live()).could_fail);
  EXPECT_FALSE(either(live(), live()).could_hold);
}

TEST(Truth, MissingFactsKeepTheirOrderAndVanishOnceDecided) {
  const Truth missing = both(live(), open());
  ASSERT_EQ(missing.missing.size(), 2U);
  EXPECT_EQ(missing.missing[0].path, "clock.source");
  EXPECT_TRUE(missing.missing[0].live_only);
  EXPECT_EQ(missing.missing[1].path, "kernel.arch");
  EXPECT_FALSE(missing.missing[1].live_only);
  EXPECT_TRUE(both(open(), no()).missing.empty());
}

}  // namespace
}  // namespace guestclock::advise
