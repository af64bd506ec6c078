// The NTP exchanges of one run: several servers in turn, one thread, waiting only in the seam.
//
// Nothing that arrives is trusted: an answer must carry the random transmit timestamp of the one
// outstanding request to that server; everything else is counted and dropped. What is kept is
// bounded by the number of requests, and a flood takes neither memory nor more time than the run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/stop_flag.h"
#include "measure/policy.h"
#include "measure/receive_stamps.h"
#include "measure/server_verdict.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

/// A server as asked for, and where its name leads.
struct LocatedServer {
  std::string address;                      ///< HOST:PORT as asked, [..] around IPv6
  std::vector<system::Endpoint> endpoints;  ///< to which there is a way, in the resolver's order
  bool own = false;                         ///< all of them loopback, private or link-local
  std::string no_address;                   ///< why there is none
};

/// Resolves a name. Of its addresses the first eight count to which there is a way from here.
[[nodiscard]] LocatedServer locate_server(const system::Network& network, std::string_view text);

/// What came of one server.
struct ServerRecord {
  ServerObservation seen;
  std::vector<model::Exchange> exchanges;  ///< t1, t4 on CLOCK_MONOTONIC_RAW
  /// CLOCK_REALTIME minus CLOCK_MONOTONIC_RAW just after each of them; nothing where unreadable.
  std::vector<std::optional<Nanoseconds>> realtime_minus_raw;
};

struct NtpRun {
  std::vector<ServerRecord> servers;  ///< in the order given
  bool kernel_stamps = false;         ///< t4 came from the kernel where it stamped
};

/// When a run ends, on CLOCK_MONOTONIC_RAW.
struct RunLimits {
  Nanoseconds duration{};
  Nanoseconds alone{};  ///< with nobody (left) to ask
  /// Looked at every `policy.refit`, while no answer is awaited (it may take milliseconds): true
  /// ends the run. May be empty.
  std::function<bool(const NtpRun& so_far)> enough;
};

/// Asks until a limit is reached or `stop` is raised. Of a name with several addresses each is
/// tried in turn, a request each, until one answers; that one is measured. Where none did, answers
/// from elsewhere are looked for as well, to be told and never to be used.
[[nodiscard]] NtpRun run_ntp(const system::System& system, std::span<const LocatedServer> servers,
                             const NtpPolicy& policy, const RunLimits& limits,
                             const StopFlag& stop);

}  // namespace guestclock::measure
