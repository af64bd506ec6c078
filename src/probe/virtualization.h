// Hypervisor, container, platform and nesting in one: a pure function of what was observed.
#pragma once

#include "model/facts.h"
#include "probe/observations.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// `kernel` for hints of nesting on its command line.
[[nodiscard]] model::Virtualization judge_virtualization(const Observations& seen,
                                                         const tables::Hypervisors& table,
                                                         const model::Kernel& kernel);

}  // namespace guestclock::probe
