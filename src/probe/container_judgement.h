// Is this process in a container? A second axis beside the hypervisor: the clock belongs to the
// virtual machine, whatever runs in it. A pure function.
#pragma once

#include <vector>

#include "model/facts.h"
#include "probe/observations.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// {id or "none"}, evidence appended. What the kernel says of itself (OpenVZ, VServer, zones,
/// jails, WSL) decides first, then the PID namespace; what names a manager is believed where the
/// namespace is not the initial one, and, but for mere files, where it cannot be read.
[[nodiscard]] model::Fact<std::string> judge_container(const Observations& seen,
                                                       const tables::Hypervisors& table,
                                                       std::vector<model::Evidence>& evidence);

}  // namespace guestclock::probe
