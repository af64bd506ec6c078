// Ticks that were never made up for, and the time lost with them.
//
// Where the guest's clock is a count of its ticks (clocksource jiffies), every figure taken by that
// clock is perfect however many ticks are lost. So its progress is held against a counter that does
// not mind the ticks: the CPU's counter by the frequency that its maker or the hypervisor tells,
// else the reference's time (NTP) through the drift of CLOCK_MONOTONIC_RAW. A clock that counts no
// ticks is itself the independent counter, and the kernel's count of ticks is what is judged.
#pragma once

#include <string>
#include <vector>

#include "measure/clock_rates.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

/// The kernel's count of ticks, as time, at an instant of CLOCK_MONOTONIC_RAW.
[[nodiscard]] Result<Sandwich> look_at_ticks(const system::System& system);

/// Whether a clocksource of Linux or a timecounter of FreeBSD advances by the ticks that are
/// handled: jiffies itself, or a timer that is read on top of their count. Unknown: no name.
[[nodiscard]] model::Fact<bool> counts_ticks(const std::string& source);

/// The progress of everything over one run.
struct TickedRun {
  double raw_s = 0;               ///< of CLOCK_MONOTONIC_RAW
  model::Fact<double> counter_s;  ///< of the CPU's counter, by its told frequency
  model::Fact<double> ticked_s;   ///< of the kernel's count of ticks
};

/// `tick`: the kernel's, 1 / CONFIG_HZ. Pure.
[[nodiscard]] model::UnrecoveredLoss judge_loss(const model::Fact<bool>& counts_ticks,
                                                const Result<Nanoseconds>& tick,
                                                const TickedRun& run, const model::Drift& drift);

/// Both ends of the run: the clocks' looks, and those at the ticks.
struct RunEnds {
  const ClockLook& start;
  const ClockLook& end;
  const Result<Sandwich>& ticked_start;
  const Result<Sandwich>& ticked_end;
};
[[nodiscard]] model::UnrecoveredLoss unrecovered_loss(const std::vector<GuestClock>& clocks,
                                                      const RunEnds& ends,
                                                      const ClockInventory& inventory,
                                                      const Result<Nanoseconds>& tick,
                                                      const model::Drift& drift);

/// Every member unknown for one reason.
[[nodiscard]] model::UnrecoveredLoss unknown_loss(const std::string& reason);

}  // namespace guestclock::measure
