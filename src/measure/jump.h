// Where in a run a clock or the path may have jumped.
#pragma once

#include <cstddef>
#include <vector>

namespace guestclock::measure {

/// Delays of both directions in order of time, in seconds; `times` sum to 0.
struct Delays {
  const std::vector<double>& times;
  const std::vector<double>& forward;
  const std::vector<double>& backward;
};

struct Jumps {
  std::vector<std::size_t> at;  ///< the first exchange after each; the one of least squares first
  double slope = 0;             ///< of the offset, by least squares with a jump at at[0]
};

/// The few instants at which a jump of the offset may have been: where it explains most by least
/// squares, and those that the floors of exponential waits make likeliest, unless they make none
/// likelier still. `slope` is that of least squares without a jump; slopes within `reach` of it
/// and of that with a jump are tried. Nothing where a run is too short for any, or the jump is no
/// more than rounding.
[[nodiscard]] Jumps likeliest_jumps(const Delays& delays, double slope, double reach);

}  // namespace guestclock::measure
