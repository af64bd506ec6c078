#include "cli/exit_code.h"

namespace guestclock::cli {

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::usage:
      return ExitCode::usage;
    case ErrorCode::busy:
      return ExitCode::locked;
    case ErrorCode::permission:
      return ExitCode::no_privilege;
    case ErrorCode::conflict:
      return ExitCode::conflict;
    default:
      return ExitCode::failed;
  }
}

}  // namespace guestclock::cli
