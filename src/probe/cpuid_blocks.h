// The blocks of hypervisor leaves in CPUID, as user space reads them. A guest whose CPUID does not
// trap (Xen PV, PVM) sees those of the outer machine, or none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "system/system.h"

namespace guestclock::probe {

/// One block of hypervisor CPUID leaves.
struct CpuidBlock {
  std::uint32_t base = 0;
  std::uint32_t top = 0;  ///< highest leaf of the block (EAX)
  std::string signature;  ///< EBX ECX EDX, trailing NULs cut

  friend bool operator==(const CpuidBlock&, const CpuidBlock&) = default;
};

/// Those with a signature at 0x40000000 + n * 0x100, lowest first, until two in a row are empty.
/// Only where the hypervisor bit is set: elsewhere leaves past the top return other data.
[[nodiscard]] std::vector<CpuidBlock> scan_cpuid_blocks(const system::Cpuid& cpuid);

}  // namespace guestclock::probe
