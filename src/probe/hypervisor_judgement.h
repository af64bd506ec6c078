// From evidence to hypervisor and platform: pure functions.
#pragma once

#include "model/facts.h"
#include "probe/hypervisor_evidence.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// role, vm, platform, nested, interfaces and the evidence for each; the container is not judged
/// here. What the order of the evidence is, and why, stands in the body.
[[nodiscard]] model::Virtualization judge_hypervisor(const HypervisorEvidence& evidence,
                                                     const tables::Hypervisors& table);

}  // namespace guestclock::probe
