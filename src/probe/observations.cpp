#include "probe/observations.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "probe/architecture.h"
#include "probe/cpu_flags.h"
#include "probe/unknown_reason.h"
#include "probe/unread.h"

namespace guestclock::probe {
namespace {

using tables::ClueCondition;
using Source = ClueCondition::Source;

constexpr std::uint32_t kHypervisorBit = 1U << 31U;
constexpr std::size_t kTextLimit = std::size_t{64} << 10U;
constexpr std::string_view kSmbiosBios = "/sys/firmware/dmi/entries/0-0/raw";

constexpr std::uint32_t kTdxLeaf = 0x21;  // Intel TDX module, "IntelTDX    " in EBX, EDX, ECX
constexpr system::CpuidRegisters kTdxName{0, 0x65746e49, 0x20202020, 0x5844546c};
constexpr std::uint32_t kSevLeaf = 0x8000001f;  // AMD APM volume 3, E.4.17

bool is_x86(const Observations& seen) {
  const std::string arch = seen.arch.value_or("");
  return arch == "x86_64" || arch == "i386";
}

/// The row asks for another architecture: what it looks at cannot be here.
bool elsewhere(const std::vector<ClueCondition>& conditions, const Observations& seen) {
  return std::any_of(conditions.begin(), conditions.end(), [&](const ClueCondition& condition) {
    return condition.source == Source::arch && seen.arch.known() &&
           seen.arch.value().starts_with(condition.name) == condition.negated;
  });
}

class Observer {
 public:
  explicit Observer(const system::System& system) : system_(system), files_(system.files()) {}

  Observations observe(const tables::Hypervisors& table) {
    identify();
    read_cpu();
    dmi_ = files_.exists("/sys/class/dmi/id");
    tree_ = !is_x86(seen_) && files_.exists("/proc/device-tree");
    seen_.dmi = dmi_;
    list_devices();
    read_xen();
    read_smbios_bit();
    read_confidential();
    read_namespace();
    for (const tables::Clue& clue : table.clues)
      read(clue.when);
    for (const tables::ContainerClue& clue : table.containers)
      read(clue.when);
    read_tracer();
    if (!is_initial_pid_namespace(seen_.pid_namespace.value_or(""))) read_container(table);
    return std::move(seen_);
  }

 private:
  void identify() {
    if (const auto kernel = system_.identity().kernel()) {
      seen_.release = kernel->release;
      if (!kernel->machine.empty()) seen_.arch = normalise_arch(kernel->machine);
    }
    if (!seen_.arch.known()) seen_.arch = model::Fact<std::string>::unknown("not recorded");
  }

  void read_cpu() {
    const auto features = system_.cpuid().leaf(1);
    if (features) {
      seen_.cpu_bit = (features->ecx & kHypervisorBit) != 0;
      seen_.cpuid = seen_.anything = true;
    } else {
      seen_.cpu_bit = model::Fact<bool>::unknown(unknown_reason(system_, features.error()));
    }
    read_cpuinfo();
    if (!seen_.cpuid) read_freebsd_signature();
    if (!seen_.cpuid || !seen_.cpu_bit.value()) return;
    seen_.blocks = scan_cpuid_blocks(system_.cpuid());
    read_hyperv();
    const auto tdx = system_.cpuid().leaf(kTdxLeaf);
    seen_.tdx_leaf =
        tdx && tdx->ebx == kTdxName.ebx && tdx->ecx == kTdxName.ecx && tdx->edx == kTdxName.edx;
    const auto sev = system_.cpuid().leaf(kSevLeaf);
    if (sev) seen_.sev_eax = sev->eax;
  }

  /// What FreeBSD's kernel kept of the first block; it looks no further.
  void read_freebsd_signature() {
    auto vendor = system_.sysctl().get("hw.hv_vendor");
    if (!vendor) return;
    while (vendor->ends_with('\n'))
      vendor->pop_back();
    if (!vendor->empty()) seen_.blocks.push_back({0x40000000, 0x40000000, std::move(*vendor)});
  }

