// The law of a queueing delay that was stamped by a noisy clock.
#pragma once

#include <array>
#include <cstddef>

namespace guestclock::measure {

/// Log density of an exponential of mean 1 plus a normal of mean 0 and deviation `ratio`
/// (exponentially modified Gaussian), from a table: it is asked for a million times in a fit.
/// Interpolation errs by less than 1e-3 where the density is above e^-14.
class NoisyExponential {
 public:
  /// `ratio` in 0.05 to 4.
  explicit NoisyExponential(double ratio);

  [[nodiscard]] double log_density(double x) const {
    const double place = (x - lowest_) * cells_per_unit_;
    if (!(place >= 0)) return exact_log_density(x);
    // Far out only the exponential is left.
    if (place >= static_cast<double>(kCells)) return table_.back() - (x - kHighest);
    const auto cell = static_cast<std::size_t>(place);
    const double part = place - static_cast<double>(cell);
    return table_[cell] + part * (table_[cell + 1] - table_[cell]);
  }
  [[nodiscard]] double ratio() const { return ratio_; }

  /// What the table holds, computed.
  [[nodiscard]] double exact_log_density(double x) const;

 private:
  static constexpr std::size_t kCells = 1500;
  static constexpr double kHighest = 14;

  double ratio_;
  double lowest_;
  double cells_per_unit_;
  std::array<double, kCells + 1> table_{};
};

}  // namespace guestclock::measure
