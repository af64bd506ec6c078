#include "measure/length_histogram.h"

#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

TEST(LengthHistogram, NothingAddedHasNoQuantile) {
  const LengthHistogram lengths(1e-6, 1, 10);
  EXPECT_FALSE(lengths.quantile(0.5));
  EXPECT_TRUE(lengths.filled().empty());
  EXPECT_EQ(lengths.longest(), 0);
}

TEST(LengthHistogram, QuantilesAreRightToWithinABin) {
  LengthHistogram lengths(1e-6, 1, 50);
  for (int i = 1; i <= 1000; ++i)
    lengths.add(i * 1e-5);
  EXPECT_NEAR(*lengths.quantile(0.5), 5e-3, 0.05 * 5e-3);
  EXPECT_NEAR(*lengths.quantile(0.99), 9.9e-3, 0.05 * 9.9e-3);
  EXPECT_EQ(*lengths.quantile(1), lengths.longest());
  EXPECT_NEAR(lengths.longest(), 1e-2, 1e-12);
}

TEST(LengthHistogram, WhatLiesBeyondTheAxisIsCountedAtItsEnds) {
  LengthHistogram lengths(1e-3, 1, 1);
  lengths.add(0);
  lengths.add(50);
  const auto bins = lengths.filled();
  ASSERT_EQ(bins.size(), 2U);
  EXPECT_EQ(bins[0].from_s, 0);
  EXPECT_NEAR(bins[0].to_s, 1e-3, 1e-9);
  EXPECT_NEAR(bins[1].from_s, 1, 1e-9);
  EXPECT_EQ(bins[1].to_s, 1e9);
  EXPECT_EQ(*lengths.quantile(1), 50);
  EXPECT_LE(*lengths.quantile(0.25), 1e-3);
}

}  // namespace
}  // namespace guestclock::measure
