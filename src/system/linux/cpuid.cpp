#include "system/linux/cpuid.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
// glibc 2.33; clang in strict C++ does not take its _Bool.
#if __has_include(<sys/platform/x86.h>) && !defined(__clang__)
#include <sys/platform/x86.h>
#define GUESTCLOCK_LIBC_TELLS_CPUID
#endif
#endif

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace guestclock::system {

#if defined(__x86_64__) || defined(__i386__)

namespace {

/// What the C library was answered when it started; nothing where it did not ask.
#ifdef GUESTCLOCK_LIBC_TELLS_CPUID
std::optional<CpuidRegisters> known_to_libc(std::uint32_t leaf, std::uint32_t subleaf) {
  struct Index {
    std::uint32_t leaf;
    unsigned index;
  };
  constexpr std::array<Index, 4> kIndices{{{1, CPUID_INDEX_1},
                                           {7, CPUID_INDEX_7},
                                           {0x80000001, CPUID_INDEX_80000001},
                                           {0x80000007, CPUID_INDEX_80000007}}};
  const auto* const known =
      std::find_if(kIndices.begin(), kIndices.end(),
                   [leaf](const Index& candidate) { return candidate.leaf == leaf; });
  if (known == kIndices.end() || subleaf != 0) return std::nullopt;
  const auto& told = ::__x86_get_cpuid_feature_leaf(known->index)->cpuid_array;
  // Of vendors that it does not know it leaves some out.
  if (std::all_of(std::begin(told), std::end(told), [](unsigned word) { return word == 0; })) {
    return std::nullopt;
  }
  return CpuidRegisters{told[cpuid_register_index_eax], told[cpuid_register_index_ebx],
                        told[cpuid_register_index_ecx], told[cpuid_register_index_edx]};
}
#else
std::optional<CpuidRegisters> known_to_libc(std::uint32_t /*leaf*/, std::uint32_t /*subleaf*/) {
  return std::nullopt;
}
#endif

}  // namespace

CpuidRegisters LiveCpuid::ask(std::uint32_t leaf, std::uint32_t subleaf) const {
  const std::lock_guard lock(mutex_);
  const auto [at, first] = asked_.try_emplace({leaf, subleaf});
  CpuidRegisters& out = at->second;
  if (!first) return out;
  if (const auto known = known_to_libc(leaf, subleaf)) return out = *known;
  __cpuid_count(leaf, subleaf, out.eax, out.ebx, out.ecx, out.edx);
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
