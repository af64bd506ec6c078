// The CPUID instruction of the CPU we run on.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class LiveCpuid final : public Cpuid {
 public:
  /// `unsupported` on other architectures than x86, and for basic and extended leaves beyond the
  /// highest that the CPU offers (Intel answers those with the data of another). Leaves from
  /// 0x40000000 are passed on as they come: whether a hypervisor made them is leaf 1's to say.
  [[nodiscard]] Result<CpuidRegisters> leaf(std::uint32_t leaf,
                                            std::uint32_t subleaf) const override;
};

}  // namespace guestclock::system
