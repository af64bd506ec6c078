#include "system/linux/cpuid.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include <fmt/format.h>

namespace guestclock::system {

#if defined(__x86_64__) || defined(__i386__)

CpuidRegisters LiveCpuid::ask(std::uint32_t leaf, std::uint32_t subleaf) const {
  const std::lock_guard lock(mutex_);
  const auto [at, first] = asked_.try_emplace({leaf, subleaf});
  CpuidRegisters& out = at->second;
  if (first) __cpuid_count(leaf, subleaf, out.eax, out.ebx, out.ecx, out.edx);
  return out;
}

Result<CpuidRegisters> LiveCpuid::leaf(std::uint32_t leaf, std::uint32_t subleaf) const {
  constexpr std::uint32_t kExtended = 0x80000000;
  constexpr std::uint32_t kRangeMask = 0xc0000000;
  const bool basic = (leaf & kRangeMask) == 0;
  const bool extended = (leaf & kRangeMask) == kExtended;
  if ((basic && leaf > ask(0, 0).eax) || (extended && leaf > ask(kExtended, 0).eax)) {
    return fail(ErrorCode::unsupported, fmt::format("this CPU has no CPUID leaf {:#x}", leaf));
  }
  return ask(leaf, subleaf);
}

#else

Result<CpuidRegisters> LiveCpuid::leaf(std::uint32_t /*leaf*/, std::uint32_t /*subleaf*/) const {
  return fail(ErrorCode::unsupported, "only x86 CPUs have CPUID");
}

#endif

}  // namespace guestclock::system
