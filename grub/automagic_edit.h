// Edits the settings of Debian's update-grub along with the lines that it made from them, so that
// its next run does not undo an edit.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grub/legacy_menu.h"
#include "model/change.h"
#include "model/facts.h"

namespace guestclock::grub {

struct AutomagicEdition {
  std::string bytes;                  ///< the menu with its settings edited
  std::vector<std::string> pending;   ///< what the next update-grub run would still undo, and why
  std::vector<std::string> warnings;  ///< entries that this run changes though nobody asked for it
};

/// Edits the settings of `menu`, whose entries' own lines are edited already; `before` are its
/// bytes and `entries` its entries before that. What is set goes where its name stands, else to
/// kopt (all entries) or to the default entry's own setting; for all entries it leaves the others.
/// What is removed goes from every setting of the entries it touches. One entry by index or kernel
/// has no setting of its own: nothing is edited for it. `unsafe` with "file:line" where
/// update-grub's shell would not hand a value on, `malformed` where an entry's own line reaches
/// into the settings.
[[nodiscard]] Result<AutomagicEdition> edit_automagic(const LegacyMenu& menu,
                                                      std::string_view before,
                                                      std::span<const model::BootEntry> entries,
                                                      std::span<const model::ParameterEdit> edits,
                                                      const model::EntrySelector& selector,
                                                      std::string_view file);

/// The menu with one setting edited, counted as automagic_settings does. `unsafe` where it cannot.
[[nodiscard]] Result<std::string> edit_setting(const LegacyMenu& menu, std::size_t setting,
                                               std::span<const model::ParameterEdit> edits,
                                               std::string_view file);

}  // namespace guestclock::grub
