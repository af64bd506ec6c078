// The laws that a queueing delay may follow, and how well each explains the delays of a run.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "measure/log_sum.h"

namespace guestclock::measure {

/// A gamma of shape 1 is the exponential; of shape 80, nearly a normal.
constexpr std::array<double, 14> kGammaShapes{1, 1.5, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25, 40, 80};
/// Exponential with normal noise on the stamps: the noise, in means.
constexpr std::array<double, 5> kNoiseRatios{0.05, 0.15, 0.4, 1, 2};
/// Index of the uniform law, which stands behind the gammas and the noisy ones.
constexpr std::size_t kUniform = kGammaShapes.size() + kNoiseRatios.size();
constexpr std::size_t kLaws = kUniform + 1;

constexpr double kFinestExcess = 1e-9;  ///< seconds: stamps are whole nanoseconds

using LogLikelihoods = std::array<double, kLaws>;

/// What one law makes of the delays of a direction: moments of its posterior given the slope.
struct Queue {
  double floor = 0;  ///< at time 0, seconds
  double floor_variance = 0;
  double log_wait = 0;  ///< of the mean wait in seconds
  double log_wait_variance = 0;
};
using Queues = std::array<Queue, kLaws>;

/// The delays of one direction under each law.
class DirectionDelays {
 public:
  /// Seconds. `sign`: what a growing offset does to the delays.
  DirectionDelays(std::vector<double> times, std::vector<double> delays, double sign);

  /// Of a slope, with floor and scale integrated out; up to a constant that all laws share.
  [[nodiscard]] const LogLikelihoods& log_likelihoods(double slope);
  /// For the last slope; meaningless for a law whose log likelihood is kImpossible.
  [[nodiscard]] const Queues& queues() const { return queues_; }

 private:
  using LogSums = std::array<LogMoments, kLaws>;

  struct Unit {
    double least = 0;  ///< delay, less what the slope makes of it
    double mean = 0;   ///< of the excesses above it
  };

  /// Fills excess_ with delays above the smallest, in units of their mean.
  Unit take_excess(double slope);
  void add_gamma_laws(LogSums& sums) const;
  void add_noisy_laws(LogSums& sums) const;
  void add_uniform_law(LogSums& sums) const;

  std::vector<double> times_;
  std::vector<double> delays_;
  double sign_;
  double count_;
  std::vector<double> excess_;
  std::array<double, kGammaShapes.size()> gamma_constants_{};
  double noisy_constant_ = 0;
  LogLikelihoods result_{};
  Queues queues_{};
};

/// Log likelihood of both directions together, the laws summed out under their prior.
[[nodiscard]] double joint(const LogLikelihoods& forward, const LogLikelihoods& backward);

/// One direction on both sides of a step, both evaluated at one slope.
struct Sides {
  const DirectionDelays& before;
  const DirectionDelays& after;
  const LogLikelihoods& log_likelihoods;  ///< of both sides together, each with its floor and scale
};

// Steps that leave the queueing as it was. They remove parameters that the sides have apart, by
// the density of their posterior where they agree (Savage-Dickey), taken as normal. A step's prior
// is a Cauchy of `step_scale` seconds: mostly small, and never impossible. The uniform law, of a
// coarse clock, has no part in them.

/// As joint(), where a clock's step is all that happened: one floor rises by what the other falls.
/// Both directions have one law.
[[nodiscard]] double joint_with_clock_step(const Sides& forward, const Sides& backward,
                                           double step_scale);

/// As joint(), where a step of one direction's floor is all that happened.
[[nodiscard]] double joint_with_path_step(const Sides& stepped, const LogLikelihoods& other,
                                          double step_scale);

}  // namespace guestclock::measure
