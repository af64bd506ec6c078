// Which clocksource the kernel uses: the one thing that measuring may change, and only when it is
// asked to (--switch).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace guestclock::system {

class ClocksourceControl {
 public:
  virtual ~ClocksourceControl() = default;
  [[nodiscard]] virtual Result<std::string> current() const = 0;
  /// In the kernel's order.
  [[nodiscard]] virtual Result<std::vector<std::string>> available() const = 0;
  /// The kernel may refuse without saying so: current() tells.
  [[nodiscard]] virtual Result<void> choose(std::string_view name) = 0;
};

}  // namespace guestclock::system
