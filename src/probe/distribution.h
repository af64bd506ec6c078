// Which distribution and release is this?
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/facts.h"
#include "system/system.h"

namespace guestclock::probe {

/// id and version of a release line: "CentOS release 5.3 (Final)" is {centos, 5.3}, "release 5" is
/// 5.0, "ES release 4 (Nahant Update 7)" is {rhel, 4.7}. Nothing for other lines.
struct ReleaseName {
  std::string id;
  std::string version;
};
[[nodiscard]] std::optional<ReleaseName> parse_release_line(std::string_view line);

/// Value of a shell-style assignment in os-release (os-release(5)), quotes taken off.
[[nodiscard]] std::optional<std::string> os_release_value(std::string_view text,
                                                          std::string_view name);

/// __FreeBSD_version as "major.minor": 801000 is 8.1, 1401000 is 14.1 (sys/param.h).
[[nodiscard]] std::optional<std::string> freebsd_version(std::int64_t number);

/// /etc/os-release, the older release files, FreeBSD's freebsd-version and sys/param.h. The
/// version of the Red Hat family comes from its release file, which knows the minor.
[[nodiscard]] model::Distribution probe_distribution(const system::System& system);

}  // namespace guestclock::probe
