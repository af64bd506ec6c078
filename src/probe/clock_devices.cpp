#include "probe/clock_devices.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;

struct StockName {
  std::string_view clock_name;
  std::string_view path;
};
/// The links that udev's own rules make.
constexpr std::array<StockName, 2> kStockNames{{
    {"KVM virtual PTP", "/dev/ptp_kvm"},
    {"hyperv", "/dev/ptp_hyperv"},
}};

// Hardware ids in the names under /sys/bus/acpi/devices, as the vmclock and vmgenid drivers and
// Firecracker, QEMU, Xen and Hyper-V have them. Drivers go by the compatible id, which would cost a
// read for each device.
constexpr std::array<std::string_view, 2> kVmclockIds{"AMZNC10C", "VMCLOCK"};
constexpr std::array<std::string_view, 5> kVmgenidIds{"VMGENCTR", "VM_GEN_COUNTER", "QEMUVGID",
                                                      "XEN0000", "HYPER_V_GEN_COUNTER_V1"};
constexpr std::string_view kVmclockCompatible = "amazon,vmclock";
constexpr std::string_view kVmgenidCompatible = "microsoft,vmgenid";
constexpr std::array<std::string_view, 3> kTreeNodes{"vmclock", "vmgenid", "ptp"};
constexpr std::size_t kMaxCompatible = 4096;

Fact<std::string> attribute(const system::Device& device, std::string_view name) {
  const std::string* const value = device.attribute(name);
  if (value == nullptr) {
    return Fact<std::string>::unknown(device.path + " has no attribute " + std::string(name));
  }
  return std::string(trim(*value));
}

/// Devices of a class. The directory is looked at first: libudev is not started for nothing.
Fact<std::vector<system::Device>> class_devices(const system::System& system,
                                                std::string_view subsystem,
                                                std::span<const std::string_view> attributes) {
  using Found = Fact<std::vector<system::Device>>;
  const auto names = system.files().list("/sys/class/" + std::string(subsystem));
  if (!names && names.error().code != ErrorCode::not_found) {
    return Found::unknown(unknown_reason(system, names.error()));
  }
  if (!names && !system.live() && !system.files().exists("/sys/class")) return Found::live_only();
  if (!names || names->empty()) return Found(std::vector<system::Device>());
  auto devices = system.devices().enumerate(subsystem, attributes);
  if (!devices) return Found::unknown(unknown_reason(system, devices.error()));
  return std::move(*devices);
}

/// Without udevd nothing says which links a device has; a stock one may still be there.
bool stock_link_leads_to(const system::Files& files, std::string_view link,
                         const std::string& name) {
  const auto target = files.resolve(link);
  return target && *target == "/dev/" + name;
}

std::string stable_name(const system::Files& files, const system::Device& device,
                        const Fact<std::string>& clock_name) {
  const auto stock = std::find_if(kStockNames.begin(), kStockNames.end(), [&](const auto& one) {
    return clock_name.known() && one.clock_name == clock_name.value();
  });
  const auto& links = device.links;
  if (stock != kStockNames.end()) {
    const bool listed = contains(links, stock->path);
    if (listed || stock_link_leads_to(files, stock->path, device.name)) {
      return std::string(stock->path);
    }
  }
  const auto first = std::min_element(links.begin(), links.end());
  return first == links.end() ? std::string() : *first;
}

struct Seen {
  bool vmclock = false;
  bool vmgenid = false;
};

/// "AMZNC10C:00". The kernel writes ids in capitals, but for long ones.
Seen among_acpi_devices(const std::vector<std::string>& names) {
  Seen seen;
  for (const std::string& name : names) {
    std::string id = name.substr(0, name.find(':'));
    std::transform(id.begin(), id.end(), id.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    seen.vmclock = seen.vmclock || contains(kVmclockIds, id);
    seen.vmgenid = seen.vmgenid || contains(kVmgenidIds, id);
  }
  return seen;
}

/// Nodes at the root of the device tree; `compatible` is a list of strings that end with NUL.
Seen among_tree_nodes(const system::Files& files, const std::vector<std::string>& names) {
  Seen seen;
  for (const std::string& name : names) {
    if (!contains(kTreeNodes, std::string_view(name).substr(0, name.find('@')))) continue;
    const auto text = files.read("/proc/device-tree/" + name + "/compatible", kMaxCompatible);
    if (!text) continue;
    for (const std::string_view compatible : nul_separated(*text)) {
      seen.vmclock = seen.vmclock || compatible == kVmclockCompatible;
      seen.vmgenid = seen.vmgenid || compatible == kVmgenidCompatible;
    }
  }
  return seen;
}

/// Nothing where neither ACPI nor a device tree can be looked at.
std::optional<Seen> described_by_firmware(const system::System& system) {
  const system::Files& files = system.files();
  if (const auto names = files.list("/sys/bus/acpi/devices")) return among_acpi_devices(*names);
  if (const auto names = files.list("/proc/device-tree")) return among_tree_nodes(files, *names);
  // A running machine without both has none of these devices; of others it is not recorded.
  return system.live() ? std::optional(Seen()) : std::nullopt;
}

}  // namespace

Fact<std::vector<model::PtpDevice>> probe_ptp(const system::System& system) {
  using Found = Fact<std::vector<model::PtpDevice>>;
  static constexpr std::array<std::string_view, 1> kAttributes{"clock_name"};
  const auto devices = class_devices(system, "ptp", kAttributes);
  if (!devices.known()) return Found::unknown(devices.reason());
  std::vector<model::PtpDevice> found;
  for (const system::Device& device : devices.value()) {
    const Fact<std::string> clock_name = attribute(device, "clock_name");
    found.push_back({device.name, clock_name, stable_name(system.files(), device, clock_name)});
  }
  return found;
}

Fact<std::vector<model::RtcDevice>> probe_rtc(const system::System& system) {
  using Found = Fact<std::vector<model::RtcDevice>>;
  static constexpr std::array<std::string_view, 2> kAttributes{"name", "hctosys"};
  const auto devices = class_devices(system, "rtc", kAttributes);
  if (!devices.known()) return Found::unknown(devices.reason());
  std::vector<model::RtcDevice> found;
  for (const system::Device& device : devices.value()) {
    const Fact<std::string> hctosys = attribute(device, "hctosys");
    found.push_back({device.name, attribute(device, "name"),
                     hctosys.known() ? Fact<bool>(hctosys.value() == "1")
                                     : Fact<bool>::unknown(hctosys.reason())});
  }
  return found;
}

HypervisorDevices probe_hypervisor_devices(const system::System& system) {
  const system::Files& files = system.files();
  const std::optional<Seen> seen = described_by_firmware(system);
  if (!seen) {
    return {{Fact<bool>::live_only(), Fact<std::string>::live_only()}, Fact<bool>::live_only()};
  }
  HypervisorDevices found;
  found.vmclock.offered = seen->vmclock;
  found.vmclock.device = std::string();
  found.vmgenid = seen->vmgenid;
  if (seen->vmclock &&
      (files.exists("/sys/class/misc/vmclock0") || files.exists("/dev/vmclock0"))) {
    found.vmclock.device = std::string("/dev/vmclock0");
  }
  return found;
}

}  // namespace guestclock::probe
