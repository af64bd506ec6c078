// The rate of every clock of the guest from one drift: each clock's ratio to CLOCK_MONOTONIC_RAW by
// sandwich reads at the start and the end, times the rate of RAW.
#pragma once

#include <optional>
#include <vector>

#include "measure/clock_reading.h"
#include "measure/policy.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// One clock at one end of the run.
struct ClockEnd {
  system::ClockId id{};
  Result<Sandwich> sandwich;
};

/// realtime, monotonic, boottime, tai: the narrowest sandwich of each.
[[nodiscard]] std::vector<ClockEnd> read_clocks(const system::Clocks& clocks,
                                                const ClockPolicy& policy);

/// The ratio of a clock to RAW, less one, and the hard bound on its error (half of both widths over
/// the time between).
struct RateAgainstRaw {
  double excess = 0;
  double bound = 0;
};
[[nodiscard]] std::optional<RateAgainstRaw> rate_against_raw(const Sandwich& start,
                                                             const Sandwich& end);

/// Rows in the order realtime, monotonic, monotonic_raw, boottime, tai. A rate is unknown where the
/// drift of RAW is, where the clock cannot be read, and for a REALTIME (TAI) that was set
/// meanwhile.
[[nodiscard]] std::vector<model::ClockRate> clock_rates(const system::Clocks& clocks,
                                                        const std::vector<ClockEnd>& start,
                                                        const std::vector<ClockEnd>& end,
                                                        const model::Drift& drift,
                                                        const ClockPolicy& policy);

}  // namespace guestclock::measure
