// What timedatectl show-timesync says of systemd-timesyncd, in the model's words. Pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// Lines NAME=VALUE, times in UTC. The server it asks is the one source; without a server there is
/// none. What its last answer said (NTPMessage) is not known before the first one. `now` is
/// CLOCK_REALTIME. Verdict and reasons are left empty, but for an answer that it ignored.
[[nodiscard]] Result<model::LocalDaemon> parse_timesync(std::string_view text, Nanoseconds now);

}  // namespace guestclock::measure
