// The stages from a guest to a change set, shared by the verbs that plan.
#pragma once

#include "change/plan.h"
#include "cli/guest.h"

namespace guestclock::cli {

struct Planned {
  Guest guest;
  model::PlanDocument document;
};

/// The boot loaders in use, or only the one that --loader names; usage error where it is not in
/// use.
[[nodiscard]] Result<std::vector<boot::LoaderInUse>> loaders_here(const Guest& guest,
                                                                  const Options& options);
/// "grub-legacy, grub2"
[[nodiscard]] std::string loader_names(std::span<const boot::LoaderInUse> loaders);

/// Looks at the guest, judges it without measuring, plans.
[[nodiscard]] Result<Planned> make_plan(const Options& options);

/// The contract's code for a plan that is not carried out.
[[nodiscard]] ExitCode plan_code(const model::PlanDocument& document);

}  // namespace guestclock::cli
