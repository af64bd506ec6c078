// Validation of the program's JSON against the shipped schemas.
#pragma once

#include <string>

namespace guestclock::support {

/// Empty if `json` is one object whose "schema" names a shipped schema file and which that schema
/// accepts; else what is wrong.
[[nodiscard]] std::string schema_problems(const std::string& json);

}  // namespace guestclock::support
