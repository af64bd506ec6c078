// The CPUID instruction of the CPU we run on.
#pragma once

#include <map>
#include <mutex>
#include <utility>

#include "system/system.h"

namespace guestclock::system {

/// Each leaf is asked for once, and not at all where the C library has asked: in a guest the
/// instruction leaves to the hypervisor, and one costs as much as many system calls.
class LiveCpuid final : public Cpuid {
 public:
  /// `unsupported` on other architectures than x86, and for basic and extended leaves beyond the
  /// highest that the CPU offers (Intel answers those with the data of another). Leaves from
  /// 0x40000000 are passed on as they come: whether a hypervisor made them is leaf 1's to say.
  [[nodiscard]] Result<CpuidRegisters> leaf(std::uint32_t leaf,
                                            std::uint32_t subleaf) const override;

 private:
  [[nodiscard]] CpuidRegisters ask(std::uint32_t leaf, std::uint32_t subleaf) const;

  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::uint32_t, std::uint32_t>, CpuidRegisters> asked_;
};

}  // namespace guestclock::system
