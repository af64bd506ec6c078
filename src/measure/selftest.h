// Does measuring work on this guest? An NTP server of our own on the loopback interface, whose
// clock is wrong by a known rate, is measured like any other.
#pragma once

#include "base/stop_flag.h"
#include "model/measurements.h"
#include "system/system.h"
#include "tables/tables.h"

namespace guestclock::measure {

/// Takes ten seconds, less once `stop` is raised. Nothing leaves the machine.
[[nodiscard]] model::Selftest selftest(const system::System& system,
                                       const tables::Thresholds& thresholds, const StopFlag& stop);

/// Whether the rate that was measured is the known one: no further from it than three half-widths
/// of the 95 % interval (once in 10^8 by chance), and the interval no wider than `wide_ppm`.
/// Unknown where no rate was measured. Pure.
[[nodiscard]] model::Fact<bool> judge_selftest(double known_ppm, const model::Drift& drift,
                                               double wide_ppm);

}  // namespace guestclock::measure
