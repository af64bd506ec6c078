// How wrong is the clock, and how fast does it get worse? NTP exchanges, drift, clock rates, ticks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/stop_flag.h"
#include "measure/exchange_file.h"
#include "measure/guest_clocks.h"
#include "model/measurements.h"
#include "system/system.h"
#include "tables/tables.h"

namespace guestclock::measure {

struct ServerName {
  std::string host;
  std::uint16_t port = 123;
};

/// "HOST", "HOST:PORT", "[::1]:123", "::1". Fails (usage) on anything else.
[[nodiscard]] Result<ServerName> parse_server(std::string_view text);

struct Request {
  std::vector<std::string> servers;  ///< HOST[:PORT]; none: clocks and ticks only
  std::vector<std::string> daemons;  ///< time daemons that run here, to be asked before the run
  Nanoseconds duration = std::chrono::seconds(30);
  std::vector<tables::SmearingRow> smearing;  ///< servers known to smear leap seconds
  ClockInventory clocks;
  bool of_tsc = false;    ///< the drift of the TSC is asked for, not that of CLOCK_MONOTONIC_RAW
  double target_ppm = 0;  ///< end as soon as the drift's half-width is this or less; 0: never
  bool ticks = true;
  bool spin = true;  ///< each CPU in turn, for the threshold `spin_s` at most
};

struct Outcome {
  model::Measurements measurements;
  std::vector<RecordedServer> recorded;  ///< in the order of the servers
};

/// Measures for `duration`, or until the drift is known to within `target_ppm` (from
/// `drift_target_exchanges` used ones on), or until `stop` is raised: then what there is so far,
/// within 0.2 s.
/// With no server (left) to ask, and no clock device to measure against, ticks alone run for no
/// longer than the threshold `ticks_alone_s` (without them: not at all). Never fails: what could
/// not be measured is unknown with its reason. Time passes only in the seam's waits. `drift` is
/// what the usable servers say together (server_agreement.h); asking the daemons and resolving
/// names come first and are not part of `duration`.
[[nodiscard]] Outcome measure(const system::System& system, const tables::Thresholds& thresholds,
                              const Request& request, const StopFlag& stop);

}  // namespace guestclock::measure
