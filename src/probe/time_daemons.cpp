// Who disciplines this guest's clock, and whom do they ask?
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "probe/boot_services.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"
#include "settings/chrony_conf.h"
#include "settings/ntp_conf.h"
#include "settings/ntp_config.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using settings::NtpConfig;

struct ConfigFile {
  std::string path;
  std::string text;
  std::string include;  ///< as the main file refers to it; empty: it does not
};

/// A configuration and where it stands; an empty path: none found.
struct FoundConfig {
  std::string path;
  NtpConfig config;
  std::vector<ConfigFile> files;  ///< the main one first
  std::string unreadable;         ///< why the configuration that is there cannot be read
};

struct Daemon {
  std::string_view name;
  ProcessTraces traces;
  FewNames units;
  FewNames programs;
  FewNames configs;  ///< the first that is there counts
  NtpConfig (*parse)(std::string_view path, std::string_view text);
  FoundConfig (*read)(const system::Files& files, const Daemon& daemon);
};

void merge(NtpConfig& into, const NtpConfig& from) {
  into.servers.insert(into.servers.end(), from.servers.begin(), from.servers.end());
  into.local_clock.insert(into.local_clock.end(), from.local_clock.begin(), from.local_clock.end());
  into.local_units.insert(into.local_units.end(), from.local_units.begin(), from.local_units.end());
  for (const auto& [unit, stratum] : from.local_strata)
    into.local_strata[unit] = stratum;
}

struct ReferredFile {
  std::string path;
  std::string include;
};

/// Files that a configuration refers to: chrony's include, confdir (*.conf), sourcedir (*.sources),
/// ntpd's includefile; last those of the directory named after it. One level deep, each once.
std::vector<ReferredFile> referred_files(const system::Files& files, const std::string& config,
                                         const NtpConfig& parsed) {
  constexpr std::size_t kMostIncludes = 100;
  std::vector<ReferredFile> found;
  const auto take_directory = [&](const std::string& directory, const std::string& include) {
    const auto names = files.list(directory);
    if (!names) return;
    for (const std::string& name : *names) {
      if (name.ends_with(".conf") || name.ends_with(".sources")) {
        found.push_back({directory + "/" + name, include});
      }
    }
  };
  std::vector<std::string> seen;
  for (const std::string& include : parsed.includes) {
    if (!include.starts_with('/') || contains(seen, include)) continue;
    if (seen.size() == kMostIncludes) break;
    seen.push_back(include);
    const auto status = files.status(include);
    if (status && status->kind == system::FileKind::directory) {
      take_directory(include, include);
    } else if (status) {
      found.push_back({include, include});
    }
  }
  take_directory(config + ".d", {});
  return found;
}

FoundConfig read_first(const system::Files& files, const Daemon& daemon) {
  FoundConfig found;
  for (const std::string_view path : daemon.configs) {
    auto text = files.read(path);
    if (!text && text.error().code == ErrorCode::permission) {
      found.unreadable = describe(text.error());
      break;
    }
    if (!text) continue;
    found.path = path;
    found.config = daemon.parse(path, *text);
    found.files.push_back({found.path, std::move(*text), {}});
    for (ReferredFile& more : referred_files(files, found.path, found.config)) {
      auto bytes = files.read(more.path);
      if (!bytes) continue;
      merge(found.config, daemon.parse(more.path, *bytes));
      found.files.push_back({std::move(more.path), std::move(*bytes), std::move(more.include)});
    }
    break;
  }
  return found;
}

/// systemd's way: one main file, then the drop-ins of all directories in the order of their names;
/// of two with one name that of the earlier directory counts.
FoundConfig read_with_drop_ins(const system::Files& files, const Daemon& daemon) {
  FoundConfig found;
  std::string all;
  std::map<std::string, std::string> drop_ins;
  for (const std::string_view path : daemon.configs) {
    if (found.path.empty()) {
      if (auto text = files.read(path)) {
        found.path = path;
        all = std::move(*text);
      }
    }
    const std::string directory = std::string(path) + ".d";
    const auto names = files.list(directory);
    if (!names) continue;
    for (const std::string& name : *names) {
      if (name.ends_with(".conf")) drop_ins.emplace(name, directory + "/" + name);
    }
  }
  for (const auto& [name, path] : drop_ins) {
    const auto text = files.read(path);
    if (!text) continue;
    if (found.path.empty()) found.path = path;
    all += "\n[]\n" + *text;
  }
  found.config = daemon.parse(found.path, all);
  return found;
}

constexpr std::string_view kChronyd = "chronyd";
constexpr std::string_view kNtpd = "ntpd";
constexpr std::string_view kNtpsec = "ntpsec";
constexpr std::string_view kOpenntpd = "openntpd";

/// Three daemons call their process ntpd, and two of them may have one service name.
ProcessTraces ntpd_traces() {
  return {{kNtpd, kOpenntpd},
          {"ntp.service", "ntpd.service", "ntpsec.service", "openntpd.service"},
          {"ntpd.pid"}};
}

