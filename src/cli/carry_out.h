// What apply and params set share: plan, show, ask, write in one transaction, report.
#pragma once

#include <functional>
#include <string_view>

#include "cli/planning.h"

namespace guestclock::cli {

/// Carries out what `plan` makes, or shows it under --dry-run. An interrupted transaction is undone
/// before `plan` is called. Without --yes the user is asked; without a terminal: usage error.
[[nodiscard]] Result<ExitCode> carry_out(const Invocation& invocation, std::string_view verb,
                                         const std::function<Result<Planned>()>& plan);

}  // namespace guestclock::cli
