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

/// The delays of one direction under each law.
class DirectionDelays {
 public:
  /// Seconds. `sign`: what a growing offset does to the delays.
  DirectionDelays(std::vector<double> times, std::vector<double> delays, double sign);

  /// Of a slope, with floor and scale integrated out; up to a constant that all laws share.
  [[nodiscard]] const LogLikelihoods& log_likelihoods(double slope);

 private:
  using LogSums = std::array<LogSum, kLaws>;

  /// Fills excess_ with delays above the smallest, in units of their mean, which is returned.
  double take_excess(double slope);
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
};

/// Log likelihood of both directions together, the laws summed out under their prior.
[[nodiscard]] double joint(const LogLikelihoods& forward, const LogLikelihoods& backward);

}  // namespace guestclock::measure
