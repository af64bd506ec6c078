// Facts and measurements in, findings out. Never touches the machine.
#pragma once

#include <span>

#include "model/facts.h"
#include "model/finding.h"
#include "model/measurements.h"
#include "model/rule.h"

namespace guestclock::advise {

/// Judges every rule.
///
/// A rule is looked at where its ranges hold: a fact that is known and outside makes it silent,
/// a missing one leaves it undecided (vm = none is outside of every range; a known container other
/// than none is outside of every rule that applies). Where a rule names distributions, wanted ones
/// or excluded ones, the kernel is a second witness: unknown, it objects to nothing. Then the
/// rule's condition decides. A rule whose fix is already in place wherever it can be seen is
/// silent: every change is in the default entry (removals: in no entry but rescue ones) and, on a
/// running system, in force. Where neither shows whether what it would take away is there, it is
/// undecided.
///
/// A rule that takes a parameter away is silent where that parameter is wanted: another rule writes
/// it here (or may, once more is known), and its risk is none or accepted, or our own transaction
/// wrote the parameter.
///
/// Where the boot entries cannot be read but the running kernel's parameters can, these stand for
/// the entries: one of them started this kernel.
///
/// Undecided rules go to not_judged with the path that was missing. It is live_only where the rule
/// could not be decided without a running system or a measurement, whatever else became known; then
/// that is the path named, otherwise the first one that is missing for another reason.
///
/// A fix whose risk is above none is `held` unless `consent` accepts it.
/// `measurements` may be null (not measured). Findings keep the order of `rules`.
[[nodiscard]] model::Judgement judge(std::span<const model::Rule> rules, const model::Facts& facts,
                                     const model::Measurements* measurements,
                                     const model::Consent& consent);

}  // namespace guestclock::advise
