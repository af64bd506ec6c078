#include "sim/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <stdexcept>

#include "measure/drift.h"
#include "sim/estimators.h"

namespace guestclock::sim {
namespace {

constexpr double kPpm = 1e-6;
constexpr double kLanQueueing = 50e-6;
constexpr double kWanQueueing = 2e-3;

double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

bool flagged(const model::Drift& drift, const char* flag) {
  return std::find(drift.flags.begin(), drift.flags.end(), flag) != drift.flags.end();
}

double duration_of(int count) {
  return count > 64 ? count / 2.0 : count;
}

}  // namespace

Score evaluate(const Scenario& scenario, int runs, std::uint64_t first_seed, Best best) {
  // The optimum is looked for this many half-widths to either side of our estimate.
  constexpr double kReach = 6;
  Score score;
  score.scenario = scenario;
  score.runs = runs;
  double ours = 0;
  double optimal = 0;
  double squares = 0;
  double chrony = 0;
  for (int i = 0; i < runs; ++i) {
    const Run run = simulate(scenario, first_seed + static_cast<std::uint64_t>(i));
    const double start = cpu_ms();
    const model::Drift drift = measure::fit_drift(run.exchanges).drift;
    score.fit_ms += (cpu_ms() - start) / runs;
    if (!drift.rate_error_ppm.known()) throw std::runtime_error(drift.rate_error_ppm.reason());
    const double estimate = drift.rate_error_ppm.value() * kPpm;
    const model::Interval interval = drift.ci95_ppm.value();
    const double truth_ppm = run.rate_error / kPpm;
    if (interval.low <= truth_ppm && truth_ppm <= interval.high) score.covered += 1.0 / runs;
    if (flagged(drift, "clock_step")) score.clock_steps += 1.0 / runs;
    if (flagged(drift, "path_step")) score.path_steps += 1.0 / runs;
    const auto square = [&run](double rate_error) {
      const double error = (rate_error - run.rate_error) / kPpm;
      return error * error;
    };
    const double ols = least_squares(run.exchanges);
    ours += square(estimate);
    squares += square(ols);
    chrony += square(chrony_rule(run.exchanges));
    if (best == Best::leave_out) continue;
    optimal += square(scenario.law == Law::normal ? ols
                                                  : optimum(scenario, run.exchanges, estimate,
                                                            kReach * interval.half_width() * kPpm));
  }
  const auto root_mean = [runs](double sum) { return std::sqrt(sum / runs); };
  score.ours_ppm = root_mean(ours);
  score.best_ppm = root_mean(optimal);
  score.least_squares_ppm = root_mean(squares);
  score.chrony_ppm = root_mean(chrony);
  return score;
}

std::vector<Scenario> stationary_scenarios(int count) {
  constexpr std::array kLaws{Law::exponential, Law::gamma2,     Law::gamma4,
                             Law::lomax,       Law::asymmetric, Law::normal};
  std::vector<Scenario> out;
  for (const double queueing : {kLanQueueing, kWanQueueing}) {
    for (const Law law : kLaws) {
      Scenario scenario;
      scenario.law = law;
      scenario.count = count;
      scenario.duration_s = duration_of(count);
      scenario.queueing_s = queueing;
      scenario.floor_s = queueing == kLanQueueing ? 100e-6 : 10e-3;
      out.push_back(scenario);
    }
  }
  return out;
}

double geometric_mean(const std::vector<Score>& scores) {
  double logs = 0;
  for (const Score& score : scores)
    logs += std::log(score.over_best());
  return std::exp(logs / static_cast<double>(scores.size()));
}

double pooled_coverage(const std::vector<Score>& scores) {
  double covered = 0;
  double runs = 0;
  for (const Score& score : scores) {
    covered += score.covered * score.runs;
    runs += score.runs;
  }
  return covered / runs;
}

}  // namespace guestclock::sim
