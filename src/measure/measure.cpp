#include "measure/measure.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "measure/clock_rates.h"
#include "measure/drift_summary.h"
#include "measure/ntp_client.h"
#include "measure/policy.h"
#include "measure/server_row.h"
#include "measure/ticks.h"

namespace guestclock::measure {
namespace {

using system::ClockId;

std::vector<OpenServer> open_servers(const system::System& system, const Request& request,
                                     const StopFlag& stop) {
  std::vector<OpenServer> servers;
  for (const std::string& name : request.servers) {
    if (!stop.requested()) {
      servers.push_back(open_server(system.network(), name));
      continue;
    }
    OpenServer skipped;
    skipped.address = printable(name);
    skipped.no_address = "interrupted before it was asked";
    servers.push_back(std::move(skipped));
  }
  return servers;
}

std::optional<Sandwich> realtime_of(const std::vector<ClockEnd>& ends) {
  for (const ClockEnd& end : ends) {
    if (end.id == ClockId::realtime && end.sandwich) return *end.sandwich;
  }
  return std::nullopt;
}

/// Among usable servers the one with the narrowest interval.
model::Drift choose_drift(const std::vector<model::Server>& servers) {
  if (servers.empty()) return unknown_drift("no NTP server given or configured on this guest");
  const model::Drift* best = nullptr;
  const model::Drift* unfit = nullptr;
  std::string verdicts;
  for (const model::Server& server : servers) {
    verdicts += (verdicts.empty() ? "" : "; ") + server.address + " " + server.verdict;
    if (!server.reasons.empty()) verdicts += " (" + server.reasons.front() + ")";
    if (!server.drift.known()) continue;
    const model::Drift& drift = server.drift.value();
    if (!drift.ci95_ppm.known()) {
      unfit = &drift;
    } else if (best == nullptr ||
               drift.ci95_ppm.value().half_width() < best->ci95_ppm.value().half_width()) {
      best = &drift;
    }
  }
  if (best != nullptr) return *best;
  if (unfit != nullptr) return *unfit;
  return unknown_drift("no NTP server was usable: " + verdicts);
}

}  // namespace

model::Measurements measure(const system::System& system, const tables::Thresholds& thresholds,
                            const Request& request, const StopFlag& stop) {
  const ClockPolicy clock_limits = clock_policy(thresholds);
  const TickPolicy tick_limits = tick_policy(thresholds);
  const DriftPolicy drift_limits = drift_policy(thresholds);
  const Nanoseconds duration = std::max(request.duration, Nanoseconds(0));
  const Nanoseconds alone = request.ticks ? tick_limits.alone : Nanoseconds(0);

  // Before any clock is looked at: resolving names may take seconds.
  const std::vector<OpenServer> servers = open_servers(system, request, stop);

  model::Measurements result;
  std::optional<TickProbe> ticks;
  if (request.ticks) ticks.emplace(system, tick_limits, stop);
  const std::vector<ClockEnd> start = read_clocks(system.clocks(), clock_limits);
  const NtpRun run = run_ntp(system, servers, ntp_policy(thresholds), duration, alone, stop);
  const std::vector<ClockEnd> end = read_clocks(system.clocks(), clock_limits);
  result.ticks = ticks ? ticks->finish() : unknown_ticks("--no-ticks");

  const std::optional<Sandwich> realtime = realtime_of(end);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    result.servers.push_back(server_row(servers[i], run.servers[i], drift_limits, realtime));
  }
  result.drift = choose_drift(result.servers);
  result.clocks = clock_rates(system.clocks(), start, end, result.drift, clock_limits);
  return result;
}

}  // namespace guestclock::measure
