// The stages from a guest to a change set, shared by plan and apply.
#pragma once

#include "change/plan.h"
#include "cli/guest.h"

namespace guestclock::cli {

struct Planned {
  Guest guest;
  model::PlanDocument document;
};

/// Looks at the guest, judges it without measuring, plans.
[[nodiscard]] Result<Planned> make_plan(const Options& options);

/// The contract's code for a plan that is not carried out.
[[nodiscard]] ExitCode plan_code(const model::PlanDocument& document);

}  // namespace guestclock::cli
