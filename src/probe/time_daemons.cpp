// Who disciplines this guest's clock, and whom do they ask?
#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"
#include "settings/ntp_config.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using settings::NtpConfig;

struct Daemon {
  std::string_view name;
  std::vector<std::string_view> processes;  ///< as /proc/PID/comm has them (15 bytes)
  std::vector<std::string_view> configs;
  std::vector<std::string_view> units;  ///< systemd units and, without ".service", rc scripts
  NtpConfig (*parse)(std::string_view path, std::string_view text);
};

const std::array<Daemon, 4>& daemons() {
  static const std::array<Daemon, 4> kDaemons{{
      {"chronyd",
       {"chronyd"},
       {"/etc/chrony/chrony.conf", "/etc/chrony.conf", "/usr/local/etc/chrony.conf"},
       {"chrony.service", "chronyd.service"},
       settings::parse_chrony_conf},
      {"ntpd",
       {"ntpd"},
       {"/etc/ntpsec/ntp.conf", "/etc/ntp.conf"},
       {"ntp.service", "ntpd.service", "ntpsec.service"},
       settings::parse_ntp_conf},
      {"systemd-timesyncd",
       {"systemd-timesyn"},
       {"/etc/systemd/timesyncd.conf"},
       {"systemd-timesyncd.service"},
       settings::parse_timesyncd_conf},
      {"openntpd",
       {"openntpd"},
       {"/etc/openntpd/ntpd.conf", "/usr/local/etc/ntpd.conf"},
       {"openntpd.service"},
       settings::parse_openntpd_conf},
  }};
  return kDaemons;
}

/// Names of all processes. Unknown where /proc cannot be listed.
Fact<std::vector<std::string>> process_names(const system::System& system) {
  const auto entries = system.files().list("/proc");
  if (!entries) {
    return Fact<std::vector<std::string>>::unknown(unknown_reason(system, entries.error()));
  }
  std::vector<std::string> names;
  for (const std::string& entry : *entries) {
    if (!parse_int(entry)) continue;
    if (const auto comm = system.files().read("/proc/" + entry + "/comm")) {
      names.emplace_back(trim(*comm));
    }
  }
  if (names.empty() && !system.live()) {
    return Fact<std::vector<std::string>>::unknown(std::string(model::kLiveOnly));
  }
  return names;
}

bool contains(const std::vector<std::string>& all, std::string_view wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

/// Links that start a unit at boot, and S-links of System V runlevels.
std::vector<std::string> started_at_boot(const system::Files& files) {
  std::vector<std::string> names;
  for (const char* const target : {"multi-user", "sysinit", "basic", "default"}) {
    const auto units = files.list("/etc/systemd/system/" + std::string(target) + ".target.wants");
    if (units) names.insert(names.end(), units->begin(), units->end());
  }
  for (const char* const level : {"2", "3", "4", "5"}) {
    for (const char* const directory : {"/etc/rc", "/etc/rc.d/rc"}) {
      const auto links = files.list(directory + std::string(level) + ".d");
      if (!links) continue;
      for (const std::string& link : *links) {
        if (link.size() > 3 && link.front() == 'S') names.push_back(link.substr(3) + ".service");
      }
    }
  }
  return names;
}

void merge(NtpConfig& into, const NtpConfig& from) {
  into.servers.insert(into.servers.end(), from.servers.begin(), from.servers.end());
  into.local_clock.insert(into.local_clock.end(), from.local_clock.begin(), from.local_clock.end());
}

/// Files that a configuration refers to: chrony's include, confdir (*.conf), sourcedir (*.sources),
/// ntpd's includefile, and systemd's drop-ins. One level deep.
std::vector<std::string> referred_files(const system::Files& files, const std::string& config,
                                        const NtpConfig& parsed) {
  std::vector<std::string> found;
  std::vector<std::string> directories{config + ".d"};
  for (const std::string& include : parsed.includes) {
    if (!include.starts_with('/')) continue;
    const auto status = files.status(include);
    if (status && status->kind == system::FileKind::directory) {
      directories.push_back(include);
    } else if (status) {
      found.push_back(include);
    }
  }
  for (const std::string& directory : directories) {
    const auto names = files.list(directory);
    if (!names) continue;
    for (const std::string& name : *names) {
      if (name.ends_with(".conf") || name.ends_with(".sources")) {
        found.push_back(directory + "/" + name);
      }
    }
  }
  return found;
}

NtpConfig read_config(const system::Files& files, const Daemon& daemon, const std::string& path,
                      const std::string& text) {
  NtpConfig config = daemon.parse(path, text);
  for (const std::string& more : referred_files(files, path, config)) {
    if (const auto bytes = files.read(more)) merge(config, daemon.parse(more, *bytes));
  }
  return config;
}

model::TimeDaemon look_at(const system::System& system, const Daemon& daemon,
                          const Fact<std::vector<std::string>>& processes,
                          const std::vector<std::string>& at_boot) {
  model::TimeDaemon found;
  found.name = daemon.name;
  for (const std::string_view path : daemon.configs) {
    const auto text = system.files().read(path);
    if (!text) continue;
    found.config = path;
    NtpConfig config = read_config(system.files(), daemon, found.config, *text);
    found.servers = std::move(config.servers);
    found.local_clock = std::move(config.local_clock);
    break;
  }
  found.running = processes.known()
                      ? Fact<bool>(std::any_of(daemon.processes.begin(), daemon.processes.end(),
                                               [&](std::string_view name) {
                                                 return contains(processes.value(), name);
                                               }))
                      : Fact<bool>::unknown(processes.reason());
  found.enabled = std::any_of(daemon.units.begin(), daemon.units.end(),
                              [&](std::string_view unit) { return contains(at_boot, unit); });
  return found;
}

}  // namespace

model::Timesync probe_time_daemons(const system::System& system) {
  const auto processes = process_names(system);
  const auto at_boot = started_at_boot(system.files());
  std::vector<model::TimeDaemon> found;
  for (const Daemon& daemon : daemons()) {
    model::TimeDaemon state = look_at(system, daemon, processes, at_boot);
    if (!state.config.empty() || state.running.value_or(false) || state.enabled.value_or(false)) {
      found.push_back(std::move(state));
    }
  }
  model::Timesync timesync;
  timesync.daemons = std::move(found);
  return timesync;
}

}  // namespace guestclock::probe
