#include "probe/clock_interfaces.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using system::CpuidRegisters;

constexpr std::uint32_t kHypervInterface = 0x31237648;  // "Hv#1" in EAX of base + 1
constexpr std::uint32_t kTimingOffset = 0x10;

constexpr std::uint32_t bit(unsigned number) {
  return 1U << number;
}

/// Without registers: the block is known not to be there.
using Leaf = Fact<std::optional<CpuidRegisters>>;

Leaf leaf_of(const system::System& system, const CpuidBlock* block, std::uint32_t offset) {
  if (block == nullptr) return Leaf(std::nullopt);
  const Fact<CpuidRegisters> registers = block_leaf(system, *block, offset);
  return registers.known() ? Leaf(registers.value()) : Leaf::unknown(registers.reason());
}

Fact<bool> all_set(const Leaf& leaf, std::uint32_t CpuidRegisters::*word, std::uint32_t bits) {
  if (!leaf.known()) return Fact<bool>::unknown(leaf.reason());
  const std::optional<CpuidRegisters>& registers = leaf.value();
  return registers && ((*registers).*word & bits) == bits;
}

Fact<bool> both(const Fact<bool>& a, const Fact<bool>& b) {
  return a.known() && b.known() ? Fact<bool>(a.value() && b.value()) : a;
}

model::KvmClockInterface kvm_clock(const system::System& system, const CpuidBlock* block) {
  const Leaf leaf = leaf_of(system, block, 1);
  model::KvmClockInterface found;
  found.offered = block != nullptr;
  found.old_msrs = all_set(leaf, &CpuidRegisters::eax, bit(0));
  found.new_msrs = all_set(leaf, &CpuidRegisters::eax, bit(3));
  found.stable = all_set(leaf, &CpuidRegisters::eax, bit(24));
  found.steal_time = all_set(leaf, &CpuidRegisters::eax, bit(5));
  found.realtime_hint = all_set(leaf, &CpuidRegisters::edx, bit(0));
  return found;
}

model::HypervClockInterface hyperv_clock(const system::System& system, const CpuidBlock* block) {
  const Leaf leaf = leaf_of(system, block, 3);
  model::HypervClockInterface found;
  found.offered = block != nullptr;
  found.reference_counter = all_set(leaf, &CpuidRegisters::eax, bit(1));
  found.reference_tsc_page = all_set(leaf, &CpuidRegisters::eax, bit(9));
  // The right to read them, and that they are there.
  found.frequency_msrs = both(all_set(leaf, &CpuidRegisters::eax, bit(11)),
                              all_set(leaf, &CpuidRegisters::edx, bit(8)));
  found.reenlightenment = all_set(leaf, &CpuidRegisters::eax, bit(13));
  found.tsc_invariant_control = all_set(leaf, &CpuidRegisters::eax, bit(15));
  return found;
}

Fact<std::string> xen_tsc_mode(const Leaf& leaf) {
  static constexpr std::array<std::string_view, 4> kModes{"default", "always-emulate",
                                                          "never-emulate", "pvrdtscp"};
  if (!leaf.known()) return Fact<std::string>::unknown(leaf.reason());
  if (!leaf.value()) return std::string();
  const std::uint32_t mode = leaf.value()->ebx;
  if (mode < kModes.size()) return std::string(kModes.at(mode));
  return Fact<std::string>::unknown(fmt::format("Xen names a mode {} that is not known", mode));
}

model::XenClockInterface xen_clock(const CpuidBlock* block, const Leaf& leaf) {
  model::XenClockInterface found;
  found.offered = block != nullptr;
  found.tsc_mode = xen_tsc_mode(leaf);
  found.tsc_emulated = all_set(leaf, &CpuidRegisters::eax, bit(0));
  found.host_tsc_reliable = all_set(leaf, &CpuidRegisters::eax, bit(1));
  return found;
}

Fact<std::int64_t> khz(std::uint32_t value, std::string_view what) {
  if (value == 0) return Fact<std::int64_t>::unknown(fmt::format("the {} says 0", what));
  return std::int64_t{value};
}

/// The first block in which the leaf means timing: the leaves of Hyper-V's and Xen's interface have
/// other meanings there.
const CpuidBlock* timing_block(std::span<const CpuidBlock> blocks, const CpuidBlock* hyperv) {
  const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const CpuidBlock& block) {
    return &block != hyperv && block.signature != kXenSignature &&
           block.top >= block.base + kTimingOffset;
  });
  return found == blocks.end() ? nullptr : &*found;
}

