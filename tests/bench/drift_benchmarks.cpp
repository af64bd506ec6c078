// Every figure of docs/drift.md about the estimator: errors beside the best that is possible and
// beside others' rules on the same exchanges, how often the interval holds the truth, flags, time.
//   drift_benchmarks [SEEDS]
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "sim/evaluation.h"

namespace guestclock::sim {
namespace {

constexpr int kSeeds = 1000;

std::string net_of(const Scenario& scenario) {
  return scenario.queueing_s < 1e-3 ? "LAN" : "WAN";
}

std::string over_best_of(const Score& score) {
  return score.best_ppm > 0 ? fmt::format("{:.3f}", score.over_best()) : "-";
}

void print_row(const std::string& what, const Score& score) {
  fmt::print("| {} | {} | {} | {:.4f} | {} | {:.2f} | {:.2f} | {:.1f} | {:.1f} | {:.1f} |\n", what,
             net_of(score.scenario), score.scenario.count, score.ours_ppm, over_best_of(score),
             score.ours_ppm / score.least_squares_ppm, score.ours_ppm / score.chrony_ppm,
             100 * score.covered, 100 * score.clock_steps, 100 * score.path_steps);
}

void print_head() {
  fmt::print(
      "| law | net | N | RMSE ppm | over the optimum | over least squares | over chrony's rule | "
      "interval right % | clock step % | path step % |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
}

void print_stationary(int seeds) {
  std::vector<Score> many;
  std::vector<Score> all;
  double false_flags = 0;
  print_head();
  for (const int count : {16, 32, 64, 240}) {
    std::vector<Score> scores;
    for (const Scenario& scenario : stationary_scenarios(count)) {
      scores.push_back(evaluate(scenario, seeds, 1, Best::compute));
      print_row(std::string(name(scenario.law)), scores.back());
      false_flags += scores.back().clock_steps + scores.back().path_steps;
    }
    if (count > 16) many.insert(many.end(), scores.begin(), scores.end());
    all.insert(all.end(), scores.begin(), scores.end());
    if (count == 16) fmt::print("N = 16: geometric mean {:.3f}\n", geometric_mean(scores));
    const auto slowest =
        std::max_element(scores.begin(), scores.end(),
                         [](const Score& a, const Score& b) { return a.fit_ms < b.fit_ms; });
    fmt::print("a fit of {}: at most {:.1f} ms of CPU, a mean, for {} waits\n", count,
               slowest->fit_ms, name(slowest->scenario.law));
  }
  fmt::print("N >= 32: geometric mean {:.3f}\npooled coverage {:.1f} %, false flags {:.2f} %\n\n",
             geometric_mean(many), 100 * pooled_coverage(all),
             100 * false_flags / static_cast<double>(all.size()));
}

void print_troubles(int seeds) {
  print_head();
  for (const int count : {32, 64, 240}) {
    for (const Trouble trouble : {Trouble::spikes, Trouble::bursts, Trouble::stalls, Trouble::noise,
                                  Trouble::wander, Trouble::path_step, Trouble::clock_step}) {
      for (Scenario scenario : stationary_scenarios(count)) {
        if (scenario.law != Law::exponential) continue;
        scenario.trouble = trouble;
        print_row(std::string(name(trouble)), evaluate(scenario, seeds, 1, Best::leave_out));
      }
    }
  }
}

}  // namespace
}  // namespace guestclock::sim

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : guestclock::sim::kSeeds;
  if (seeds <= 0) {
    fmt::print(stderr, "drift_benchmarks: '{}' is no number of seeds\n", argv[1]);
    return 64;
  }
  guestclock::sim::print_stationary(seeds);
  guestclock::sim::print_troubles(seeds);
  return 0;
}