  void read_cpuinfo() {
    const bool x86 = is_x86(seen_);
    const auto text = x86 ? files_.read_start("/proc/cpuinfo", kFirstCpu)
                          : files_.read_start("/proc/cpuinfo", kTextLimit);
    Seen& file = seen_.files["/proc/cpuinfo"];
    if (!text) return;
    file.exists = true;
    file.text = *text;
    seen_.anything = seen_.anything || !trim(*text).empty();
    const auto flags = cpu_flags(*text);
    if (seen_.cpu_bit.known() || !flags || !has_cpuid_flags()) return;
    seen_.cpu_bit = contains(*flags, "hypervisor");
  }

  /// "flags" of another architecture have no hypervisor bit.
  [[nodiscard]] bool has_cpuid_flags() const { return is_x86(seen_) || !seen_.arch.known(); }

  void read_hyperv() {
    constexpr std::uint32_t kPrivileges = 3;
    constexpr std::uint32_t kIsolation = 0xc;
    const CpuidBlock* const block = find_block(seen_.blocks, kHypervSignature);
    if (block == nullptr) return;
    const auto privileges = block_leaf(system_, *block, kPrivileges);
    if (!privileges.known()) return;
    seen_.hyperv = HypervLeaves{privileges.value().ebx, std::nullopt};
    const auto isolation = block_leaf(system_, *block, kIsolation);
    if (isolation.known()) seen_.hyperv->isolation_ebx = isolation.value().ebx;
  }

  void list_devices() {
    if (const auto devices = files_.list("/sys/bus/acpi/devices")) {
      for (const std::string& device : *devices)
        seen_.acpi_ids.push_back(device.substr(0, device.find(':')));
    }
    if (tree_) {
      seen_.tree_nodes = files_.list("/proc/device-tree").value_or(std::vector<std::string>());
    }
    const auto available =
        files_.read("/sys/devices/system/clocksource/clocksource0/available_clocksource");
    if (available) seen_.clocksources = words(*available);
  }

  void read_xen() {
    XenInterface& xen = seen_.xen;
    xen.bus = files_.exists("/sys/bus/xen");
    xen.proc_xen = files_.exists("/proc/xen");
    if (xen.proc_xen) xen.capabilities = text_or_empty("/proc/xen/capabilities");
    if (!files_.exists("/sys/hypervisor")) return;
    xen.type = text_or_empty("/sys/hypervisor/type");
    xen.guest_type = text_or_empty("/sys/hypervisor/guest_type");
    // Hexadecimal without 0x.
    const std::string digits = text_or_empty("/sys/hypervisor/properties/features");
    std::uint32_t bits = 0;
    const char* const last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, bits, 16);
    if (error == std::errc{} && end == last) xen.features = bits;
  }

  std::string text_or_empty(std::string_view path) {
    const auto text = files_.read(path, kTextLimit);
    if (!text) return {};
    seen_.anything = true;
    return std::string(trim(*text));
  }

  /// SMBIOS 3.6, 7.1.2.2: BIOS characteristics extension byte 2 (offset 0x13), bit 4.
  void read_smbios_bit() {
    constexpr std::size_t kOffset = 0x13;
    constexpr unsigned kBit = 1U << 4U;
    if (seen_.cpu_bit.value_or(false)) {
      seen_.smbios_vm = model::Fact<bool>::unknown("not needed: CPUID shows a hypervisor");
      return;
    }
    const auto raw = files_.read(kSmbiosBios, 4096);
    if (!raw) {
      seen_.smbios_vm = model::Fact<bool>::unknown(unknown_reason(system_, raw.error()));
      note_unread(seen_.unread, raw.error(), "the SMBIOS virtual machine bit",
                  "CAP_DAC_READ_SEARCH");
    } else if (raw->size() <= kOffset) {
      seen_.smbios_vm = model::Fact<bool>::unknown("the BIOS structure is too short for it");
    } else {
      seen_.smbios_vm = (static_cast<unsigned char>((*raw)[kOffset]) & kBit) != 0;
    }
  }

