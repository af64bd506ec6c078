#include "measure/send_schedule.h"

#include <algorithm>
#include <cmath>

namespace guestclock::measure {

std::vector<Nanoseconds> plan_sends(const SendPolicy& policy, Nanoseconds from, Nanoseconds to,
                                    double phase, const std::function<double()>& random) {
  const auto span = static_cast<double>(std::max(to - from, Nanoseconds(0)).count());
  const auto most = static_cast<double>(std::max<std::size_t>(policy.requests, 1));
  const double interval =
      std::max({static_cast<double>(policy.interval.count()), span / most, 1.0});
  const auto count = static_cast<std::size_t>(std::clamp(std::floor(span / interval), 1.0, most));

  std::vector<Nanoseconds> instants;
  instants.reserve(count);
  Nanoseconds previous = from;
  for (std::size_t k = 0; k < count; ++k) {
    const double jitter = policy.jitter_share * (2 * random() - 1);
    const double at = (static_cast<double>(k) + phase + jitter) * interval;
    const Nanoseconds instant =
        from + Nanoseconds(static_cast<std::int64_t>(std::clamp(at, 0.0, span)));
    previous = std::max(previous, instant);
    instants.push_back(previous);
  }
  return instants;
}

}  // namespace guestclock::measure
