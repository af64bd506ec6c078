// The rate of every clocksource, by switching the kernel to each for some seconds (--switch).
//
// The CPU's counter does not mind which clocksource the kernel uses: what CLOCK_MONOTONIC_RAW
// counts by each of them is compared through it.
#pragma once

#include <vector>

#include "base/stop_flag.h"
#include "measure/policy.h"
#include "model/measurements.h"
#include "system/clocksource_control.h"
#include "system/system.h"

namespace guestclock::measure {

/// What came of it. `not_restored` is why the kernel does not use the first clocksource again;
/// empty: it does.
struct ClocksourceComparison {
  std::vector<model::ClocksourceRate> rows;  ///< the one in use first
  std::string not_restored;
};

/// `drift` is that of RAW by the clocksource in use. Whatever happens, that one is chosen again
/// before this returns: an exception, an error, or `stop` raised, which ends it early.
[[nodiscard]] ClocksourceComparison compare_clocksources(const system::Clocks& clocks,
                                                         const system::Network& network,
                                                         system::ClocksourceControl& control,
                                                         const model::Drift& drift,
                                                         const ClockPolicy& policy,
                                                         const StopFlag& stop);

}  // namespace guestclock::measure
