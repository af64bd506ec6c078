// From exchanges to a rate error: one pure function.
#pragma once

#include <span>

#include "model/measurements.h"

namespace guestclock::measure {

/// The rate of the clock that stamped t1 and t4, against the server's, with a 95 % interval.
/// `drift.clock`, `offset_s` and `systematic_ppm` are the caller's. Statistical interval alone.
/// Fewer than 3 usable exchanges, or all at one instant: rate unknown, flag few_samples.
struct DriftFit {
  model::Drift drift;
  double slope = 0;                  ///< of server minus local, seconds per local second
  double offset_at_reference_s = 0;  ///< server minus base at `reference`, less `offset_base`
  Nanoseconds reference{};           ///< on the local base
  Nanoseconds offset_base{};         ///< large integer part taken out of the offsets
};

[[nodiscard]] DriftFit fit_drift(std::span<const model::Exchange> exchanges);

}  // namespace guestclock::measure
