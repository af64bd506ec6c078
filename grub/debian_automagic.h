// Debian's update-grub for GRUB Legacy: the block of a menu that it rewrites, and the commented
// settings in that block from which it does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "grub/legacy_menu.h"
#include "model/change.h"

namespace guestclock::grub {

/// Tokens that update-grub gives every normal entry: those of `# kopt=` and `# defoptions=`. Only
/// lines with exactly one blank behind the '#' are settings.
[[nodiscard]] std::vector<std::string> automagic_parameters(const LegacyMenu& menu);

/// What of `edits` the next update-grub run would undo: tokens, or "no NAME" for a removal.
[[nodiscard]] std::vector<std::string> undone_by_update_grub(
    const LegacyMenu& menu, std::span<const model::ParameterEdit> edits);

}  // namespace guestclock::grub
