// Files of NAME=VALUE lines that a shell reads: rc.conf, TuneD's bootcmdline.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace guestclock::settings {

/// What the last line `variable=...` assigns, without its quotes; nothing where there is none.
/// Substitutions are not carried out.
[[nodiscard]] std::optional<std::string> shell_assignment(std::string_view text,
                                                          std::string_view variable);

}  // namespace guestclock::settings
