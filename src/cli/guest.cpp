#include "cli/guest.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "advise/advise.h"
#include "advise/obstacles.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/state_directory.h"
#include "freebsd/loader_conf.h"
#include "grub/grub2.h"
#include "grub/grub_legacy.h"
#include "measure/clocksources.h"
#include "measure/daemon_judgement.h"
#include "measure/measure.h"
#include "measure/policy.h"
#include "settings/runtime_clocksource.h"
#include "system/steady_system.h"

namespace guestclock::cli {
namespace {

/// Servers of the daemons that run or start at boot; where none does, of every configuration.
std::vector<std::string> configured_servers(const model::Timesync& timesync) {
  std::vector<std::string> active;
  std::vector<std::string> all;
  if (!timesync.daemons.known()) return active;
  for (const model::TimeDaemon& daemon : timesync.daemons.value()) {
    const bool in_use = daemon.running.value_or(false) || daemon.enabled.value_or(false);
    for (const std::string& server : daemon.servers) {
      if (std::find(all.begin(), all.end(), server) != all.end()) continue;
      all.push_back(server);
      if (in_use) active.push_back(server);
    }
  }
  return active.empty() ? all : active;
}

std::vector<std::string> running_daemons(const model::Timesync& timesync) {
  std::vector<std::string> names;
  if (!timesync.daemons.known()) return names;
  for (const model::TimeDaemon& daemon : timesync.daemons.value()) {
    if (daemon.running.value_or(false)) names.push_back(daemon.name);
  }
  return names;
}

Result<std::unique_ptr<system::System>> open_named(const Options& options) {
  if (!options.root.empty()) {
    // Absolute, because the commands to undo by hand name it.
    std::error_code error;
    const auto root = std::filesystem::absolute(options.root, error).lexically_normal();
    return system::open_tree(error ? options.root : root.string());
  }
  if (!options.capture.empty()) return system::open_capture(options.capture);
  return system::open_live();
}

/// The files of --rules; none where it was not given.
Result<std::vector<tables::NamedBytes>> overlay_of(const Options& options) {
  if (options.rules_directory.empty()) return std::vector<tables::NamedBytes>{};
  return read_rules_directory(options.rules_directory);
}

measure::ClockInventory inventory_of(const model::Clock& clock) {
  measure::ClockInventory inventory;
  inventory.source = clock.source.value_or("");
  if (clock.tsc.invariant.known()) inventory.tsc_invariant = clock.tsc.invariant.value();
  if (clock.tsc.told_khz.known()) inventory.tsc_khz = clock.tsc.told_khz.value();
  inventory.raw_counts_tsc = inventory.source == "tsc";
  if (clock.ptp.known()) {
    for (const model::PtpDevice& device : clock.ptp.value())
      inventory.ptp.push_back(device.name);
  }
  if (clock.rtc.known()) {
    for (const model::RtcDevice& device : clock.rtc.value())
      inventory.rtc.push_back(device.name);
  }
  return inventory;
}

/// --switch, after the run: RAW has its rate by then.
void compare_clocksources(const Guest& guest, system::ClocksourceControl& control,
                          const StopFlag& stop, model::Measurements& measurements) {
  const auto raw = std::find_if(measurements.clocks.begin(), measurements.clocks.end(),
                                [](const auto& clock) { return clock.name == "monotonic_raw"; });
  if (raw == measurements.clocks.end()) return;
  const measure::ClockPolicy policy = measure::clock_policy(guest.tables.thresholds);
  measure::ClocksourceComparison comparison(guest.system->clocks(), guest.system->network(), *raw,
                                            policy, stop);
  const auto done = settings::on_each_clocksource(
      control, [&comparison](const std::string& name, const Result<void>& taken) {
        comparison.add(name, taken);
      });
  measurements.clocksources = comparison.rows();
  if (!done) warn("--switch: " + describe(done.error()));
}

}  // namespace

std::span<const boot::BootLoader* const> all_loaders() {
  static const grub::GrubLegacy kGrubLegacy;
  static const grub::Grub2 kGrub2;
  static const freebsd::FreebsdLoader kFreebsdLoader;
  static const std::array<const boot::BootLoader*, 3> kAll{&kGrubLegacy, &kGrub2, &kFreebsdLoader};
  return kAll;
}

Result<std::unique_ptr<system::System>> open_system(const Options& options) {
  auto opened = open_named(options);
  if (!opened || options.state_dir.empty()) return opened;
  const auto checked = check_state_directory((*opened)->files(), options.state_dir);
  if (!checked) return tl::make_unexpected(checked.error());
  return opened;
}

Result<std::vector<tables::NamedBytes>> read_rules_directory(const std::string& directory) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(directory, error).string();
  const auto here = system::open_live();
  if (!here) return tl::make_unexpected(here.error());
  const system::Files& files = (*here)->files();
  const auto names = files.list(absolute);
  if (!names) return tl::make_unexpected(names.error());
  std::vector<tables::NamedBytes> found;
  for (const std::string& name : *names) {
    if (!name.ends_with(".json")) continue;
    auto bytes = files.read(absolute + "/" + name);
    if (!bytes) return tl::make_unexpected(bytes.error());
    found.push_back({name, std::move(*bytes)});
  }
  return found;
}

