// Do the CPUs show the same time? Two of them read a clock in turn, each right after the other: a
// reading that lies behind the one before it has gone back (warped).
#pragma once

#include <span>
#include <vector>

#include "base/stop_flag.h"
#include "measure/clock_reading.h"
#include "measure/policy.h"
#include "system/system.h"

namespace guestclock::measure {

/// For each clock the most that a reading on one CPU lay behind the one before it on another, in
/// the clock's units; 0: never. The first online CPU is compared with each of the others, as many
/// as `policy.warp_time` allows. A warp shorter than it takes to hand a turn over (0.1 to 1 us) is
/// not seen. Fails with one CPU online, where threads cannot be bound to two, and where the clock
/// cannot be read. A clock that is set meanwhile would look warped: not for REALTIME.
[[nodiscard]] std::vector<Result<Nanoseconds>> largest_warps(const system::System& system,
                                                             std::span<const ReadClock> clocks,
                                                             const ClockPolicy& policy,
                                                             const StopFlag& stop);

}  // namespace guestclock::measure
