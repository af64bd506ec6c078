#include "probe/tsc.h"

#include "base/text.h"
#include "probe/cpu_flags.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using system::CpuidRegisters;
using Flags = Fact<std::vector<std::string>>;

constexpr std::uint32_t kTopExtendedLeaf = 0x80000000;
constexpr std::uint32_t kFeatureLeaf = 1;
constexpr std::uint32_t kFrequencyLeaf = 0x15;
constexpr std::uint32_t kExtendedFeatureLeaf = 0x80000001;
constexpr std::uint32_t kPowerLeaf = 0x80000007;
constexpr std::uint32_t kInvariantTscBit = 1U << 8U;
constexpr std::uint32_t kRdtscpBit = 1U << 27U;
constexpr std::uint32_t kDeadlineBit = 1U << 24U;

Flags flags_of(const system::System& system) {
  const auto text = system.files().read_start("/proc/cpuinfo", kFirstCpu);
  if (!text) return Flags::unknown(unknown_reason(system, text.error()));
  auto flags = cpu_flags(*text);
  return flags ? Flags(std::move(*flags)) : Flags::unknown("/proc/cpuinfo lists no flags");
}

Fact<bool> flag(const Flags& flags, std::string_view name) {
  if (!flags.known()) return Fact<bool>::unknown(flags.reason());
  return contains(flags.value(), name);
}

/// A leaf that the CPU has; extended ones are checked against their range.
std::optional<CpuidRegisters> cpu_leaf(const system::Cpuid& cpuid, std::uint32_t leaf) {
  if (leaf > kTopExtendedLeaf) {
    const auto top = cpuid.leaf(kTopExtendedLeaf);
    if (!top || top->eax < leaf) return std::nullopt;
  }
  const auto registers = cpuid.leaf(leaf);
  return registers ? std::optional(*registers) : std::nullopt;
}

/// By the kernel's flags, which say what it uses; by the CPU only where there are none.
Fact<bool> flag_or_bit(const Flags& flags, std::string_view name, const system::Cpuid& cpuid,
                       std::uint32_t leaf, std::uint32_t CpuidRegisters::*word, std::uint32_t bit) {
  if (flags.known()) return flag(flags, name);
  const auto registers = cpu_leaf(cpuid, leaf);
  return registers ? Fact<bool>(((*registers).*word & bit) != 0) : flag(flags, name);
}

Fact<bool> invariant(const Flags& flags, const system::Cpuid& cpuid) {
  if (const auto power = cpu_leaf(cpuid, kPowerLeaf)) {
    return (power->edx & kInvariantTscBit) != 0;
  }
  const Fact<bool> constant = flag(flags, "constant_tsc");
  const Fact<bool> nonstop = flag(flags, "nonstop_tsc");
  return constant.known() ? Fact<bool>(constant.value() && nonstop.value()) : constant;
}

/// TSC = crystal (ECX, Hz) * EBX / EAX. Each of the three may be 0: then it is not told.
std::optional<ToldFrequency> told_by_cpu(const system::Cpuid& cpuid) {
  const auto ratio = cpu_leaf(cpuid, kFrequencyLeaf);
  if (!ratio || ratio->eax == 0) return std::nullopt;
  const std::uint64_t hertz = std::uint64_t{ratio->ecx} * ratio->ebx / ratio->eax;
  const auto khz = static_cast<std::int64_t>(hertz / 1000);
  if (khz == 0) return std::nullopt;
  return ToldFrequency{khz, "cpuid 0x15"};
}

void add_told(const system::System& system, std::optional<ToldFrequency> told, model::Tsc& tsc) {
  const auto features = system.cpuid().leaf(kFeatureLeaf);
  if (!told) told = told_by_cpu(system.cpuid());
  if (told) {
    tsc.told_khz = told->khz;
    tsc.told_khz_by = told->by;
  } else if (features) {
    tsc.told_khz =
        Fact<std::int64_t>::unknown("neither the hypervisor nor the CPU tells it (CPUID 0x15)");
    tsc.told_khz_by = std::string();
  } else {
    const std::string why = unknown_reason(system, features.error());
    tsc.told_khz = Fact<std::int64_t>::unknown(why);
    tsc.told_khz_by = Fact<std::string>::unknown(why);
  }
}

}  // namespace

model::Tsc probe_tsc(const system::System& system, const std::optional<ToldFrequency>& told) {
  const system::Cpuid& cpuid = system.cpuid();
  const Flags flags = flags_of(system);
  model::Tsc tsc;
  tsc.invariant = invariant(flags, cpuid);
  tsc.known_freq = flag(flags, "tsc_known_freq");
  tsc.reliable = flag(flags, "tsc_reliable");
  tsc.adjust = flag(flags, "tsc_adjust");
  tsc.rdtscp =
      flag_or_bit(flags, "rdtscp", cpuid, kExtendedFeatureLeaf, &CpuidRegisters::edx, kRdtscpBit);
  tsc.deadline_timer = flag_or_bit(flags, "tsc_deadline_timer", cpuid, kFeatureLeaf,
                                   &CpuidRegisters::ecx, kDeadlineBit);
  add_told(system, told, tsc);
  return tsc;
}

}  // namespace guestclock::probe
