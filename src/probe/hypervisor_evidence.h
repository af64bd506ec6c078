// Everything that speaks for or against a hypervisor, gathered; judged in hypervisor.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/fact.h"
#include "system/system.h"

namespace guestclock::probe {

/// One block of hypervisor CPUID leaves.
struct CpuidBlock {
  std::uint32_t base = 0;
  std::uint32_t top = 0;  ///< highest leaf of the block (EAX)
  std::string signature;  ///< EBX ECX EDX, trailing NULs cut
};

struct HypervisorEvidence {
  model::Fact<bool> cpu_bit;                  ///< CPUID 1 ECX bit 31, or the flag in /proc/cpuinfo
  std::vector<CpuidBlock> blocks;             ///< those with a signature, lowest first
  std::map<std::string, std::string> dmi;     ///< fields that could be read and are not empty
  std::vector<std::string> acpi_ids;          ///< names under /sys/bus/acpi/devices without ":NN"
  bool xen_type = false;                      ///< /sys/hypervisor/type is xen, or /proc/xen exists
  std::optional<std::uint32_t> xen_features;  ///< /sys/hypervisor/properties/features
  bool user_mode_linux = false;
  std::string kernel_release;
  bool anything = false;  ///< at least one source could be read
};

/// Blocks at 0x40000000 + n * 0x100 until two in a row are empty; leaves are only valid up to the
/// block's own top. `cpu_bit` clear: none is read, because leaves past the top return other data.
[[nodiscard]] HypervisorEvidence gather_hypervisor_evidence(const system::System& system);

}  // namespace guestclock::probe