std::vector<Daemon> daemons() {
  return {
      {kChronyd,
       {{kChronyd}, {"chrony.service", "chronyd.service"}, {"chrony/chronyd.pid", "chronyd.pid"}},
       {"chrony.service", "chronyd.service"},
       {"/usr/sbin/chronyd", "/usr/local/sbin/chronyd"},
       {"/etc/chrony/chrony.conf", "/etc/chrony.conf", "/usr/local/etc/chrony.conf"},
       settings::parse_chrony_conf,
       read_first},
      {kNtpd,
       ntpd_traces(),
       {"ntp.service", "ntpd.service"},
       {"/usr/sbin/ntpd", "/usr/local/sbin/ntpd"},
       {"/etc/ntp.conf"},
       settings::parse_ntp_conf,
       read_first},
      {kNtpsec,
       ntpd_traces(),
       {"ntpsec.service"},
       {"/usr/sbin/ntpd", "/usr/local/sbin/ntpd"},
       {"/etc/ntpsec/ntp.conf"},
       settings::parse_ntp_conf,
       read_first},
      {"systemd-timesyncd",
       {{"systemd-timesyn"}, {"systemd-timesyncd.service"}, {}, true},
       {"systemd-timesyncd.service"},
       {"/usr/lib/systemd/systemd-timesyncd", "/lib/systemd/systemd-timesyncd"},
       {"/etc/systemd/timesyncd.conf", "/run/systemd/timesyncd.conf",
        "/usr/local/lib/systemd/timesyncd.conf", "/usr/lib/systemd/timesyncd.conf"},
       settings::parse_timesyncd_conf,
       read_with_drop_ins},
      {kOpenntpd,
       ntpd_traces(),
       {"openntpd.service"},
       {"/usr/sbin/ntpd", "/usr/local/sbin/ntpd", "/usr/sbin/openntpd"},
       {"/etc/openntpd/ntpd.conf", "/usr/local/etc/ntpd.conf", "/etc/ntpd.conf"},
       settings::parse_openntpd_conf,
       read_first},
  };
}

/// Distributions that ship ntpsec alone give it ntpd's places.
bool ntpsec_stands_in_for_ntpd(const system::Files& files) {
  const auto config = files.read("/etc/ntp.conf");
  if (!config || files.exists("/etc/ntpsec/ntp.conf")) return false;
  return config->find(kNtpsec) != std::string::npos || files.exists("/usr/share/doc/ntpsec");
}

std::vector<Daemon> daemons_of(const system::Files& files) {
  std::vector<Daemon> all = daemons();
  if (!ntpsec_stands_in_for_ntpd(files)) return all;
  const auto named = [&](std::string_view name) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Daemon& daemon) { return daemon.name == name; });
  };
  named(kNtpd)->units.add("ntpsec.service");
  named(kNtpd)->name = kNtpsec;
  all.erase(std::find_if(named(kNtpsec) + 1, all.end(),
                         [](const Daemon& daemon) { return daemon.name == kNtpsec; }));
  return all;
}

class Survey {
 public:
  Survey(const system::System& system, Processes& processes)
      : files_(system.files()), live_(system.live()), processes_(processes), at_boot_(files_) {}

  void survey(model::Timesync& timesync) {
    const std::vector<Daemon> all = daemons_of(files_);
    std::vector<model::TimeDaemon> found;
    std::vector<FoundConfig> configs;
    found.reserve(all.size());
    configs.reserve(all.size());
    for (const Daemon& daemon : all) {
      configs.push_back(daemon.read(files_, daemon));
      found.push_back(configured(daemon, configs.back()));
    }
    timesync.ntp_conf = std::optional<model::NtpConf>();
    timesync.chrony_conf = std::optional<model::ChronyConf>();
    timesync.serving = std::vector<std::string>();
    for (std::size_t i = 0; i < all.size(); ++i) {
      found[i].running = running(all[i], found[i], found);
      if (in_use(found[i])) describe_use(found[i].name, configs[i], timesync);
    }
    const auto no_trace = [](const model::TimeDaemon& daemon) {
      return daemon.config.empty() && !daemon.running.value_or(false) &&
             !daemon.enabled.value_or(false);
    };
    found.erase(std::remove_if(found.begin(), found.end(), no_trace), found.end());
    timesync.daemons = std::move(found);
  }

 private:
  [[nodiscard]] model::TimeDaemon configured(const Daemon& daemon, const FoundConfig& found) const {
    model::TimeDaemon state;
    state.name = daemon.name;
    state.config = found.path;
    state.local_stratum = settings::local_stratum(found.config);
    state.servers = found.config.servers;
    state.local_clock = found.config.local_clock;
    state.enabled = at_boot_.starts(daemon.units);
    return state;
  }

  /// It runs or starts at boot; where neither can be seen, whose configuration is there.
  [[nodiscard]] static bool in_use(const model::TimeDaemon& daemon) {
    if (daemon.running.value_or(false) || daemon.enabled.value_or(false)) return true;
    return !daemon.running.known() && !daemon.enabled.known() && !daemon.config.empty();
  }

