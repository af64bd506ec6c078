#include "probe/hypervisor_evidence.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

constexpr std::uint32_t kFirstBlock = 0x40000000;
constexpr std::uint32_t kBlockStep = 0x100;
constexpr std::uint32_t kBlocks = 256;
constexpr std::uint32_t kHypervisorBit = 1U << 31U;

constexpr std::array<const char*, 10> kDmiFields{
    "sys_vendor", "product_name", "product_version", "product_family", "board_vendor",
    "board_name", "bios_vendor",  "bios_version",    "chassis_vendor", "chassis_asset_tag"};

void append_bytes(std::string& text, std::uint32_t word) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    text += static_cast<char>(word >> shift & 0xffU);
  }
}

std::vector<CpuidBlock> scan_blocks(const system::Cpuid& cpuid) {
  std::vector<CpuidBlock> found;
  int empty = 0;
  for (std::uint32_t n = 0; n < kBlocks && empty < 2; ++n) {
    const std::uint32_t base = kFirstBlock + n * kBlockStep;
    const auto registers = cpuid.leaf(base);
    std::string signature;
    if (registers) {
      append_bytes(signature, registers->ebx);
      append_bytes(signature, registers->ecx);
      append_bytes(signature, registers->edx);
      signature.erase(signature.find_last_not_of('\0') + 1);
    }
    if (signature.empty()) {
      ++empty;
    } else {
      empty = 0;
      found.push_back({base, registers->eax, signature});
    }
  }
  return found;
}

/// Looks for a word in the first "flags" line, and for user-mode Linux' vendor.
void read_cpuinfo(const std::string& text, HypervisorEvidence& evidence) {
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "vendor_id" && value == "User Mode Linux") evidence.user_mode_linux = true;
    if (name != "flags") continue;
    const auto flags = words(value);
    if (!evidence.cpu_bit.known()) {
      evidence.cpu_bit = std::find(flags.begin(), flags.end(), "hypervisor") != flags.end();
    }
    return;
  }
}

void read_xen(const system::Files& files, HypervisorEvidence& evidence) {
  if (const auto type = files.read("/sys/hypervisor/type")) {
    evidence.xen_type = trim(*type) == "xen";
  }
  evidence.xen_type = evidence.xen_type || files.exists("/proc/xen");
  if (const auto features = files.read("/sys/hypervisor/properties/features")) {
    // Hexadecimal without 0x.
    const std::string_view digits = trim(*features);
    std::uint32_t bits = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    if (error == std::errc{} && end == digits.data() + digits.size()) evidence.xen_features = bits;
  }
}

}  // namespace

HypervisorEvidence gather_hypervisor_evidence(const system::System& system) {
  HypervisorEvidence evidence;
  const system::Files& files = system.files();
  if (const auto features = system.cpuid().leaf(1)) {
    evidence.cpu_bit = (features->ecx & kHypervisorBit) != 0;
    evidence.anything = true;
  } else {
    evidence.cpu_bit = model::Fact<bool>::unknown(unknown_reason(system, features.error()));
  }
  if (const auto cpuinfo = files.read("/proc/cpuinfo")) {
    read_cpuinfo(*cpuinfo, evidence);
    evidence.anything = true;
  }
  if (evidence.cpu_bit.value_or(false)) evidence.blocks = scan_blocks(system.cpuid());
  for (const char* const field : kDmiFields) {
    if (const auto value = files.read(std::string("/sys/class/dmi/id/") + field, 4096)) {
      evidence.anything = true;
      if (!trim(*value).empty()) evidence.dmi[field] = trim(*value);
    }
  }
  if (const auto devices = files.list("/sys/bus/acpi/devices")) {
    for (const std::string& device : *devices) {
      evidence.acpi_ids.push_back(device.substr(0, device.find(':')));
    }
  }
  read_xen(files, evidence);
  evidence.anything = evidence.anything || evidence.xen_type;
  if (const auto kernel = system.identity().kernel()) evidence.kernel_release = kernel->release;
  return evidence;
}

}  // namespace guestclock::probe
