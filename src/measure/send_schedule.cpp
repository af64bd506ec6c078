#include "measure/send_schedule.h"

#include <algorithm>
#include <cmath>

namespace guestclock::measure {
namespace {

constexpr double kOuter = 1.0 / 6;          // of the run, at each end
constexpr double kOuterInterval = 1.0 / 2;  // in mean intervals: a quarter + a sixth of a half

/// Where in the run, as a share of it, the request stands that has `share` of all before it.
/// `outer_interval` is the spacing in the outer sixths, in mean intervals.
double place(double share, double outer_interval) {
  const double outer_share = kOuter / outer_interval;
  if (share < outer_share) return share * outer_interval;
  if (share > 1 - outer_share) return 1 - (1 - share) * outer_interval;
  return kOuter + (share - outer_share) * (1 - 2 * kOuter) / (1 - 2 * outer_share);
}

}  // namespace

std::vector<Nanoseconds> plan_sends(const SendPolicy& policy, Nanoseconds from, Nanoseconds to,
                                    double phase, const std::function<double()>& random) {
  const auto span = static_cast<double>(std::max(to - from, Nanoseconds(0)).count());
  const auto most = static_cast<double>(std::max<std::size_t>(policy.requests, 1));
  const double interval =
      std::max({static_cast<double>(policy.interval.count()), span / most, 1.0});
  const auto count = static_cast<std::size_t>(std::clamp(std::floor(span / interval), 1.0, most));

  // Two neighbours may move towards each other by the whole jitter share.
  const double closest =
      static_cast<double>(policy.gap.count()) / (interval * (1 - 2 * policy.jitter_share));
  const double outer_interval = std::clamp(closest, kOuterInterval, 1.0);

  std::vector<Nanoseconds> instants;
  instants.reserve(count);
  Nanoseconds previous = from;
  for (std::size_t k = 0; k < count; ++k) {
    const double jitter = policy.jitter_share * (2 * random() - 1);
    const double share = (static_cast<double>(k) + phase + jitter) * interval / std::max(span, 1.0);
    const double at = span * place(std::clamp(share, 0.0, 1.0), outer_interval);
    const Nanoseconds instant = from + Nanoseconds(static_cast<std::int64_t>(at));
    previous = std::max(previous, instant);
    instants.push_back(previous);
  }
  return instants;
}

}  // namespace guestclock::measure
