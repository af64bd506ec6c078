// Commands of shell scripts and crontabs that set the clock once, and go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace guestclock::system {

struct ClockCommand {
  std::string_view command;  ///< what stands between the signs ; & | around it
  std::string program;       ///< ntpdate, sntp, rdate, ...
};

/// The first such command of a line; nothing where there is none, in comments, and where the
/// program is only looked for, stopped, or asked for the time without setting it.
[[nodiscard]] std::optional<ClockCommand> clock_command(std::string_view line);

/// False: no line of `text` holds such a command, as of most texts can be seen at a glance.
[[nodiscard]] bool may_hold_clock_command(std::string_view text);

}  // namespace guestclock::system
