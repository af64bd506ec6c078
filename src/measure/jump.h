// Where in a run a clock or the path may have jumped.
#pragma once

#include <cstddef>
#include <vector>

namespace guestclock::measure {

struct Jump {
  std::size_t at = 0;  ///< the first exchange after it; 0: there is none
  double slope = 0;    ///< of the offset by least squares with that jump
};

/// The instant at which a jump of the offset explains most; none where a run is too short for any,
/// or the jump is no more than rounding. `times` sum to 0 and rise; seconds.
[[nodiscard]] Jump likeliest_jump(const std::vector<double>& times,
                                  const std::vector<double>& offsets);

}  // namespace guestclock::measure
