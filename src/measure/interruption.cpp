#include "measure/interruption.h"

#include <optional>

namespace guestclock::measure {
namespace {

/// How far BOOTTIME is ahead of MONOTONIC.
std::optional<Nanoseconds> time_suspended(const std::vector<GuestClock>& clocks,
                                          const ClockLook& look) {
  const Sandwich* const boottime = sandwich_of(clocks, look, "boottime");
  const Sandwich* const monotonic = sandwich_of(clocks, look, "monotonic");
  if (boottime == nullptr || monotonic == nullptr) return std::nullopt;
  return (boottime->clock - boottime->raw) - (monotonic->clock - monotonic->raw);
}

}  // namespace

std::vector<model::Interruption> interruptions(const std::vector<GuestClock>& clocks,
                                               const ClockLook& start, const ClockLook& end,
                                               const model::Drift& drift, Nanoseconds shortest) {
  std::vector<model::Interruption> out;
  const auto before = time_suspended(clocks, start);
  const auto after = time_suspended(clocks, end);
  if (before && after && *after - *before >= shortest) {
    out.push_back({"suspend", to_seconds(*after - *before), "boottime"});
  }
  for (const model::OffsetStep& step : drift.steps) {
    if (step.by_s >= to_seconds(shortest))
      out.push_back({"standstill", step.by_s, drift.reference});
  }
  return out;
}

}  // namespace guestclock::measure
