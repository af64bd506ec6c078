// Devices of an unbooted tree or a capture: the sysfs files in it, without libudev (which knows the
// running machine only).
#pragma once

#include "system/system.h"

namespace guestclock::system {

class SysfsDevices final : public Devices {
 public:
  /// `files` must outlive this.
  explicit SysfsDevices(const Files& files) : files_(files) {}

  /// From /sys/class/SUBSYSTEM and /sys/bus/SUBSYSTEM/devices. Attributes end without their
  /// newline, as libudev gives them. Links (character devices only) from what udevd left in
  /// /run/udev/data.
  [[nodiscard]] Result<std::vector<Device>> enumerate(
      std::string_view subsystem, std::span<const std::string_view> attributes) const override;

 private:
  const Files& files_;
};

}  // namespace guestclock::system
