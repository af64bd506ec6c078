// Is the guest's memory encrypted against its host? A pure function.
#pragma once

#include <vector>

#include "model/facts.h"
#include "probe/observations.h"

namespace guestclock::probe {

/// tdx, sev-snp, sev-es, sev, prot-virt, none; unknown where CPUID cannot be asked. On Azure the
/// paravisor hides the processor's own leaves: there Hyper-V's isolation leaf says it.
[[nodiscard]] model::Fact<std::string> judge_confidential(const Observations& seen,
                                                          std::vector<model::Evidence>& evidence);

}  // namespace guestclock::probe
