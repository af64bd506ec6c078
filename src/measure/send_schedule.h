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
  double jitter_share = 0;   ///< each instant moves by up to this share of its interval
  std::size_t requests = 1;  ///< at most; longer runs are spread out to it
};

/// Send instants in [from, to], ascending: half of them uniform over it and a quarter in each outer
/// sixth, where they say most about the rate (a request's weight in a slope grows with its distance
/// from the middle). Where that would bring two of them closer than `policy.gap`, jitter included,
/// the outer sixths get only as many as fit. `phase` in [0, 1) shifts the grid so that several
/// servers are asked in turn. `random` gives uniform numbers in [0, 1). At least one instant, at
/// most `policy.requests`.
[[nodiscard]] std::vector<Nanoseconds> plan_sends(const SendPolicy& policy, Nanoseconds from,
                                                  Nanoseconds to, double phase,
                                                  const std::function<double()>& random);

}  // namespace guestclock::measure
