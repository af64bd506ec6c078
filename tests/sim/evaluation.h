// How well the estimator does on one scenario, over many seeds.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/network.h"

namespace guestclock::sim {

/// Root mean square errors in ppm; shares in 0 to 1.
struct Score {
  Scenario scenario;
  int runs = 0;
  double ours_ppm = 0;
  double best_ppm = 0;  ///< of the optimum; of least squares for the normal law; 0 if not asked for
  double least_squares_ppm = 0;
  double chrony_ppm = 0;
  double covered = 0;      ///< by the 95 % interval
  double clock_steps = 0;  ///< flagged
  double path_steps = 0;   ///< flagged
  double fit_ms = 0;       ///< mean CPU time of a fit

  [[nodiscard]] double over_best() const { return ours_ppm / best_ppm; }
};

enum class Best { compute, leave_out };

/// Seeds first_seed and those that follow.
[[nodiscard]] Score evaluate(const Scenario& scenario, int runs, std::uint64_t first_seed,
                             Best best);

/// The laws whose optimum is known, on LAN and WAN, for one number of exchanges.
[[nodiscard]] std::vector<Scenario> stationary_scenarios(int count);

/// Of over_best().
[[nodiscard]] double geometric_mean(const std::vector<Score>& scores);

/// Of covered, each run counting the same.
[[nodiscard]] double pooled_coverage(const std::vector<Score>& scores);

}  // namespace guestclock::sim
