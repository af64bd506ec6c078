// A small part of what bench/drift_benchmarks prints, with fixed seeds.
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "sim/evaluation.h"

namespace guestclock::sim {
namespace {

constexpr int kRuns = 40;
constexpr int kManyRuns = 200;      // for shares near 1
constexpr int kVeryManyRuns = 600;  // for a bound of 99 %

std::vector<Score> scores_of(const std::vector<Scenario>& scenarios) {
  std::vector<Score> scores;
  for (const Scenario& scenario : scenarios)
    scores.push_back(evaluate(scenario, kRuns, 1, Best::compute));
  return scores;
}

TEST(DriftAccuracy, IsNearTheOptimumAndItsIntervalIsRight) {
  std::vector<Score> scores;
  for (const int count : {32, 64, 240}) {
    const std::vector<Score> more = scores_of(stationary_scenarios(count));
    scores.insert(scores.end(), more.begin(), more.end());
  }
  EXPECT_LE(geometric_mean(scores), 1.15);
  EXPECT_GE(pooled_coverage(scores), 0.94);
  EXPECT_LE(pooled_coverage(scores), 0.97);
}

TEST(DriftAccuracy, SixteenExchangesAreFewAndStillUsedWell) {
  EXPECT_LE(geometric_mean(scores_of(stationary_scenarios(16))), 1.25);
}

/// Exponential waits on a LAN, a step of 2 J in the middle.
Score score_of_step(Trouble trouble, int count, int runs) {
  for (Scenario scenario : stationary_scenarios(count)) {
    if (scenario.law != Law::exponential) continue;
    scenario.trouble = trouble;
    return evaluate(scenario, runs, 1, Best::leave_out);
  }
  throw std::logic_error("no exponential waits");
}

TEST(DriftAccuracy, AStepOfTheClockIsFlaggedAndSurvived) {
  const Score score = score_of_step(Trouble::clock_step, 64, kRuns);
  EXPECT_GE(score.clock_steps, 0.99);
  EXPECT_GE(score.covered, 0.9);
  const Score calm = score_of_step(Trouble::none, 64, kRuns);
  EXPECT_EQ(calm.clock_steps + calm.path_steps, 0);
}

TEST(DriftAccuracy, AStepOfTheClockIsFlaggedAmongThirtyTwoExchanges) {
  const Score score = score_of_step(Trouble::clock_step, 32, kVeryManyRuns);
  EXPECT_GE(score.clock_steps, 0.99);
  EXPECT_GE(score.covered, 0.93);
  EXPECT_LE(score.ours_ppm, 0.7);
}

TEST(DriftAccuracy, AStepOfThePathIsNoneOfAClock) {
  for (const int count : {32, 64}) {
    const Score score = score_of_step(Trouble::path_step, count, kManyRuns);
    EXPECT_GE(score.path_steps, 0.98) << count;
    EXPECT_LE(score.clock_steps, count < 64 ? 0.01 : 0) << count;
    EXPECT_GE(score.covered, 0.93) << count;
  }
}

TEST(DriftAccuracy, NoStepIsSeenWhereThereIsNone) {
  double flagged = 0;
  const std::vector<Scenario> scenarios = stationary_scenarios(32);
  for (const Scenario& scenario : scenarios) {
    const Score score = evaluate(scenario, kRuns, 1, Best::leave_out);
    flagged += score.clock_steps + score.path_steps;
  }
  EXPECT_LE(flagged / static_cast<double>(scenarios.size()), 0.01);
}

TEST(DriftAccuracy, StallsOfTheGuestHardlyMatter) {
  Scenario scenario;
  const Score calm = evaluate(scenario, kRuns, 1, Best::leave_out);
  scenario.trouble = Trouble::stalls;
  EXPECT_LE(evaluate(scenario, kRuns, 1, Best::leave_out).ours_ppm, 1.2 * calm.ours_ppm);
}

TEST(DriftAccuracy, BeatsTheRuleThatWeighsByRoundTripAlone) {
  Scenario scenario;
  const Score score = evaluate(scenario, kRuns, 1, Best::leave_out);
  EXPECT_LE(score.ours_ppm, 0.6 * score.chrony_ppm);
}

}  // namespace
}  // namespace guestclock::sim
