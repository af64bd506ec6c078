// Findings that somebody accepts, taken out of what counts.
#pragma once

#include <span>
#include <vector>

#include "model/finding.h"

namespace guestclock::advise {

/// Waivers that accepted nothing.
struct IdleWaivers {
  std::vector<model::Waiver> expired;
  std::vector<model::Waiver> unmet;  ///< in force, but nothing was found or left undecided
};

/// Moves each finding that a waiver accepts from `findings` to `waived`, held ones too, and marks
/// undecided rules as waived. A waiver holds up to its last day, that day included. Both lists keep
/// the order of the findings. No rule may have two waivers.
[[nodiscard]] IdleWaivers waive(std::span<const model::Waiver> waivers, Day today,
                                model::Judgement& judgement);

}  // namespace guestclock::advise
