// The rate of every clock of the guest from one drift: each clock's ratio to CLOCK_MONOTONIC_RAW by
// looks at the start and the end, times the rate of RAW; and the other way round, the drift of RAW
// by a clock device, where no server answers.
#pragma once

#include <optional>
#include <vector>

#include "measure/guest_clocks.h"
#include "measure/policy.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// Everything read at one end of the run.
struct ClockLook {
  std::vector<Result<Sandwich>> sandwiches;  ///< in the order of the clocks; of RAW a failure
  Result<system::Timex> timex;
};

/// The devices of whole seconds come first: waiting for an edge takes up to two seconds.
[[nodiscard]] ClockLook look_at(const std::vector<GuestClock>& clocks,
                                const system::KernelCounters& counters);

/// Which sandwich is this clock's; null where the clock is not there or was not read.
[[nodiscard]] const Sandwich* sandwich_of(const std::vector<GuestClock>& clocks,
                                          const ClockLook& look, std::string_view name);

/// The ratio of a clock to RAW, less one, and the hard bound on its error (half of both widths over
/// the time between).
struct RateAgainstRaw {
  double excess = 0;
  double bound = 0;
};
/// `counts_per_ns`: what the clock counts in a nanosecond when it is right.
[[nodiscard]] std::optional<RateAgainstRaw> rate_against_raw(const Sandwich& start,
                                                             const Sandwich& end,
                                                             double counts_per_ns = 1);

/// What adjtimex adds to the rate of a steered clock, in ppm: its frequency, and its tick's
/// distance from 1/USER_HZ (10 ms) by 100 ppm a microsecond (adjtimex(2)).
[[nodiscard]] double steering_ppm(const system::Timex& timex);

/// Rows in the order of the clocks. A rate is unknown where the drift of RAW is, where the clock
/// cannot be read, for a REALTIME (TAI) that was set meanwhile, and for a counter whose frequency
/// nobody tells.
[[nodiscard]] std::vector<model::ClockRate> clock_rates(
    const std::vector<GuestClock>& clocks, const ClockLook& start, const ClockLook& end,
    const ClockInventory& inventory, const model::Drift& drift, const ClockPolicy& policy);

/// Of each row why it was not compared from CPU to CPU.
void not_compared(std::vector<model::ClockRate>& rows, const std::string& reason);

/// How far MONOTONIC, RAW and the counter go back from one CPU to another (cpu_warp.h). `rows` are
/// those of `clocks`.
void compare_cpus(const system::System& system, const std::vector<GuestClock>& clocks,
                  const ClockPolicy& policy, const StopFlag& stop,
                  std::vector<model::ClockRate>& rows);

/// The drift of RAW by the first PTP clock, else the first RTC, that could be looked at at both
/// ends; its interval holds the device's own error (`systematic_ppm`). Nothing where there is none.
[[nodiscard]] std::optional<model::Drift> drift_by_device(const std::vector<GuestClock>& clocks,
                                                          const ClockLook& start,
                                                          const ClockLook& end,
                                                          const DriftPolicy& policy);

}  // namespace guestclock::measure
