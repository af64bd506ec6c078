// CPUID as a capture recorded it.
#pragma once

#include <map>
#include <string_view>
#include <utility>

#include "system/system.h"

namespace guestclock::system {

class CapturedCpuid final : public Cpuid {
 public:
  using Leaves = std::map<std::pair<std::uint32_t, std::uint32_t>, CpuidRegisters>;

  explicit CapturedCpuid(Leaves leaves) : leaves_(std::move(leaves)) {}

  /// `unsupported` for what was not recorded.
  [[nodiscard]] Result<CpuidRegisters> leaf(std::uint32_t leaf,
                                            std::uint32_t subleaf) const override;

 private:
  Leaves leaves_;
};

/// What `cpuid -r` prints: "   0x40000000 0x00: eax=0x... ebx=0x... ecx=0x... edx=0x...". Only the
/// first CPU's lines; other lines are passed over. `unsupported` where no line is left.
[[nodiscard]] Result<CapturedCpuid::Leaves> parse_cpuid_dump(std::string_view text);

/// One hypervisor signature and a newline (blanks before it belong to the signature): what that
/// alone says, which is leaf 0x40000000 and the hypervisor bit of leaf 1. Empty, "?" and "@" mean
/// that none is known: `unsupported`.
[[nodiscard]] Result<CapturedCpuid::Leaves> parse_cpuid_signature(std::string_view text);

}  // namespace guestclock::system