  void read_confidential() {
    if (seen_.arch.value_or("").starts_with("s390"))
      read_file("/sys/firmware/uv/prot_virt_guest", true);
    if (!seen_.cpuid && is_x86(seen_)) read_file("/dev/sev-guest", false);
  }

  void read_namespace() {
    const auto link = files_.read_link("/proc/self/ns/pid");
    seen_.pid_namespace =
        link ? model::Fact<std::string>(*link)
             : model::Fact<std::string>::unknown(unknown_reason(system_, link.error()));
  }

  void read_tracer() {
    const auto status = seen_.files.find("/proc/self/status");
    if (status == seen_.files.end() || !status->second.text) return;
    const auto tracer = parse_int(value_of_line(*status->second.text, "TracerPid").value_or(""));
    if (!tracer || *tracer <= 0) return;
    seen_.tracer = text_or_empty("/proc/" + std::to_string(*tracer) + "/comm");
  }

  void read_container(const tables::Hypervisors& table) {
    if (const auto block = files_.read("/proc/1/environ", kTextLimit)) {
      seen_.environment = parse_environment(*block);
    } else {
      note_unread(seen_.unread, block.error(), "the environment of process 1", "CAP_SYS_PTRACE");
    }
    seen_.cgroups = files_.read("/proc/self/cgroup", kTextLimit).value_or("");
    for (const std::string_view path : table.container_names.files)
      read_file(path, true);
  }

  void read(const std::vector<ClueCondition>& conditions) {
    if (elsewhere(conditions, seen_)) return;
    for (const ClueCondition& condition : conditions)
      read(condition);
  }

  void read(const ClueCondition& condition) {
    const bool whole = condition.match != ClueCondition::Match::exists || !condition.key.empty();
    switch (condition.source) {
      case Source::dmi:
        if (dmi_) read_file(std::string("/sys/class/dmi/id/").append(condition.name), true);
        break;
      case Source::device_tree:
        if (tree_) read_file(std::string("/proc/device-tree/").append(condition.name), true);
        break;
      case Source::file:
        if (tree_ || !condition.name.starts_with("/proc/device-tree/")) {
          read_file(condition.name, whole);
        }
        break;
      case Source::entries:
        list_entries(condition.name);
        break;
      case Source::sysctl:
        if (const auto value = system_.sysctl().get(condition.name)) {
          seen_.sysctl.emplace(condition.name, trim(*value));
          seen_.anything = true;
        }
        break;
      default:
        break;
    }
  }

  void read_file(std::string_view path, bool with_text) {
    const auto known = seen_.files.find(path);
    if (known != seen_.files.end() && (known->second.text || !with_text)) return;
    if (known != seen_.files.end() && !known->second.exists) return;
    Seen& file = seen_.files.try_emplace(std::string(path)).first->second;
    if (!with_text) {
      file.exists = files_.exists(path);
      return;
    }
    auto text = files_.read(path, kTextLimit);
    file.exists = text || text.error().code != ErrorCode::not_found;
    if (!text) return;
    seen_.anything = true;
    file.text = std::move(*text);
  }

  void list_entries(std::string_view path) {
    if (seen_.files.count(path) != 0) return;
    const auto names = files_.list(path);
    seen_.files.emplace(path, Seen{names.has_value(), names && !names->empty(), std::nullopt});
  }

  const system::System& system_;
  const system::Files& files_;
  Observations seen_;
  bool dmi_ = false;
  bool tree_ = false;
};

}  // namespace

Observations observe(const system::System& system, const tables::Hypervisors& table) {
  return Observer(system).observe(table);
}

bool is_initial_pid_namespace(std::string_view link) {
  return link == "pid:[4026531836]";
}

std::map<std::string, std::string, std::less<>> parse_environment(std::string_view block) {
  std::map<std::string, std::string, std::less<>> variables;
  for (std::string_view one : nul_separated(block)) {
    one = trim(one);
    if (const std::size_t equals = one.find('='); equals != std::string_view::npos) {
      variables.emplace(one.substr(0, equals), one.substr(equals + 1));
    }
  }
  return variables;
}

}  // namespace guestclock::probe
