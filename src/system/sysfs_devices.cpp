#include "system/sysfs_devices.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::system {
namespace {

constexpr std::size_t kMaxAttribute = std::size_t{64} << 10U;

std::string without_line_end(std::string value) {
  while (value.ends_with('\n') || value.ends_with('\r'))
    value.pop_back();
  return value;
}

/// What udevd wrote down of the device: a line "S:ptp_kvm" for each of its links.
std::vector<std::string> recorded_links(const Files& files, const std::string& path) {
  std::vector<std::string> links;
  const auto number = files.read(path + "/dev", kMaxAttribute);
  if (!number) return links;
  const auto record = files.read(fmt::format("/run/udev/data/c{}", trim(*number)), kMaxAttribute);
  if (!record) return links;
  for (const std::string_view line : lines(*record)) {
    if (line.starts_with("S:")) links.push_back(fmt::format("/dev/{}", line.substr(2)));
  }
  return links;
}

}  // namespace

Result<std::vector<Device>> SysfsDevices::enumerate(
    std::string_view subsystem, std::span<const std::string_view> attributes) const {
  std::vector<Device> devices;
  for (const std::string& directory :
       {fmt::format("/sys/class/{}", subsystem), fmt::format("/sys/bus/{}/devices", subsystem)}) {
    const auto names = files_.list(directory);
    if (!names && names.error().code == ErrorCode::not_found) continue;
    if (!names) return tl::make_unexpected(names.error());
    for (const std::string& name : *names) {
      const std::string path = directory + "/" + name;
      const auto status = files_.status(path);
      if (!status || status->kind != FileKind::directory) continue;
      Device device;
      device.name = name;
      device.path = files_.resolve(path).value_or(path);
      for (const std::string_view attribute : attributes) {
        if (auto value = files_.read(fmt::format("{}/{}", path, attribute), kMaxAttribute)) {
          device.attributes.emplace_back(attribute, without_line_end(std::move(*value)));
        }
      }
      device.links = recorded_links(files_, path);
      devices.push_back(std::move(device));
    }
  }
  std::sort(devices.begin(), devices.end(),
            [](const Device& a, const Device& b) { return a.name < b.name; });
  return devices;
}

}  // namespace guestclock::system
