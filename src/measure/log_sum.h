// Sums of numbers that are too small to be anything but logarithms.
#pragma once

#include <cmath>
#include <limits>

namespace guestclock::measure {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();  ///< log of no probability

/// The log of a sum of exponentials, term by term.
class LogSum {
 public:
  void add(double term) {
    if (term == kImpossible) return;
    if (term > top_) {
      sum_ = sum_ * std::exp(top_ - term) + 1;
      top_ = term;
    } else {
      sum_ += std::exp(term - top_);
    }
  }

  [[nodiscard]] double value() const { return top_ == kImpossible ? top_ : top_ + std::log(sum_); }

 private:
  double top_ = kImpossible;
  double sum_ = 0;
};

}  // namespace guestclock::measure
