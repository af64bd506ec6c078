// Physical quantities that must not be confused with plain numbers. Times are std::chrono.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace guestclock {

using Nanoseconds = std::chrono::nanoseconds;

/// Parts per million of rate. As a rate error: local gain per true second (positive = runs fast).
struct Ppm {
  double value = 0.0;
  friend auto operator<=>(const Ppm&, const Ppm&) = default;
};

struct Hertz {
  std::int64_t value = 0;
  friend auto operator<=>(const Hertz&, const Hertz&) = default;
};

/// Seconds as a floating-point number: for reports, never for clock arithmetic.
[[nodiscard]] inline double to_seconds(Nanoseconds t) {
  return std::chrono::duration<double>(t).count();
}

}  // namespace guestclock
