// Which clock interfaces does the platform offer by CPUID?
//
// Bits: Linux Documentation/virt/kvm/x86/cpuid.rst; Hyper-V Top-Level Functional Specification,
// "Feature Identification"; Xen public/arch-x86/cpuid.h.
#pragma once

#include "model/facts.h"
#include "probe/cpuid_blocks.h"

namespace guestclock::probe {

/// How fast the TSC runs, as somebody tells it without measuring.
struct ToldFrequency {
  std::int64_t khz = 0;  ///< positive
  std::string by;        ///< "cpuid 0x40000010"
};

struct ClockInterfacesFound {
  model::ClockInterfaces interfaces;  ///< without vmclock and vmgenid, which are no CPUID
  std::optional<ToldFrequency> tsc;   ///< by the hypervisor
};

/// `blocks` as hypervisor_blocks gives them. What a block that is not there would offer is false;
/// what its leaves cannot answer is unknown.
[[nodiscard]] ClockInterfacesFound probe_clock_interfaces(
    const system::System& system, const Result<std::vector<CpuidBlock>>& blocks);

}  // namespace guestclock::probe
