// The steps of a fix as they are to be done on one guest.
#pragma once

#include <vector>

#include "model/fact_lookup_json.h"
#include "model/rule.h"

namespace guestclock::advise {

/// Files by their names on this guest, steps for files that it does not have left out, and facts
/// in the place of "%{fact.path}". What is not known stays as the rule has it, as does a value that
/// a shell could take for more than a word.
[[nodiscard]] std::vector<model::FixStep> steps_here(const std::vector<model::FixStep>& steps,
                                                     const model::FactLookup& facts);

}  // namespace guestclock::advise
