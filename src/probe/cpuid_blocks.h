// The blocks of CPUID leaves by which hypervisors name themselves and the interfaces they offer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/fact.h"
#include "system/system.h"

namespace guestclock::probe {

/// One block of hypervisor CPUID leaves.
struct CpuidBlock {
  std::uint32_t base = 0;
  std::uint32_t top = 0;  ///< highest leaf of the block (EAX)
  std::string signature;  ///< EBX ECX EDX, trailing NULs cut

  friend bool operator==(const CpuidBlock&, const CpuidBlock&) = default;
};

inline constexpr std::string_view kKvmSignature = "KVMKVMKVM";
inline constexpr std::string_view kXenSignature = "XenVMMXenVMM";
inline constexpr std::string_view kHypervSignature = "Microsoft Hv";

/// Blocks with a signature at 0x40000000 + n * 0x100, lowest first, until two in a row are none: an
/// empty signature, or the data of another leaf (which is what CPUs give for one they lack).
/// The top that old KVM hosts give as 0 is base + 1. Only for CPUs that have the hypervisor bit:
/// others answer these leaves with the data of another.
[[nodiscard]] std::vector<CpuidBlock> scan_cpuid_blocks(const system::Cpuid& cpuid);

/// The blocks of a CPU with the hypervisor bit (leaf 1, ECX bit 31), none of one without it. Where
/// the bit was not recorded, leaf 0x40000000 must have been. Fails where neither can be read.
[[nodiscard]] Result<std::vector<CpuidBlock>> hypervisor_blocks(const system::Cpuid& cpuid);

/// The first block of that signature; null where there is none.
[[nodiscard]] const CpuidBlock* find_block(std::span<const CpuidBlock> blocks,
                                           std::string_view signature);

/// Leaf base + `offset`; unknown where it was not recorded, and beyond the block's top, where
/// hypervisors and CPUs may answer with the data of another leaf.
[[nodiscard]] model::Fact<system::CpuidRegisters> block_leaf(const system::System& system,
                                                             const CpuidBlock& block,
                                                             std::uint32_t offset);

}  // namespace guestclock::probe
