// The running kernel's clocksource, by sysfs.
#pragma once

#include "base/unique_fd.h"
#include "system/clocksource_control.h"

namespace guestclock::system {

class LiveClocksourceControl final : public ClocksourceControl {
 public:
  /// `permission` where it may not be chosen here.
  [[nodiscard]] static Result<std::unique_ptr<ClocksourceControl>> open();

  [[nodiscard]] Result<std::string> current() const override;
  [[nodiscard]] Result<std::vector<std::string>> available() const override;
  [[nodiscard]] Result<void> choose(std::string_view name) override;

 private:
  explicit LiveClocksourceControl(UniqueFd current) : current_(std::move(current)) {}

  UniqueFd current_;  ///< held open: giving it back must not fail for want of a descriptor
};

}  // namespace guestclock::system
