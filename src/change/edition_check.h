// Is an edition what was asked for? Read back by the loader itself before a byte is written.
#pragma once

#include <span>

#include "base/result.h"
#include "boot/boot_loader.h"
#include "model/change.h"
#include "system/system.h"

namespace guestclock::change {

/// Reads the edited files back through an overlay: the loader must show the same entries, with the
/// wanted values in those that the selector names, every other parameter as it was, and a second
/// edit must change nothing. `unsafe` otherwise.
[[nodiscard]] Result<void> check_edition(const boot::LoaderInUse& in_use,
                                         const system::Files& files,
                                         const settings::Edition& edition,
                                         std::span<const model::ParameterEdit> edits,
                                         const model::EntrySelector& selector);

}  // namespace guestclock::change
