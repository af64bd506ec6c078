#include "measure/noisy_exponential.h"

#include <cmath>
#include <numbers>

namespace guestclock::measure {

NoisyExponential::NoisyExponential(double ratio)
    : ratio_(ratio),
      lowest_(-6 * ratio - 0.5),
      cells_per_unit_(static_cast<double>(kCells) / (kHighest - lowest_)) {
  for (std::size_t i = 0; i < table_.size(); ++i) {
    table_.at(i) = exact_log_density(lowest_ + static_cast<double>(i) / cells_per_unit_);
  }
}

double NoisyExponential::exact_log_density(double x) const {
  // exp(ratio^2 / 2 - x) erfc((ratio - x / ratio) / sqrt 2) / 2
  constexpr double kAsymptotic = 5;
  const double argument = (ratio_ - x / ratio_) / std::numbers::sqrt2;
  const double exponent = ratio_ * ratio_ / 2 - x;
  if (argument < kAsymptotic) return exponent + std::log(std::erfc(argument) / 2);
  // erfc(w) = exp(-w^2) / (w sqrt pi) (1 - 1 / (2 w^2) + ...), which does not underflow in the log.
  const double square = argument * argument;
  return exponent - square - std::log(2 * argument / std::numbers::inv_sqrtpi) +
         std::log1p(-1 / (2 * square));
}

}  // namespace guestclock::measure