Result<std::string> read_named(const system::Files& files, const std::string& name) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(name, error).string();
  if (error) return fail_errno(error.value(), "cannot find", printable(name));
  return files.read(absolute);
}

Result<tables::Tables> load_tables(const Options& options) {
  const auto overlay = overlay_of(options);
  if (!overlay) return tl::make_unexpected(overlay.error());
  return tables::load(*overlay);
}

Result<tables::Hypervisors> load_hypervisors(const Options& options) {
  const auto overlay = overlay_of(options);
  if (!overlay) return tl::make_unexpected(overlay.error());
  return tables::load_hypervisors(*overlay);
}

Result<probe::Probed> probe_guest(const system::System& system, const tables::Hypervisors& table,
                                  const Options& options) {
  const system::SteadySystem steady(system);
  auto probed = probe::probe(steady, table, all_loaders(), options.assumptions);
  if (!probed) return probed;
  for (const model::Assumption& assumption : probed->assumptions) {
    if (assumption.replaced.empty()) continue;
    warn("--assume " + assumption.key + "=" + assumption.value +
         " overrides what was read: " + printable(assumption.replaced));
  }
  return probed;
}

Result<Guest> look_at_guest(const Options& options) {
  Guest guest;
  auto opened = open_system(options);
  if (!opened) return tl::make_unexpected(opened.error());
  guest.system = std::move(*opened);

  auto loaded = load_tables(options);
  if (!loaded) return tl::make_unexpected(loaded.error());
  guest.tables = std::move(*loaded);

  auto probed = probe_guest(*guest.system, guest.tables.hypervisors, options);
  if (!probed) return tl::make_unexpected(probed.error());
  guest.facts = std::move(probed->facts);
  guest.assumptions = std::move(probed->assumptions);
  return guest;
}

/// What measuring costs the guest is said before.
void announce_spinning(const Guest& guest) {
  const auto cpus = guest.system->identity().online_cpus();
  const auto policy = measure::tick_policy(guest.tables.thresholds);
  if (!cpus) return;
  announce(
      fmt::format("measuring: each of {} CPUs in turn is kept busy for up to {:g} s "
                  "(--no-spin: none is)",
                  cpus->size(), to_seconds(policy.spin)));
}

