// From exchanges to a rate error: one pure function.
#pragma once

#include <span>

#include "model/measurements.h"

namespace guestclock::measure {

/// Standard errors of a normal law to either side that hold 95 %.
inline constexpr double kNormal95 = 1.96;

/// The rate of the clock that stamped t1 and t4, against the server's, with a 95 % interval.
/// `drift.clock`, `drift.offset_*` and `systematic_ppm` are the caller's. Statistical interval
/// alone. Fewer than 3 usable exchanges, or all at one instant: rate unknown, flag few_samples.
struct DriftFit {
  model::Drift drift;
  double slope = 0;                  ///< of server minus local, seconds per local second
  double offset_at_reference_s = 0;  ///< server minus base at `reference`, less `offset_base`
  double slope_error = 0;            ///< standard error of the slope
  double offset_error_s = 0;         ///< of the offset at `reference`: by the scatter alone
  Nanoseconds reference{};           ///< on the local base
  Nanoseconds offset_base{};         ///< large integer part taken out of the offsets
};

[[nodiscard]] DriftFit fit_drift(std::span<const model::Exchange> exchanges);

}  // namespace guestclock::measure
