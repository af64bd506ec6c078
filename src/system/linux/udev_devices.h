// Devices of the running machine, by libudev. Works without udevd: libudev then reads sysfs itself.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class UdevDevices final : public Devices {
 public:
  [[nodiscard]] Result<std::vector<Device>> enumerate(
      std::string_view subsystem, std::span<const std::string_view> attributes) const override;
};

}  // namespace guestclock::system