Result<Measured> measure_guest(const Guest& guest, const Invocation& invocation) {
  const Options& options = invocation.options;
  std::unique_ptr<system::ClocksourceControl> control;
  if (options.switch_clocksource) {
    if (!guest.system->live()) {
      return fail(ErrorCode::usage, "--switch is for the running machine");
    }
    auto opened = system::open_clocksource_control();
    if (!opened) return tl::make_unexpected(std::move(opened).error());
    control = std::move(*opened);
  }
  measure::Request request;
  request.duration = options.duration;
  request.clocks = inventory_of(guest.facts.clock);
  request.smearing = guest.tables.smearing;
  request.of_tsc = options.of_tsc;
  request.target_ppm = options.target_ppm;
  request.ticks = !options.no_ticks;
  request.spin = !options.no_spin;
  const std::vector<std::string> daemons = running_daemons(guest.facts.timesync);
  if (!options.no_network) {
    request.servers =
        options.servers.empty() ? configured_servers(guest.facts.timesync) : options.servers;
    request.daemons = daemons;
  }
  if (request.ticks && request.spin && !options.quiet) announce_spinning(guest);
  measure::Outcome outcome =
      measure::measure(*guest.system, guest.tables.thresholds, request, invocation.stop);
  Measured measured;
  measured.measurements = std::move(outcome.measurements);
  if (!options.record.empty()) {
    measured.recorded =
        system::open_sink()->write(options.record, measure::exchange_file(outcome.recorded));
  }
  if (control) compare_clocksources(guest, *control, invocation.stop, measured.measurements);
  if (options.no_network) {
    if (!measured.measurements.drift.rate_error_ppm.known()) {
      measured.measurements.drift.rate_error_ppm =
          model::Fact<double>::unknown("--no-network: no server was asked");
    }
    for (const std::string& name : daemons) {
      measured.measurements.daemons.push_back(
          measure::unknown_daemon(name, "--no-network: it was not asked"));
    }
  }
  const auto& servers = measured.measurements.servers;
  measured.reference_missing =
      !servers.empty() && std::none_of(servers.begin(), servers.end(), [](const auto& server) {
        return server.verdict == "usable";
      });
  return measured;
}

model::Judgement judge_guest(const Guest& guest, const model::Measurements* measurements,
                             const model::Consent& consent) {
  model::Judgement judgement =
      advise::judge(guest.tables.rules, guest.facts, measurements, consent);
  advise::note_obstacles(guest.tables.parameters, guest.facts, judgement);
  return judgement;
}

model::Consent consent_of(const Guest& guest, const Options& options) {
  model::Consent consent;
  consent.accepted = options.accepted_risks;
  consent.ours = change::own_parameters(store_of(*guest.system, options));
  return consent;
}

bool undecided(const std::vector<model::NotJudged>& not_judged) {
  return std::any_of(not_judged.begin(), not_judged.end(),
                     [](const model::NotJudged& item) { return item.leaves_open(); });
}

change::Store store_of(const system::System& system, const Options& options) {
  return {system, options.state_dir};
}

Result<void> finish_interrupted(const system::System& system, const Options& options) {
  const change::Store store = store_of(system, options);
  if (!change::recovery_is_due(store)) return {};
  auto writer = system::open_writer(system.root());
  if (!writer) return tl::make_unexpected(writer.error());
  const auto recovered = change::recover(store, **writer);
  if (!recovered) return tl::make_unexpected(recovered.error());
  for (const change::RecoveredTransaction& one : *recovered) {
    warn("transaction " + one.id + " had been cut off; its files are as they were before it");
  }
  return {};
}

void report_interrupted(const system::System& system, const Options& options) {
  if (!change::recovery_is_due(store_of(system, options))) return;
  warn(
      "a transaction was cut off and its files may be half changed; guestclock history or apply "
      "puts them back");
}

Result<Nanoseconds> now() {
  if (const char* const epoch = std::getenv("SOURCE_DATE_EPOCH")) {
    constexpr std::chrono::seconds kLast =
        std::chrono::floor<std::chrono::seconds>(Nanoseconds::max());
    const auto seconds = parse_int(epoch);
    if (seconds && *seconds >= 0 && *seconds <= kLast.count()) {
      return Nanoseconds(std::chrono::seconds(*seconds));
    }
    return fail(ErrorCode::usage,
                fmt::format("SOURCE_DATE_EPOCH is \"{}\": expected seconds since 1970, 0 to {}",
                            printable(epoch), kLast.count()));
  }
  const auto here = system::open_live();
  if (!here) return tl::make_unexpected(here.error());
  return (*here)->clocks().read(system::ClockId::realtime);
}

}  // namespace guestclock::cli
