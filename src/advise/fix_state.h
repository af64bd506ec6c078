// What stands today where a fix would write, and whether it stands there already.
#pragma once

#include <vector>

#include "advise/evaluation.h"
#include "model/facts.h"
#include "model/finding.h"
#include "model/rule.h"

namespace guestclock::advise {

struct FixState {
  bool in_place = false;  ///< every change, wherever it can be seen
  /// Unknown where a parameter would be taken away and nothing shows whether it is there.
  Truth seen;
  std::vector<model::FindingChange> changes;
};

/// What is looked at becomes evidence of `evaluation`.
[[nodiscard]] FixState state_of_fix(const model::Fix& fix, const model::Facts& facts,
                                    const BootParameters& parameters, Evaluation& evaluation);

}  // namespace guestclock::advise
