// Every figure of docs/ntp-servers.md about several servers: how often one that errs is rejected,
// how often a good one, and what that does to the drift.
//   server_benchmarks [SEEDS]
#include <cstdlib>
#include <string>

#include <fmt/core.h>

#include "sim/several_servers.h"

int main(int argc, char** argv) {
  constexpr int kSeeds = 1000;
  const int seeds = argc > 1 ? std::atoi(argv[1]) : kSeeds;
  if (seeds <= 0) {
    fmt::print(stderr, "server_benchmarks: '{}' is no number of seeds\n", argv[1]);
    return 64;
  }
  fmt::print(
      "| servers | one gains, ppm | RMSE ppm, narrowest alone | all, 1/se^2 | agreed | interval "
      "right % | it is rejected % | a good one is % | undecided % |\n"
      "|---|---|---|---|---|---|---|---|---|\n");
  for (const auto& score :
       guestclock::sim::evaluate_agreement({2, 3, 4, 6}, {0, 5, 20, 500}, seeds, 1)) {
    const bool decided = score.undecided < 1 - 0.5 / seeds;
    fmt::print("| {} | {} | {:.4f} | {:.4f} | {} | {} | {:.1f} | {:.2f} | {:.1f} |\n",
               score.servers, score.off_ppm, score.narrowest_ppm, score.all_ppm,
               decided ? fmt::format("{:.4f}", score.agreed_ppm) : "-",
               decided ? fmt::format("{:.1f}", 100 * score.agreed_covered) : "-",
               100 * score.bad_rejected, 100 * score.good_rejected, 100 * score.undecided);
  }
  return 0;
}
