// From observations to hypervisor and platform: pure functions.
#pragma once

#include "model/facts.h"
#include "probe/observations.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// role, vm, mode, platform, nested, interfaces, confidential and the evidence for each; the
/// container is not judged here. Strongest first: what the machine's own interfaces say, Xen, the
/// root partition of Hyper-V, the clocksource that the kernel found where user space's CPUID names
/// another, the innermost CPUID block that others do not imitate, strings that only virtual
/// machines have, names that hardware has too where something else proves a hypervisor, the
/// hypervisor bit. Nothing of it: unknown, which is not bare metal.
[[nodiscard]] model::Virtualization judge_hypervisor(const Observations& seen,
                                                     const tables::Hypervisors& table);

}  // namespace guestclock::probe
