// From findings to the exact bytes that would be written: ordered, conflict-free, checked.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "boot/boot_loader.h"
#include "model/change.h"
#include "model/facts.h"
#include "model/finding.h"
#include "system/system.h"
#include "tables/tables.h"

namespace guestclock::change {

struct PlanRequest {
  model::EntrySelector selector;
  std::vector<std::string> rules;  ///< only these (names or rows); empty: all
};

/// The change set that carries out `findings`.
///
/// Held fixes go to `held`, fixes whose kind no loader here can write (or that only a later tool
/// writes) to `pending` in words, as do those with an obstacle, and rivals unless `rules` decides
/// for one of them. Parameters are written in rule order, a rule's before those of rules that it
/// `writes_before`. Two rules that want different values for one parameter: conflict. Every edition
/// is checked before it is believed: read back by the loader through an overlay, the entries must
/// have exactly the intended parameters and a second edit must change nothing; else `unsafe`, and
/// nothing is planned. `reboot_required` where a wanted parameter is not in force in the running
/// kernel (never in a tree). `warnings`: those of the editions, parameters that grew beyond what
/// their kernel takes, and where a kernel parameter changes, measured_boot_warnings.
[[nodiscard]] Result<model::ChangeSet> plan(std::span<const model::Finding> findings,
                                            const model::Facts& facts, const system::System& system,
                                            std::span<const boot::LoaderInUse> loaders,
                                            const PlanRequest& request,
                                            const tables::Thresholds& thresholds);

/// The change set of a user's own parameter edits (`params set`): checked as above. `unsupported`
/// where this loader's files cannot be edited.
[[nodiscard]] Result<model::ChangeSet> plan_parameters(std::span<const model::ParameterEdit> edits,
                                                       const model::Facts& facts,
                                                       const system::System& system,
                                                       const boot::LoaderInUse& loader,
                                                       const model::EntrySelector& selector,
                                                       const tables::Thresholds& thresholds);

}  // namespace guestclock::change
