// The contract's exit codes.
#pragma once

#include "base/result.h"

namespace guestclock::cli {

enum class ExitCode {
  good = 0,
  failed = 1,         ///< nothing half done
  findings = 2,       ///< findings at or above --fail-on, changes pending
  undetermined = 3,   ///< no reference answered, or an unknown fact decides a rule
  reboot_needed = 4,  ///< applied, and a reboot or a regeneration is still needed
  conflict = 5,       ///< somebody else changed a file; nothing written
  usage = 64,
  locked = 75,
  no_privilege = 77,
  interrupted = 128,  ///< plus the signal's number
};

[[nodiscard]] ExitCode exit_code_of(const Error& error);

}  // namespace guestclock::cli
