// A small part of what bench/drift_benchmarks prints, with fixed seeds.
#include <gtest/gtest.h>

#include "sim/evaluation.h"

namespace guestclock::sim {
namespace {

constexpr int kRuns = 40;

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
  EXPECT_LE(geometric_mean(scores), 1.2);
  EXPECT_GE(pooled_coverage(scores), 0.93);
  EXPECT_LE(pooled_coverage(scores), 0.98);
}

TEST(DriftAccuracy, SixteenExchangesAreFewAndStillUsedWell) {
  EXPECT_LE(geometric_mean(scores_of(stationary_scenarios(16))), 1.35);
}

TEST(DriftAccuracy, AStepOfTheClockIsFlaggedAndSurvived) {
  Scenario scenario;
  scenario.trouble = Trouble::clock_step;
  const Score score = evaluate(scenario, kRuns, 1, Best::leave_out);
  EXPECT_GE(score.clock_steps, 0.95);
  EXPECT_GE(score.covered, 0.85);
  scenario.trouble = Trouble::none;
  const Score calm = evaluate(scenario, kRuns, 1, Best::leave_out);
  EXPECT_LE(calm.clock_steps + calm.path_steps, 0.05);
}

TEST(DriftAccuracy, AStepOfThePathLeavesTheIntervalRight) {
  Scenario scenario;
  scenario.trouble = Trouble::path_step;
  const Score score = evaluate(scenario, kRuns, 1, Best::leave_out);
  EXPECT_GE(score.covered, 0.85);
  EXPECT_EQ(score.clock_steps, 0);
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
