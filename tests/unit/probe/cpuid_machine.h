// A recorded machine that is nothing but CPUID leaves. Synthetic.
#pragma once

#include <memory>

#include "system/captured_cpuid.h"
#include "system/recorded_machine.h"

namespace guestclock::probe {

using Leaves = system::CapturedCpuid::Leaves;

/// A block's first leaf.
inline system::CpuidRegisters named(std::uint32_t top, std::string_view signature) {
  std::array<std::uint32_t, 3> words{};
  for (std::size_t i = 0; i < signature.size(); ++i) {
    words.at(i / 4) |= std::uint32_t{static_cast<unsigned char>(signature[i])} << (8 * (i % 4));
  }
  return {top, words[0], words[1], words[2]};
}

/// `leaves`, and the hypervisor bit of leaf 1.
inline Leaves guest(Leaves leaves) {
  leaves[{1, 0}].ecx |= 1U << 31U;
  return leaves;
}

inline system::RecordedMachine machine_with(Leaves leaves) {
  system::Recording recording;
  recording.files = std::make_unique<system::NoFiles>();
  recording.cpuid = std::make_unique<system::CapturedCpuid>(std::move(leaves));
  return {"/", std::move(recording)};
}

}  // namespace guestclock::probe
