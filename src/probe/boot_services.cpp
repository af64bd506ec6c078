#include "probe/boot_services.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "settings/shell_assignment.h"

namespace guestclock::probe {
namespace {

constexpr std::string_view kAdministratorsUnits = "/etc/systemd/system";
constexpr std::string_view kServiceSuffix = ".service";

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What the last assignment says; nothing where the text does not assign the variable.
std::optional<bool> rc_switch(std::string_view text, std::string_view variable) {
  const auto assigned = settings::shell_assignment(text, variable);
  if (!assigned) return std::nullopt;
  const std::string value = lower(*assigned);
  return value == "yes" || value == "true" || value == "on" || value == "1";
}

}  // namespace

BootServices::BootServices(const system::Files& files) : files_(files) {
  read_systemd();
  read_openrc();
  read_rc_conf();
  // systemd starts a script of System V only where it is in /etc/init.d (systemd-sysv-generator).
  // Elsewhere the runlevels themselves say whether there is such an init at all.
  if (systemd_seen_) {
    init_scripts_ = files_.list("/etc/init.d").value_or(std::vector<std::string>());
  } else {
    const bool found = read_runlevels();
    init_seen_ = init_seen_ || found;
  }
  std::sort(started_.begin(), started_.end());
}

void BootServices::read_systemd() {
  const std::string directory(kAdministratorsUnits);
  if (auto names = files_.list(directory)) {
    init_seen_ = true;
    systemd_seen_ = true;
    administrators_units_ = std::move(*names);
  }
  for (const std::string& name : administrators_units_) {
    if (!name.ends_with(".wants") && !name.ends_with(".requires")) continue;
    if (auto units = files_.list(directory + "/" + name)) append(started_, std::move(*units));
  }
  for (const char* const target : {"multi-user", "sysinit"}) {
    const std::string wants = "/systemd/system/" + std::string(target) + ".target.wants";
    auto units = files_.list("/usr/lib" + wants);
    if (!units) units = files_.list("/lib" + wants);
    if (units) append(started_, std::move(*units));
  }
}

void BootServices::read_openrc() {
  const auto openrc = files_.list("/etc/runlevels/default");
  if (!openrc) return;
  init_seen_ = true;
  for (const std::string& script : *openrc)
    started_.push_back(script + std::string(kServiceSuffix));
}

bool BootServices::read_runlevels() const {
  runlevels_read_ = true;
  bool found = false;
  for (const char* const level : {"2", "3", "4", "5"}) {
    for (const char* const directory : {"/etc/rc", "/etc/rc.d/rc"}) {
      const auto links = files_.list(directory + std::string(level) + ".d");
      if (!links) continue;
      found = true;
      for (const std::string& link : *links) {
        if (link.size() > 3 && link.front() == 'S') {
          in_runlevels_.push_back(link.substr(3).append(kServiceSuffix));
        }
      }
      break;  // where there are both names, one is a link to the other
    }
  }
  std::sort(in_runlevels_.begin(), in_runlevels_.end());
  return found;
}

bool BootServices::started_in_a_runlevel(const std::string& unit) const {
  if (systemd_seen_) {
    const std::string script =
        unit.substr(0, unit.size() - std::min(unit.size(), kServiceSuffix.size()));
    if (!std::binary_search(init_scripts_.begin(), init_scripts_.end(), script)) return false;
  }
  if (!runlevels_read_) read_runlevels();
  return std::binary_search(in_runlevels_.begin(), in_runlevels_.end(), unit);
}

void BootServices::read_rc_conf() {
  for (const char* const path : {"/etc/defaults/rc.conf", "/etc/rc.conf", "/etc/rc.conf.local"}) {
    if (auto text = files_.read(path)) rc_conf_.push_back(std::move(*text));
  }
  if (!rc_conf_.empty()) init_seen_ = true;
}

bool BootServices::masked(const std::string& unit) const {
  if (!std::binary_search(administrators_units_.begin(), administrators_units_.end(), unit)) {
    return false;
  }
  const std::string path = std::string(kAdministratorsUnits) + "/" + unit;
  if (const auto link = files_.read_link(path)) return *link == "/dev/null";
  const auto status = files_.link_status(path);
  return status && status->kind == system::FileKind::regular && status->size == 0;
}

bool BootServices::enabled_in_rc_conf(const std::string& script) const {
  if (rc_conf_.empty()) return false;
  const std::string variable = script + "_enable";
  bool enabled = false;
  for (const std::string& text : rc_conf_)
    enabled = rc_switch(text, variable).value_or(enabled);
  for (const char* const directory : {"/etc/rc.conf.d/", "/usr/local/etc/rc.conf.d/"}) {
    const auto text = files_.read(directory + script);
    if (text) enabled = rc_switch(*text, variable).value_or(enabled);
  }
  return enabled;
}

model::Fact<bool> BootServices::starts(std::span<const std::string_view> units) const {
  if (!init_seen_) {
    return model::Fact<bool>::unknown(
        "neither systemd, System V runlevels, OpenRC nor rc.conf is set up here");
  }
  for (const std::string_view name : units) {
    const std::string unit(name);
    if (masked(unit)) continue;
    if (std::binary_search(started_.begin(), started_.end(), unit)) return true;
    if (started_in_a_runlevel(unit)) return true;
    const std::size_t suffix = unit.size() - std::min(unit.size(), kServiceSuffix.size());
    if (unit.ends_with(kServiceSuffix) && enabled_in_rc_conf(unit.substr(0, suffix))) return true;
  }
  return false;
}

}  // namespace guestclock::probe
