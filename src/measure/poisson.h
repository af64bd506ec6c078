// How sure a count of rare events is. Pure.
#pragma once

#include <cstdint>

#include "model/measurements.h"

namespace guestclock::measure {

/// The 95 % interval of the expected number where `count` events were seen (Garwood, Biometrika 28,
/// 1936: exact, from the gamma distribution). None seen bounds it by 3.69.
[[nodiscard]] model::Interval poisson_interval(std::int64_t count);

}  // namespace guestclock::measure
