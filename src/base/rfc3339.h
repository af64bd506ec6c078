// Times as documents write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace guestclock {

/// A day in UTC.
using Day = std::chrono::sys_days;

/// Nanoseconds since 1970 as "2026-11-23T12:34:56Z" (RFC 3339, whole seconds, rounded down).
[[nodiscard]] std::string rfc3339(Nanoseconds since_1970);

/// "2026-11-23"; the day must be one that day_from can return.
[[nodiscard]] std::string rfc3339(Day day);

/// The whole text as a day, "2026-11-23"; nothing for anything else, for a day that no calendar has
/// (2026-02-30) and before 1970.
[[nodiscard]] std::optional<Day> day_from(std::string_view text);

}  // namespace guestclock
