// What is known of the CPU's time stamp counter?
#pragma once

#include "probe/clock_interfaces.h"

namespace guestclock::probe {

/// `told` is the frequency by the hypervisor; without it the CPU's own leaf 0x15 is asked.
[[nodiscard]] model::Tsc probe_tsc(const system::System& system,
                                   const std::optional<ToldFrequency>& told);

}  // namespace guestclock::probe