  template <class Reader>
  [[nodiscard]] auto read_all(const FoundConfig& found) const {
    Reader reader;
    std::set<std::string> to_take;
    for (const ConfigFile& file : found.files)
      to_take.insert(file.include);
    const auto take = [&](const std::string& include) {
      if (to_take.erase(include) == 0) return;
      for (const ConfigFile& file : found.files) {
        if (file.include == include) reader.read(file.path, file.text);
      }
    };
    for (const ConfigFile& file : found.files) {
      if (file.include.empty()) reader.read(file.path, file.text, take);
    }
    auto conf = std::move(reader).result();
    if (!live_ && takes_in_run(found.config)) conf.sources = Fact<std::int64_t>::live_only();
    return conf;
  }

  /// DHCP leaves further sources there once the system runs.
  static bool takes_in_run(const NtpConfig& config) {
    return std::any_of(config.includes.begin(), config.includes.end(),
                       [](const std::string& include) {
                         return include.starts_with("/run/") || include.starts_with("/var/run/");
                       });
  }

  /// The parts of `timesync` that speak of how a daemon in use is configured.
  void describe_use(const std::string& name, const FoundConfig& found,
                    model::Timesync& timesync) const {
    const bool ntp = name == kNtpd || name == kNtpsec;
    bool serves = found.config.serves;
    if (!found.unreadable.empty()) {
      timesync.serving = Fact<std::vector<std::string>>::unknown(found.unreadable);
      if (name == kChronyd) {
        timesync.chrony_conf = Fact<std::optional<model::ChronyConf>>::unknown(found.unreadable);
      } else if (ntp) {
        timesync.ntp_conf = Fact<std::optional<model::NtpConf>>::unknown(found.unreadable);
      }
      return;
    }
    if (found.files.empty()) return;
    if (name == kChronyd) {
      auto conf = read_all<settings::ChronyConfReader>(found);
      serves = !conf.allow.empty();
      timesync.chrony_conf = std::optional(std::move(conf));
    } else if (ntp) {
      auto conf = read_all<settings::NtpConfReader>(found);
      serves = conf.refuses_all.empty();
      timesync.ntp_conf = std::optional(std::move(conf));
    }
    if (serves && timesync.serving.known()) timesync.serving.value().push_back(name);
  }

  [[nodiscard]] bool installed(const Daemon& daemon, const model::TimeDaemon& state) {
    return !state.config.empty() || state.enabled.value_or(false) ||
           std::any_of(daemon.programs.begin(), daemon.programs.end(),
                       [&](std::string_view path) { return program_is_there(path); });
  }

  /// Several daemons have a program of one name.
  [[nodiscard]] bool program_is_there(std::string_view path) {
    const auto [program, first] = programs_.try_emplace(path);
    if (first) program->second = files_.exists(path);
    return program->second;
  }

  Fact<bool> running(const Daemon& daemon, const model::TimeDaemon& state,
                     const std::vector<model::TimeDaemon>& all) {
    const auto found = processes_.find(daemon.traces, installed(daemon, state));
    if (!found.known()) return Fact<bool>::unknown(found.reason());
    return std::any_of(found.value().begin(), found.value().end(), [&](const std::string& process) {
      return process_name_is_own(daemon) || ntpd_is(process, all) == daemon.name;
    });
  }

  [[nodiscard]] static bool process_name_is_own(const Daemon& daemon) {
    const auto& names = daemon.traces.names;
    return std::find(names.begin(), names.end(), kNtpd) == names.end();
  }

  /// Which of the three a process called ntpd is: as its control group, its program's path or its
  /// command line say, else the one that is configured here.
  [[nodiscard]] std::string_view ntpd_is(const std::string& process,
                                         const std::vector<model::TimeDaemon>& all) const {
    std::string told = files_.read(process + "/cmdline").value_or("");
    const bool retitled = told.starts_with("ntpd: ");
    told += files_.read(process + "/cgroup").value_or("");
    told += files_.read_link(process + "/exe").value_or("");
    if (told.find(kNtpsec) != std::string::npos) return kNtpsec;
    if (retitled || told.find(kOpenntpd) != std::string::npos ||
        told.find("/ntpd.conf") != std::string::npos) {
      return kOpenntpd;
    }
    for (const std::string_view name : {kNtpd, kNtpsec, kOpenntpd}) {
      if (std::any_of(all.begin(), all.end(), [&](const model::TimeDaemon& daemon) {
            return daemon.name == name && !daemon.config.empty();
          })) {
        return name;
      }
    }
    return kNtpd;
  }

  const system::Files& files_;
  bool live_;
  Processes& processes_;
  BootServices at_boot_;
  std::map<std::string_view, bool> programs_;  ///< by path: is it there?
};

}  // namespace

void probe_time_daemons(const system::System& system, Processes& processes,
                        model::Timesync& timesync) {
  Survey(system, processes).survey(timesync);
}

}  // namespace guestclock::probe
