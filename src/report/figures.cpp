#include "report/figures.h"

#include <cmath>

#include <fmt/format.h>

namespace guestclock::report {
namespace {

/// A number without a negative zero.
std::string fixed(double value, int decimals) {
  const std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
  return is_zero && text.starts_with('-') ? text.substr(1) : text;
}

/// Decimals that still mean something beside this uncertainty.
int decimals_beside(double half_width) {
  if (half_width >= 0.5) return 1;
  return half_width >= 0.05 ? 2 : 3;
}

std::string three_digits(double value) {
  const double size = std::fabs(value);
  if (size >= 100) return fixed(value, 0);
  return fixed(value, size >= 10 ? 1 : 2);
}

}  // namespace

std::string rate_in_words(const model::Fact<double>& rate_error_ppm,
                          const model::Fact<model::Interval>& ci95_ppm) {
  if (!rate_error_ppm.known()) return "unknown: " + rate_error_ppm.reason();
  const double rate = rate_error_ppm.value();
  const double sign = rate < 0 ? -1 : 1;
  const int decimals = ci95_ppm.known() ? decimals_beside(ci95_ppm.value().half_width()) : 1;
  std::string text = fmt::format("runs {} by {} ppm", rate < 0 ? "slow" : "fast",
                                 fixed(std::fabs(rate), decimals));
  if (!ci95_ppm.known()) return text;
  const model::Interval& ci = ci95_ppm.value();
  const double low = sign > 0 ? ci.low : -ci.high;
  const double high = sign > 0 ? ci.high : -ci.low;
  text += fmt::format(" (95 %: {} to {})", fixed(low, decimals), fixed(high, decimals));
  if (low <= 0 && high >= 0) text += ", so it may run true";
  return text;
}

std::string offset_in_words(const model::Fact<double>& offset_s) {
  if (!offset_s.known()) return "unknown: " + offset_s.reason();
  const double offset = offset_s.value();
  return (offset < 0 ? "ahead by " : "behind by ") + seconds_in_words(std::fabs(offset));
}

std::string seconds_in_words(double seconds) {
  const double size = std::fabs(seconds);
  if (size == 0) return "0 s";
  if (size >= 1) return three_digits(seconds) + " s";
  if (size >= 1e-3) return three_digits(seconds * 1e3) + " ms";
  if (size >= 1e-6) return three_digits(seconds * 1e6) + " us";
  return three_digits(seconds * 1e9) + " ns";
}

std::string seconds_in_words(const model::Fact<double>& seconds) {
  return seconds.known() ? seconds_in_words(seconds.value()) : "unknown: " + seconds.reason();
}

std::string per_day_in_words(double rate_error_ppm) {
  constexpr double kSecondsPerDay = 86400;
  const double seconds = rate_error_ppm * 1e-6 * kSecondsPerDay;
  return (seconds < 0 ? "loses " : "gains ") + seconds_in_words(std::fabs(seconds)) + " a day";
}

}  // namespace guestclock::report
