#include "system/linux/udev_devices.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <libudev.h>

namespace guestclock::system {
namespace {

struct Unref {
  void operator()(udev* context) const { ::udev_unref(context); }
  void operator()(udev_enumerate* scan) const { ::udev_enumerate_unref(scan); }
  void operator()(udev_device* device) const { ::udev_device_unref(device); }
};

/// A device may go away between the scan and this: then it has no name.
Device describe_device(udev* context, const char* syspath,
                       std::span<const std::string_view> attributes) {
  Device out;
  // A new object each time: libudev keeps the attributes it has once read.
  const std::unique_ptr<udev_device, Unref> device(
      ::udev_device_new_from_syspath(context, syspath));
  if (!device) return out;
  const char* const name = ::udev_device_get_sysname(device.get());
  if (name == nullptr) return out;
  out.name = name;
  out.path = syspath;
  for (const std::string_view attribute : attributes) {
    const std::string key(attribute);
    if (const char* const value = ::udev_device_get_sysattr_value(device.get(), key.c_str())) {
      out.attributes.emplace_back(key, value);
    }
  }
  for (udev_list_entry* link = ::udev_device_get_devlinks_list_entry(device.get()); link != nullptr;
       link = ::udev_list_entry_get_next(link)) {
    if (const char* const path = ::udev_list_entry_get_name(link)) out.links.emplace_back(path);
  }
  return out;
}

}  // namespace

Result<std::vector<Device>> UdevDevices::enumerate(
    std::string_view subsystem, std::span<const std::string_view> attributes) const {
  const std::unique_ptr<udev, Unref> context(::udev_new());
  if (!context) return fail_errno(errno, "cannot start libudev");
  const std::unique_ptr<udev_enumerate, Unref> scan(::udev_enumerate_new(context.get()));
  if (!scan) return fail_errno(errno, "cannot start libudev");
  const std::string wanted(subsystem);
  int result = ::udev_enumerate_add_match_subsystem(scan.get(), wanted.c_str());
  if (result >= 0) result = ::udev_enumerate_scan_devices(scan.get());
  std::vector<Device> devices;
  if (result == -ENOENT) return devices;
  if (result < 0) return fail_errno(-result, "cannot list the devices of subsystem " + wanted);
  for (udev_list_entry* entry = ::udev_enumerate_get_list_entry(scan.get()); entry != nullptr;
       entry = ::udev_list_entry_get_next(entry)) {
    const char* const path = ::udev_list_entry_get_name(entry);
    if (path == nullptr) continue;
    Device device = describe_device(context.get(), path, attributes);
    if (!device.name.empty()) devices.push_back(std::move(device));
  }
  std::sort(devices.begin(), devices.end(),
            [](const Device& a, const Device& b) { return a.name < b.name; });
  return devices;
}

}  // namespace guestclock::system
