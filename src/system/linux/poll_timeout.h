// poll(2) counts in milliseconds.
#pragma once

#include <limits>

#include "base/units.h"

namespace guestclock::system {

/// Rounded up, as rounding down would spin at the end of a wait.
[[nodiscard]] inline int poll_timeout(Nanoseconds timeout) {
  if (timeout <= Nanoseconds::zero()) return 0;
  constexpr auto kLongest = std::chrono::milliseconds(std::numeric_limits<int>::max());
  if (timeout >= kLongest) return std::numeric_limits<int>::max();
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count());
}

}  // namespace guestclock::system
