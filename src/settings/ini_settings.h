// Files of `[section]` and `key = value` lines: systemd's, GLib's (tools.conf), TuneD's profiles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guestclock::settings {

struct IniSetting {
  std::string section;  ///< without brackets; empty before the first
  std::string key;
  std::string value;  ///< trimmed, as written
};

/// In file order. Lines that start with # or ; are comments; lines without = are left out.
[[nodiscard]] std::vector<IniSetting> ini_settings(std::string_view text);

}  // namespace guestclock::settings
