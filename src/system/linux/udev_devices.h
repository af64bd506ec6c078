// Devices of the running machine, by libudev. Works without udevd: libudev then reads sysfs itself.
// The library is opened when a device is first asked for: a start of the program that finds none
// does not pay for it, and where it is not installed sysfs is read without it.
#pragma once

#include <string>

#include "system/sysfs_devices.h"
#include "system/system.h"

namespace guestclock::system {

class UdevDevices final : public Devices {
 public:
  /// `files` must outlive this. `library` is what dlopen(3) takes; libudev.so.1 has been its name
  /// since systemd 183 (2012), and eudev's as well.
  explicit UdevDevices(const Files& files, std::string library = "libudev.so.1")
      : without_udev_(files), library_(std::move(library)) {}

  [[nodiscard]] Result<std::vector<Device>> enumerate(
      std::string_view subsystem, std::span<const std::string_view> attributes) const override;

 private:
  SysfsDevices without_udev_;
  std::string library_;
};

}  // namespace guestclock::system
