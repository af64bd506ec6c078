// The upper median.
#pragma once

#include <algorithm>
#include <vector>

namespace guestclock::measure {

/// `values` is not empty; of an even number the upper of the two in the middle.
[[nodiscard]] inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace guestclock::measure
