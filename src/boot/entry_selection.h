// Which boot entries an edit touches: one answer for every loader.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "model/change.h"
#include "model/facts.h"

namespace guestclock::boot {

/// Whether `edit` touches `entry`. An entry without a kernel of ours is never touched. Automatic:
/// an edit that sets or adds touches the default entry, one that only removes touches every entry
/// but rescue ones.
[[nodiscard]] bool selects(const model::EntrySelector& selector, const model::ParameterEdit& edit,
                           const model::BootEntry& entry);

/// not_found, in words, where an edit touches no entry at all. Automatic removals may touch none.
[[nodiscard]] Result<void> check_selection(const model::EntrySelector& selector,
                                           std::span<const model::ParameterEdit> edits,
                                           std::span<const model::BootEntry> entries,
                                           std::string_view file);

/// Whether an entry is one to fall back on: by its title, its kernel's name or its parameters.
[[nodiscard]] bool looks_like_rescue(const model::BootEntry& entry);

}  // namespace guestclock::boot
