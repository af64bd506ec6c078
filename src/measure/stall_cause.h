// Who took the time of a stall. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/units.h"

namespace guestclock::measure {

/// What the kernel's own counters grew by over (at least) the stall; nothing: it does not say.
struct AccountedTime {
  std::optional<double> scheduler_s;  ///< this thread was ready and another one ran
  std::optional<double> steal_s;      ///< the hypervisor admits it
  std::optional<double> irq_s;        ///< hard and soft interrupts of this CPU
};

/// "scheduler", "steal" or "irq" when the kernel accounts at least `share` of the stall to it, in
/// that order of trust (run_delay is exact and this thread's own, the others are per CPU in 10 ms
/// steps); else "unexplained": the host stopped us and did not say so. No steal proves nothing.
[[nodiscard]] std::string_view stall_cause(double length_s, const AccountedTime& accounted,
                                           double share);

}  // namespace guestclock::measure
