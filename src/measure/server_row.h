// One server's row of the report. Pure: from what was exchanged to model::Server.
#pragma once

#include <optional>

#include "measure/clock_reading.h"
#include "measure/ntp_client.h"
#include "measure/policy.h"

namespace guestclock::measure {

/// `realtime` is CLOCK_REALTIME at the end of the run. The drift is known for usable servers only.
[[nodiscard]] model::Server server_row(const LocatedServer& server, const ServerRecord& record,
                                       const DriftPolicy& policy,
                                       const std::optional<Sandwich>& realtime);

}  // namespace guestclock::measure
