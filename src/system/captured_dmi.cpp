#include "system/captured_dmi.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::system {
namespace {

struct Field {
  std::int64_t type;      ///< SMBIOS structure type
  std::string_view key;   ///< as dmidecode prints it
  std::string_view file;  ///< as the kernel names it
};

constexpr std::array<Field, 16> kFields = {{
    {0, "Vendor", "bios_vendor"},
    {0, "Version", "bios_version"},
    {0, "Release Date", "bios_date"},
    {1, "Manufacturer", "sys_vendor"},
    {1, "Product Name", "product_name"},
    {1, "Version", "product_version"},
    {1, "Serial Number", "product_serial"},
    {1, "UUID", "product_uuid"},
    {1, "Family", "product_family"},
    {2, "Manufacturer", "board_vendor"},
    {2, "Product Name", "board_name"},
    {2, "Version", "board_version"},
    {3, "Manufacturer", "chassis_vendor"},
    {3, "Asset Tag", "chassis_asset_tag"},
    {3, "Version", "chassis_version"},
    {3, "Type", "chassis_type"},
}};

/// The kernel shows the number, dmidecode its name (SMBIOS 3.6, table 17).
constexpr std::array<std::string_view, 36> kChassisTypes = {
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All In One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "Sub Chassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system",
    "CompactPCI",
    "AdvancedTCA",
    "Blade",
    "Blade Enclosing",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT Gateway",
    "Embedded PC",
    "Mini PC",
    "Stick PC",
};

/// "Handle 0x0001, DMI type 1, 27 bytes"
std::optional<std::int64_t> structure_type(std::string_view line) {
  constexpr std::string_view kMark = "DMI type ";
  const std::size_t at = line.find(kMark);
  if (!line.starts_with("Handle ") || at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + kMark.size());
  return parse_int(rest.substr(0, rest.find(',')));
}

std::string as_the_kernel_shows(const Field& field, std::string_view value) {
  if (value == "Not Specified") return {};
  if (field.file != "chassis_type") return std::string(value);
  const auto found = std::find(kChassisTypes.begin(), kChassisTypes.end(), value);
  if (found == kChassisTypes.end()) return std::string(value);
  return fmt::format("{}", found - kChassisTypes.begin() + 1);
}

}  // namespace

std::map<std::string, std::string> dmi_files_from_dmidecode(std::string_view text) {
  std::map<std::string, std::string> files;
  std::set<std::int64_t> seen;
  std::optional<std::int64_t> type;
  bool virtual_machine = false;
  for (std::string_view line : lines(text)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const auto started = structure_type(line)) {
      type = seen.insert(*started).second ? started : std::nullopt;
      continue;
    }
    // One tab: a field. Two: an item of a list.
    virtual_machine = virtual_machine || (type == 0 && trim(line) == "System is a virtual machine");
    if (!type || !line.starts_with('\t') || line.starts_with("\t\t")) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = line.substr(1, colon - 1);
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    for (const Field& field : kFields) {
      if (field.type != *type || field.key != key) continue;
      files.emplace(fmt::format("/sys/class/dmi/id/{}", field.file),
                    as_the_kernel_shows(field, value) + "\n");
    }
  }
  if (seen.count(0) != 0) {
    files.emplace("/sys/firmware/dmi/entries/0-0/raw", smbios_bios_structure(virtual_machine));
  }
  return files;
}

std::string smbios_bios_structure(bool virtual_machine) {
  constexpr std::size_t kLength = 0x14;
  constexpr char kVirtualMachine = 1 << 4;
  std::string bytes(kLength, '\0');
  bytes[1] = kLength;
  if (virtual_machine) bytes.back() = kVirtualMachine;
  return bytes;
}

}  // namespace guestclock::system
