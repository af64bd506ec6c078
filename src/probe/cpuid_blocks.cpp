#include "probe/cpuid_blocks.h"

namespace guestclock::probe {
namespace {

constexpr std::uint32_t kFirstBlock = 0x40000000;
constexpr std::uint32_t kBlockStep = 0x100;
constexpr std::uint32_t kBlocks = 256;

void append_bytes(std::string& text, std::uint32_t word) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    text += static_cast<char>(word >> shift & 0xffU);
  }
}

}  // namespace

std::vector<CpuidBlock> scan_cpuid_blocks(const system::Cpuid& cpuid) {
  std::vector<CpuidBlock> found;
  int empty = 0;
  for (std::uint32_t n = 0; n < kBlocks && empty < 2; ++n) {
    const std::uint32_t base = kFirstBlock + n * kBlockStep;
    const auto registers = cpuid.leaf(base);
    std::string signature;
    if (registers) {
      append_bytes(signature, registers->ebx);
      append_bytes(signature, registers->ecx);
      append_bytes(signature, registers->edx);
      signature.erase(signature.find_last_not_of('\0') + 1);
    }
    if (signature.empty()) {
      ++empty;
    } else {
      empty = 0;
      found.push_back({base, registers->eax, signature});
    }
  }
  return found;
}

}  // namespace guestclock::probe
