#include "probe/cpuid_blocks.h"

#include <algorithm>

#include <fmt/format.h>

#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

constexpr std::uint32_t kFirstBlock = 0x40000000;
constexpr std::uint32_t kBlockStep = 0x100;
constexpr std::uint32_t kBlocks = 256;
constexpr std::uint32_t kHypervisorBit = 1U << 31U;

void append_bytes(std::string& text, std::uint32_t word) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    text += static_cast<char>(word >> shift & 0xffU);
  }
}

std::string signature_of(const system::CpuidRegisters& registers) {
  std::string signature;
  append_bytes(signature, registers.ebx);
  append_bytes(signature, registers.ecx);
  append_bytes(signature, registers.edx);
  signature.erase(signature.find_last_not_of('\0') + 1);
  return signature;
}

/// CPUs answer a leaf that they lack with the data of their highest one (Intel SDM, CPUID): that is
/// no block. One that a hypervisor made tells its own highest leaf, or has a name that can be read.
bool is_block(std::uint32_t base, std::uint32_t top, std::string_view signature) {
  const bool tells_top = top >= base && top - base < kBlocks * kBlockStep;
  const bool readable = std::all_of(signature.begin(), signature.end(),
                                    [](char c) { return c == '\0' || (c >= ' ' && c <= '~'); });
  return !signature.empty() && (tells_top || readable);
}

}  // namespace

std::vector<CpuidBlock> scan_cpuid_blocks(const system::Cpuid& cpuid) {
  std::vector<CpuidBlock> found;
  int empty = 0;
  for (std::uint32_t n = 0; n < kBlocks && empty < 2; ++n) {
    const std::uint32_t base = kFirstBlock + n * kBlockStep;
    const auto registers = cpuid.leaf(base);
    std::string signature = registers ? signature_of(*registers) : std::string();
    if (!registers || !is_block(base, registers->eax, signature)) {
      ++empty;
      continue;
    }
    empty = 0;
    const bool untold = registers->eax == 0 && signature == kKvmSignature;
    found.push_back({base, untold ? base + 1 : registers->eax, std::move(signature)});
  }
  return found;
}

Result<std::vector<CpuidBlock>> hypervisor_blocks(const system::Cpuid& cpuid) {
  const auto features = cpuid.leaf(1);
  if (!features && !cpuid.leaf(kFirstBlock)) return tl::make_unexpected(features.error());
  if (features && (features->ecx & kHypervisorBit) == 0) return std::vector<CpuidBlock>();
  return scan_cpuid_blocks(cpuid);
}

const CpuidBlock* find_block(std::span<const CpuidBlock> blocks, std::string_view signature) {
  const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const CpuidBlock& block) {
    return block.signature == signature;
  });
  return found == blocks.end() ? nullptr : &*found;
}

model::Fact<system::CpuidRegisters> block_leaf(const system::System& system,
                                               const CpuidBlock& block, std::uint32_t offset) {
  using Registers = model::Fact<system::CpuidRegisters>;
  const std::uint32_t leaf = block.base + offset;
  if (leaf > block.top) {
    return Registers::unknown(fmt::format(
        "the hypervisor's CPUID block at {:#x} ends before leaf {:#x}", block.base, leaf));
  }
  const auto registers = system.cpuid().leaf(leaf);
  if (!registers) return Registers::unknown(unknown_reason(system, registers.error()));
  return *registers;
}

}  // namespace guestclock::probe
