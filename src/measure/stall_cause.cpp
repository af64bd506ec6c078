#include "measure/stall_cause.h"

namespace guestclock::measure {

std::string_view stall_cause(double length_s, const AccountedTime& accounted, double share) {
  const auto explains = [&](const std::optional<double>& seconds) {
    return seconds && *seconds >= share * length_s;
  };
  if (explains(accounted.scheduler_s)) return "scheduler";
  if (explains(accounted.steal_s)) return "steal";
  if (explains(accounted.irq_s)) return "irq";
  return "unexplained";
}

}  // namespace guestclock::measure
