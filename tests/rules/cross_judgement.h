// What the shipped rules say of one guest, in few words.
#pragma once

#include <string>

#include "model/facts.h"
#include "model/finding.h"

namespace guestclock::rules_tests {

/// With obstacles and rivals noted; not measured.
[[nodiscard]] model::Judgement judged_by_shipped_rules(const model::Facts& facts,
                                                       const model::Consent& consent = {});

/// What would be written (or, `held`, waits for its risk to be accepted), by blanks in alphabetical
/// order: "clock=pmtmr notsc"; removals as "-notsc".
[[nodiscard]] std::string parameters_of(const model::Judgement& judgement, bool held);

/// Rules of severity low and above, by blanks in alphabetical order.
[[nodiscard]] std::string complaints_of(const model::Judgement& judgement);

[[nodiscard]] bool says_row(const model::Judgement& judgement, const std::string& catalogue);

}  // namespace guestclock::rules_tests
