// Which services start at boot: systemd, System V runlevels, OpenRC, FreeBSD's rc.conf.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/fact.h"
#include "system/system.h"

namespace guestclock::probe {

class BootServices {
 public:
  /// `files` must outlive this.
  explicit BootServices(const system::Files& files);

  /// Whether one of `units` starts at boot. A unit's name without ".service" is also that of its rc
  /// script and, with "_enable", of its variable in rc.conf. A masked unit never starts. Presets
  /// are not guessed at. Unknown where none of those init systems left a trace.
  [[nodiscard]] model::Fact<bool> starts(std::span<const std::string_view> units) const;

 private:
  void read_systemd();
  void read_openrc();
  /// False where there is no runlevel's directory.
  bool read_runlevels() const;
  void read_rc_conf();
  [[nodiscard]] bool started_in_a_runlevel(const std::string& unit) const;
  [[nodiscard]] bool masked(const std::string& unit) const;
  [[nodiscard]] bool enabled_in_rc_conf(const std::string& script) const;

  const system::Files& files_;
  bool init_seen_ = false;
  bool systemd_seen_ = false;
  std::vector<std::string> administrators_units_;  ///< names in /etc/systemd/system, sorted
  std::vector<std::string> started_;               ///< unit names, sorted
  std::vector<std::string> init_scripts_;          ///< names in /etc/init.d, sorted
  /// Unit names of the scripts that runlevels start, sorted. Read when first asked for.
  mutable std::vector<std::string> in_runlevels_;
  mutable bool runlevels_read_ = false;
  std::vector<std::string> rc_conf_;  ///< texts in the order in which rc reads them
};

}  // namespace guestclock::probe
