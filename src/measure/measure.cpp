#include "measure/measure.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.h"
#include "measure/clock_rates.h"
#include "measure/drift_summary.h"
#include "measure/guest_clocks.h"
#include "measure/interruption.h"
#include "measure/local_daemon.h"
#include "measure/ntp_client.h"
#include "measure/policy.h"
#include "measure/server_agreement.h"
#include "measure/server_row.h"
#include "measure/smearing.h"
#include "measure/ticks.h"
#include "measure/unrecovered_loss.h"

namespace guestclock::measure {
namespace {

std::vector<LocatedServer> locate_servers(const system::System& system, const Request& request,
                                          const StopFlag& stop) {
  std::vector<LocatedServer> servers;
  for (const std::string& name : request.servers) {
    if (!stop.requested()) {
      servers.push_back(locate_server(system.network(), name));
      continue;
    }
    LocatedServer skipped;
    skipped.address = printable(name);
    skipped.no_address = "interrupted before it was asked";
    servers.push_back(std::move(skipped));
  }
  return servers;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// Among servers believed the one with the narrowest interval, else one that has a drift at all.
std::size_t choose_server(const std::vector<model::Server>& servers) {
  std::size_t best = kNone;
  std::size_t unfit = kNone;
  double narrowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].verdict != "usable" || !servers[i].drift.known()) continue;
    const model::Drift& drift = servers[i].drift.value();
    if (!drift.ci95_ppm.known()) {
      unfit = i;
    } else if (drift.ci95_ppm.value().half_width() < narrowest) {
      narrowest = drift.ci95_ppm.value().half_width();
      best = i;
    }
  }
  return best != kNone ? best : unfit;
}

model::Drift drift_without_server(const std::vector<model::Server>& servers) {
  if (servers.empty()) return unknown_drift("no NTP server given or configured on this guest");
  std::string verdicts;
  for (const model::Server& server : servers)
    verdicts += (verdicts.empty() ? "" : ", ") + server.address + " " + server.verdict;
  return unknown_drift("no NTP server was usable: " + verdicts);
}

/// What the usable servers say together; where none has a rate, why not.
model::Drift drift_by_servers(std::vector<model::Server>& servers, const DriftPolicy& policy) {
  if (auto agreed = agree(servers, policy)) return std::move(*agreed);
  const std::size_t chosen = choose_server(servers);
  return chosen != kNone ? servers[chosen].drift.value() : drift_without_server(servers);
}

std::vector<model::Server> server_rows(const std::vector<LocatedServer>& servers, const NtpRun& run,
                                       const DriftPolicy& policy,
                                       const std::optional<Sandwich>& realtime) {
  std::vector<model::Server> rows;
  for (std::size_t i = 0; i < servers.size(); ++i)
    rows.push_back(server_row(servers[i], run.servers[i], policy, realtime));
  return rows;
}

bool has_reference_device(const std::vector<GuestClock>& clocks, const ClockLook& look) {
  for (std::size_t i = 0; i < clocks.size(); ++i) {
    if (clocks[i].kind == GuestClock::Kind::device && look.sandwiches[i]) return true;
  }
  return false;
}

/// --clock tsc: the same measurement, said of the counter.
void speak_of_tsc(model::Measurements& result) {
  for (const model::ClockRate& row : result.clocks) {
    if (row.name != "tsc") continue;
    result.drift.clock = row.name;
    result.drift.rate_error_ppm = row.rate_error_ppm;
    result.drift.ci95_ppm = row.ci95_ppm;
  }
}

bool reaches(double target_ppm, std::vector<model::Server> rows, const DriftPolicy& policy) {
  const std::optional<model::Drift> drift = agree(rows, policy);
  return drift && drift->ci95_ppm.known() && drift->used >= policy.target_exchanges &&
         drift->ci95_ppm.value().half_width() <= target_ppm;
}

}  // namespace

Outcome measure(const system::System& system, const tables::Thresholds& thresholds,
                const Request& request, const StopFlag& stop) {
  const ClockPolicy clock_limits = clock_policy(thresholds);
  TickPolicy tick_limits = tick_policy(thresholds);
  if (!request.spin) tick_limits.spin = Nanoseconds(0);
  const DriftPolicy drift_limits = drift_policy(thresholds);

  // Before any clock is looked at: resolving names may take seconds, as may a daemon, and a child
  // process would disturb the run.
  Outcome outcome;
  model::Measurements& result = outcome.measurements;
  result.daemons = ask_local_daemons(system, request.daemons, stop);
  const std::vector<LocatedServer> servers = locate_servers(system, request, stop);
  const std::vector<GuestClock> clocks = open_clocks(system, request.clocks, clock_limits, stop);

  const ClockLook start = look_at(clocks, system.counters());
  RunLimits limits;
  limits.duration = std::max(request.duration, Nanoseconds(0));
  limits.alone = request.ticks ? tick_limits.alone : Nanoseconds(0);
  if (has_reference_device(clocks, start)) limits.alone = limits.duration;
  if (request.target_ppm > 0) {
    limits.enough = [&](const NtpRun& so_far) {
      return reaches(request.target_ppm, server_rows(servers, so_far, drift_limits, std::nullopt),
                     drift_limits);
    };
  }

  // Without a server that has an address the run is short.
  const bool asks = std::any_of(servers.begin(), servers.end(),
                                [](const LocatedServer& s) { return !s.endpoints.empty(); });
  const Nanoseconds planned = asks ? limits.duration : std::min(limits.duration, limits.alone);
  const Result<Sandwich> ticked_start = look_at_ticks(system);
  std::optional<TickProbe> ticks;
  if (request.ticks) ticks.emplace(system, tick_limits, planned, stop);
  NtpRun run = run_ntp(system, servers, ntp_policy(thresholds), limits, stop);
  result.ticks = ticks ? ticks->finish() : unknown_ticks("--no-ticks");
  const Result<Sandwich> ticked_end = look_at_ticks(system);
  const ClockLook end = look_at(clocks, system.counters());

  const Sandwich* const realtime = sandwich_of(clocks, end, "realtime");
  result.servers = server_rows(servers, run, drift_limits,
                               realtime != nullptr ? std::optional(*realtime) : std::nullopt);
  note_smearing(result.servers, request.smearing);
  result.drift = drift_by_servers(result.servers, drift_limits);
  result.pairs = compare_pairs(result.servers);
  if (!result.drift.rate_error_ppm.known()) {
    if (auto by_device = drift_by_device(clocks, start, end, drift_limits)) {
      result.drift = std::move(*by_device);
    }
  }
  result.clocks = clock_rates(clocks, start, end, request.clocks, result.drift, clock_limits);
  result.ticks.unrecovered =
      request.ticks ? unrecovered_loss(clocks, {start, end, ticked_start, ticked_end},
                                       request.clocks, system.clocks().tick(), result.drift)
                    : unknown_loss("--no-ticks");
  result.ticks.interruptions =
      interruptions(clocks, start, end, result.drift, tick_limits.stall_min);
  if (!request.ticks || !request.spin) {
    not_compared(result.clocks, request.ticks ? "--no-spin" : "--no-ticks");
  } else {
    compare_cpus(system, clocks, clock_limits, stop, result.clocks);
  }
  if (request.of_tsc) speak_of_tsc(result);
  const std::size_t chosen = choose_server(result.servers);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    outcome.recorded.push_back(
        {servers[i].address, std::move(run.servers[i].exchanges), i == chosen});
  }
  return outcome;
}

}  // namespace guestclock::measure
