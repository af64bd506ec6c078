// The time daemons that run on this guest, asked on its loopback interface and by their own
// programs.
#pragma once

#include <string>
#include <vector>

#include "base/stop_flag.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

/// Each of `names` (as in the facts), judged; within 2 s each. Never fails: one that gives no
/// answer is `unknown` with the reason. chronyd and timesyncd are asked by chronyc and timedatectl,
/// ntpd over its control protocol: ntpsec's ntpq is a Python script that looks for its library by
/// running a compiler, which writes files.
[[nodiscard]] std::vector<model::LocalDaemon> ask_local_daemons(
    const system::System& system, const std::vector<std::string>& names, const StopFlag& stop);

}  // namespace guestclock::measure
