// Is the guest's memory encrypted against its host? A pure function.
#pragma once

#include <vector>

#include "model/facts.h"
#include "probe/observations.h"

namespace guestclock::probe {

/// tdx, sev-snp, sev, prot-virt, none; unknown where only a model-specific register would tell (AMD
/// SEV, MSR 0xC0010131) or CPUID cannot be asked. On Azure the paravisor hides the processor's own
/// leaves: there Hyper-V's isolation leaf says it.
[[nodiscard]] model::Fact<std::string> judge_confidential(const Observations& seen,
                                                          std::vector<model::Evidence>& evidence);

}  // namespace guestclock::probe
