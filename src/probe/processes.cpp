#include "probe/processes.h"

#include <algorithm>

#include "base/text.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;

constexpr std::size_t kMaxProcessesOfService = 64;
constexpr std::size_t kSmallFile = 4096;

/// "/proc/PID"; nothing for what is no process id (0: a process of another pid namespace).
std::optional<std::string> process_directory(std::string_view text) {
  const auto pid = parse_int(trim(text));
  if (!pid || *pid <= 0) return std::nullopt;
  return "/proc/" + std::to_string(*pid);
}

}  // namespace

Fact<std::vector<std::string>> Processes::find(const ProcessTraces& traces, bool installed) {
  if (!system_.live()) return among_all(traces);
  if (auto found = in_services(traces); !found.empty()) return found;
  if (auto found = by_pid_file(traces); !found.empty()) return found;
  const bool by_services = services().has_value();
  const bool impossible = !installed || (traces.only_under_systemd && !systemd_runs_);
  if (by_services || impossible) return std::vector<std::string>{};
  return among_all(traces);
}

const std::optional<std::vector<std::string>>& Processes::services() {
  if (services_looked_for_) return services_;
  services_looked_for_ = true;
  const system::Files& files = system_.files();
  systemd_runs_ = files.exists("/run/systemd/system");
  if (!systemd_runs_) return services_;
  // A container may see its host's control groups: there the first process is no init system.
  const auto first = files.read("/proc/1/comm", kSmallFile);
  if (!first || (trim(*first) != "systemd" && trim(*first) != "init")) return services_;
  for (const char* const slice :
       {"/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/systemd/system.slice"}) {
    auto names = files.list(slice);
    if (!names) continue;
    slice_ = slice;
    services_ = std::move(*names);
    break;
  }
  return services_;
}

std::vector<std::string> Processes::in_services(const ProcessTraces& traces) {
  std::vector<std::string> found;
  if (!services()) return found;
  for (const std::string_view unit : traces.units) {
    if (!std::binary_search(services_->begin(), services_->end(), unit)) continue;
    const auto members =
        system_.files().read(slice_ + "/" + std::string(unit) + "/cgroup.procs", kSmallFile);
    if (!members) continue;
    std::size_t seen = 0;
    for (const std::string_view line : lines(*members)) {
      if (++seen > kMaxProcessesOfService) break;
      auto directory = process_directory(line);
      if (directory && is_called(*directory, traces)) {
        found.push_back(std::move(*directory));
      }
    }
  }
  return found;
}

std::vector<std::string> Processes::by_pid_file(const ProcessTraces& traces) const {
  std::vector<std::string> found;
  for (const std::string_view name : traces.pid_files) {
    const auto text = system_.files().read("/var/run/" + std::string(name), kSmallFile);
    if (!text) continue;
    auto directory = process_directory(*text);
    if (directory && is_called(*directory, traces)) found.push_back(std::move(*directory));
  }
  return found;
}

Fact<std::vector<std::string>> Processes::among_all(const ProcessTraces& traces) {
  if (!all_) {
    const auto entries = system_.files().list("/proc");
    if (!entries) {
      all_ = Fact<Names>::unknown(unknown_reason(system_, entries.error()));
    } else {
      Names names;
      for (const std::string& entry : *entries) {
        const auto directory = process_directory(entry);
        if (!directory) continue;
        const auto comm = system_.files().read(*directory + "/comm", kSmallFile);
        if (comm) names.emplace_back(*directory, trim(*comm));
      }
      all_ = std::move(names);
    }
  }
  if (!all_->known()) return Fact<std::vector<std::string>>::unknown(all_->reason());
  std::vector<std::string> found;
  for (const auto& [directory, name] : all_->value()) {
    if (contains(traces.names, name)) found.push_back(directory);
  }
  if (found.empty() && !system_.live()) return Fact<std::vector<std::string>>::live_only();
  return found;
}

bool Processes::is_called(const std::string& directory, const ProcessTraces& traces) const {
  const auto comm = system_.files().read(directory + "/comm", kSmallFile);
  return comm && contains(traces.names, trim(*comm));
}

}  // namespace guestclock::probe
