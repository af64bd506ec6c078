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

/// Whether the next update-grub run keeps what `edit` asks for.
[[nodiscard]] bool survives_update_grub(const LegacyMenu& menu, const model::ParameterEdit& edit);

}  // namespace guestclock::grub
