// Times as documents write them.
#pragma once

#include <string>

#include "base/units.h"

namespace guestclock {

/// Nanoseconds since 1970 as "2026-11-23T12:34:56Z" (RFC 3339, whole seconds, rounded down).
[[nodiscard]] std::string rfc3339(Nanoseconds since_1970);

}  // namespace guestclock
