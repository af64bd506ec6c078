// Sums of numbers that are too small to be anything but logarithms.
#pragma once

#include <algorithm>
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

/// As LogSum, with mean and variance of what the terms weigh.
class LogMoments {
 public:
  void add(double term, double value) {
    if (term == kImpossible) return;
    double weight = 1;
    if (term > top_) {
      const double shrink = std::exp(top_ - term);
      sum_ *= shrink;
      first_ *= shrink;
      second_ *= shrink;
      top_ = term;
    } else {
      weight = std::exp(term - top_);
    }
    sum_ += weight;
    first_ += weight * value;
    second_ += weight * value * value;
  }

  [[nodiscard]] double log_sum() const {
    return top_ == kImpossible ? top_ : top_ + std::log(sum_);
  }
  [[nodiscard]] double mean() const { return first_ / sum_; }
  [[nodiscard]] double variance() const { return std::max(0.0, second_ / sum_ - mean() * mean()); }

 private:
  double top_ = kImpossible;
  double sum_ = 0;
  double first_ = 0;
  double second_ = 0;
};

}  // namespace guestclock::measure
