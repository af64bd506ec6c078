// The spinner: a thread that does nothing but read CLOCK_MONOTONIC_RAW. What lies between two
// readings is time in which it did not run: the guest's scheduler, interrupts, or the host.
#pragma once

#include <atomic>

#include "base/stop_flag.h"
#include "measure/policy.h"
#include "measure/stall_log.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

/// Spins on the calling thread, which is bound to `cpu` already, until RAW shows `until`, `done` or
/// `stop`, or the thread has left its CPU. Gaps of `policy.spin_gap` or more are counted, and those
/// of `policy.stall_min` noted in `stalls`. Unknown where RAW cannot be read or stands still. What
/// the counters took to read is in no gap, unless it was as long as a stall: so long it takes only
/// where the CPU was stopped meanwhile.
[[nodiscard]] model::Fact<model::Spin> spin_on(const system::System& system, int cpu,
                                               const TickPolicy& policy, Nanoseconds raw_start,
                                               Nanoseconds until, StallLog& stalls,
                                               const std::atomic<bool>& done, const StopFlag& stop);

/// Splits the gaps of one second by what the kernel's counters grew by in it, in their order of
/// trust; none takes more than what is left of the gaps. The rest is unexplained: the host stopped
/// the CPU and did not say so. Pure.
[[nodiscard]] model::SpunSecond split_second(double gaps_s, const AccountedTime& accounted);

}  // namespace guestclock::measure
