// When to ask: spread over the run, jittered, polite. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/units.h"

namespace guestclock::measure {

struct SendPolicy {
  Nanoseconds interval{};    ///< mean spacing of requests to one server
  Nanoseconds gap{};         ///< never closer than this (kept while running)
  double jitter_share = 0;   ///< each instant moves by up to this share of the interval
  std::size_t requests = 1;  ///< at most; longer runs are spread out to it
};

/// Send instants in [from, to], ascending, uniform over it; `phase` in [0, 1) shifts the grid so
/// that several servers are asked in turn. `random` gives uniform numbers in [0, 1). At least one
/// instant, at most `policy.requests`.
[[nodiscard]] std::vector<Nanoseconds> plan_sends(const SendPolicy& policy, Nanoseconds from,
                                                  Nanoseconds to, double phase,
                                                  const std::function<double()>& random);

}  // namespace guestclock::measure