/// A record of the signature alone leaves open what the block holds.
bool bare(const CpuidBlock& block) {
  return block.top <= block.base;
}

model::TimingLeaf timing_leaf(std::span<const CpuidBlock> blocks, const Leaf& leaf) {
  model::TimingLeaf found;
  if (!leaf.known() || (!leaf.value() && std::any_of(blocks.begin(), blocks.end(), bare))) {
    const std::string why =
        leaf.known() ? "a hypervisor's CPUID block does not say how far it reaches" : leaf.reason();
    return {Fact<bool>::unknown(why), Fact<std::int64_t>::unknown(why),
            Fact<std::int64_t>::unknown(why)};
  }
  if (!leaf.value()) {
    const std::string why = "no hypervisor offers the timing leaf";
    return {false, Fact<std::int64_t>::unknown(why), Fact<std::int64_t>::unknown(why)};
  }
  return {true, khz(leaf.value()->eax, "timing leaf"), khz(leaf.value()->ebx, "timing leaf")};
}

const CpuidBlock* hyperv_block(const system::System& system, std::span<const CpuidBlock> blocks) {
  if (const CpuidBlock* const named = find_block(blocks, kHypervSignature)) return named;
  // Others, and KVM where the host's own Hyper-V leaves are passed on, offer the interface under
  // another signature.
  const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const CpuidBlock& block) {
    if (block.signature == kKvmSignature || block.signature == kXenSignature) return false;
    const Fact<CpuidRegisters> registers = block_leaf(system, block, 1);
    return registers.known() && registers.value().eax == kHypervInterface;
  });
  return found == blocks.end() ? nullptr : &*found;
}

template <class... Facts>
void set_unknown(const std::string& why, Facts&... facts) {
  ((facts = std::remove_reference_t<Facts>::unknown(why)), ...);
}

ClockInterfacesFound without_cpuid(const std::string& why) {
  ClockInterfacesFound found;
  auto& [kvm, hyperv, xen, timing, vmclock, vmgenid] = found.interfaces;
  set_unknown(why, kvm.offered, kvm.old_msrs, kvm.new_msrs, kvm.stable, kvm.steal_time,
              kvm.realtime_hint);
  set_unknown(why, hyperv.offered, hyperv.reference_counter, hyperv.reference_tsc_page,
              hyperv.frequency_msrs, hyperv.reenlightenment, hyperv.tsc_invariant_control);
  set_unknown(why, xen.offered, xen.tsc_mode, xen.tsc_emulated, xen.host_tsc_reliable);
  set_unknown(why, timing.offered, timing.tsc_khz, timing.bus_khz);
  return found;
}

std::optional<ToldFrequency> told(std::int64_t khz, const CpuidBlock& block, std::uint32_t offset) {
  if (khz == 0) return std::nullopt;
  return ToldFrequency{khz, fmt::format("cpuid {:#x}", block.base + offset)};
}

}  // namespace

ClockInterfacesFound probe_clock_interfaces(const system::System& system,
                                            const Result<std::vector<CpuidBlock>>& blocks) {
  if (!blocks) return without_cpuid(unknown_reason(system, blocks.error()));
  const CpuidBlock* const hyperv = hyperv_block(system, *blocks);
  const CpuidBlock* const xen = find_block(*blocks, kXenSignature);
  const CpuidBlock* const timing = timing_block(*blocks, hyperv);
  const Leaf xen_leaf = leaf_of(system, xen, 3);
  const Leaf timing_registers = leaf_of(system, timing, kTimingOffset);

  ClockInterfacesFound found;
  found.interfaces.kvm = kvm_clock(system, find_block(*blocks, kKvmSignature));
  found.interfaces.hyperv = hyperv_clock(system, hyperv);
  found.interfaces.xen = xen_clock(xen, xen_leaf);
  found.interfaces.timing_leaf = timing_leaf(*blocks, timing_registers);
  const Fact<std::int64_t>& timing_khz = found.interfaces.timing_leaf.tsc_khz;
  if (timing_khz.known()) {
    found.tsc = told(timing_khz.value(), *timing, kTimingOffset);
  } else if (xen_leaf.known() && xen_leaf.value()) {
    found.tsc = told(xen_leaf.value()->ecx, *xen, 3);
  }
  return found;
}

}  // namespace guestclock::probe
