#include "system/linux/udev_devices.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include <dlfcn.h>
#include <libudev.h>

namespace guestclock::system {
namespace {

struct CloseLibrary {
  void operator()(void* library) const { ::dlclose(library); }
};

/// The functions of libudev that are used here, with the types that its header gives them.
struct Libudev {
  decltype(&::udev_new) start = nullptr;
  decltype(&::udev_unref) unref = nullptr;
  decltype(&::udev_enumerate_new) enumerate_new = nullptr;
  decltype(&::udev_enumerate_unref) enumerate_unref = nullptr;
  decltype(&::udev_enumerate_add_match_subsystem) match_subsystem = nullptr;
  decltype(&::udev_enumerate_scan_devices) scan_devices = nullptr;
  decltype(&::udev_enumerate_get_list_entry) found = nullptr;
  decltype(&::udev_list_entry_get_next) next = nullptr;
  decltype(&::udev_list_entry_get_name) entry_name = nullptr;
  decltype(&::udev_device_new_from_syspath) device_at = nullptr;
  decltype(&::udev_device_unref) device_unref = nullptr;
  decltype(&::udev_device_get_sysname) sysname = nullptr;
  decltype(&::udev_device_get_sysattr_value) attribute = nullptr;
  decltype(&::udev_device_get_devlinks_list_entry) links = nullptr;

  std::unique_ptr<void, CloseLibrary> library;
};

/// Nothing where the library is not installed or lacks one of the functions.
std::optional<Libudev> open_libudev(const std::string& name) {
  Libudev udev;
  udev.library.reset(::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!udev.library) return std::nullopt;
  bool complete = true;
  const auto take = [&](const char* symbol, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(
        ::dlsym(udev.library.get(), symbol));
    complete = complete && function != nullptr;
  };
  take("udev_new", udev.start);
  take("udev_unref", udev.unref);
  take("udev_enumerate_new", udev.enumerate_new);
  take("udev_enumerate_unref", udev.enumerate_unref);
  take("udev_enumerate_add_match_subsystem", udev.match_subsystem);
  take("udev_enumerate_scan_devices", udev.scan_devices);
  take("udev_enumerate_get_list_entry", udev.found);
  take("udev_list_entry_get_next", udev.next);
  take("udev_list_entry_get_name", udev.entry_name);
  take("udev_device_new_from_syspath", udev.device_at);
  take("udev_device_unref", udev.device_unref);
  take("udev_device_get_sysname", udev.sysname);
  take("udev_device_get_sysattr_value", udev.attribute);
  take("udev_device_get_devlinks_list_entry", udev.links);
  if (!complete) return std::nullopt;
  return udev;
}

/// A device may go away between the scan and this: then it has no name.
Device describe_device(const Libudev& libudev, udev* context, const char* syspath,
                       std::span<const std::string_view> attributes) {
  Device out;
  // A new object each time: libudev keeps the attributes it has once read.
  const std::unique_ptr<udev_device, decltype(libudev.device_unref)> device(
      libudev.device_at(context, syspath), libudev.device_unref);
  if (!device) return out;
  const char* const name = libudev.sysname(device.get());
  if (name == nullptr) return out;
  out.name = name;
  out.path = syspath;
  for (const std::string_view attribute : attributes) {
    const std::string key(attribute);
    if (const char* const value = libudev.attribute(device.get(), key.c_str())) {
      out.attributes.emplace_back(key, value);
    }
  }
  for (udev_list_entry* link = libudev.links(device.get()); link != nullptr;
       link = libudev.next(link)) {
    if (const char* const path = libudev.entry_name(link)) out.links.emplace_back(path);
  }
  return out;
}

}  // namespace

Result<std::vector<Device>> UdevDevices::enumerate(
    std::string_view subsystem, std::span<const std::string_view> attributes) const {
  const std::optional<Libudev> libudev = open_libudev(library_);
  if (!libudev) return without_udev_.enumerate(subsystem, attributes);
  const std::unique_ptr<udev, decltype(libudev->unref)> context(libudev->start(), libudev->unref);
  if (!context) return fail_errno(errno, "cannot start libudev");
  const std::unique_ptr<udev_enumerate, decltype(libudev->enumerate_unref)> scan(
      libudev->enumerate_new(context.get()), libudev->enumerate_unref);
  if (!scan) return fail_errno(errno, "cannot start libudev");
  const std::string wanted(subsystem);
  int result = libudev->match_subsystem(scan.get(), wanted.c_str());
  if (result >= 0) result = libudev->scan_devices(scan.get());
  std::vector<Device> devices;
  if (result == -ENOENT) return devices;
  if (result < 0) return fail_errno(-result, "cannot list the devices of subsystem " + wanted);
  for (udev_list_entry* entry = libudev->found(scan.get()); entry != nullptr;
       entry = libudev->next(entry)) {
    const char* const path = libudev->entry_name(entry);
    if (path == nullptr) continue;
    Device device = describe_device(*libudev, context.get(), path, attributes);
    if (!device.name.empty()) devices.push_back(std::move(device));
  }
  std::sort(devices.begin(), devices.end(),
            [](const Device& a, const Device& b) { return a.name < b.name; });
  return devices;
}

}  // namespace guestclock::system
