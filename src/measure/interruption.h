// Times in which the whole guest did not run: they look like the host stopping a CPU, or like its
// clock being set, and are neither.
#pragma once

#include <vector>

#include "base/units.h"
#include "measure/clock_rates.h"
#include "measure/guest_clocks.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// A suspend is what BOOTTIME gained on MONOTONIC, which stands still meanwhile
/// (clock_gettime(2)). A standstill is a step by which the guest's RAW fell behind the
/// reference of `drift`: nothing sets RAW, so the guest was paused or moved with its counter, or
/// else the reference was set. None shorter than `shortest`; none where the clocks do not tell.
[[nodiscard]] std::vector<model::Interruption> interruptions(const std::vector<GuestClock>& clocks,
                                                             const ClockLook& start,
                                                             const ClockLook& end,
                                                             const model::Drift& drift,
                                                             Nanoseconds shortest);

}  // namespace guestclock::measure
