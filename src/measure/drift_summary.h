// From a fit to what the report says about drift. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "measure/clock_reading.h"
#include "measure/drift.h"
#include "measure/policy.h"

namespace guestclock::measure {

/// A drift of which nothing is known, with one reason for all of it.
[[nodiscard]] model::Drift unknown_drift(const std::string& reason);

/// Adds few_samples and wide.
void flag_by_policy(model::Drift& drift, const DriftPolicy& policy);

/// Server minus local, in seconds, at an instant of the clock that stamped t1 and t4.
[[nodiscard]] double offset_at(const DriftFit& fit, Nanoseconds local);

/// The fit of `exchanges` as `measure` reports it: the interval widened by the systematic part (in
/// quadrature, so its half-width is never below it), the offset of CLOCK_REALTIME at `realtime`,
/// the hard bound on it, and the flags few_samples and wide by the policy.
[[nodiscard]] model::Drift summarise_drift(const DriftFit& fit,
                                           std::span<const model::Exchange> exchanges,
                                           const DriftPolicy& policy,
                                           const std::optional<Sandwich>& realtime);

}  // namespace guestclock::measure
