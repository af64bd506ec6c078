// Which processor architecture?
#pragma once

#include <string>
#include <string_view>

#include "model/fact.h"
#include "system/system.h"

namespace guestclock::probe {

/// The contract's words: i386 for i386..i686, x86_64 also for amd64, aarch64 also for arm64; any
/// other machine name as it is.
[[nodiscard]] std::string normalise_arch(std::string_view machine);

/// From the ELF header (e_machine) of a program of the tree.
[[nodiscard]] model::Fact<std::string> architecture_of_tree(const system::Files& files);

}  // namespace guestclock::probe
