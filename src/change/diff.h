// Unified differences of text files.
#pragma once

#include <string>
#include <string_view>

namespace guestclock::change {

/// Unified diff with three lines of context and "--- a/PATH", "+++ b/PATH" headers ("/dev/null"
/// for a file that is created). Empty where nothing differs. A missing final newline is said as
/// diff(1) says it.
[[nodiscard]] std::string unified_diff(std::string_view path, const std::string* before,
                                       std::string_view after);

}  // namespace guestclock::change
