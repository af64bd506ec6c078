// Edits the parameters on one line of a GRUB Legacy menu.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "grub/legacy_menu.h"
#include "model/change.h"

namespace guestclock::grub {

/// The line's bytes with `edits` applied to what follows offset `parameters_begin` of its text.
/// `unsafe` where GRUB could not carry the outcome, `malformed` where the line cannot be edited
/// without guessing; both with "file:line". A line that stays as it is is never refused for its
/// looks.
[[nodiscard]] Result<std::string> edit_line(const LegacyLine& line, std::size_t parameters_begin,
                                            std::span<const model::ParameterEdit> edits,
                                            std::string_view file);

}  // namespace guestclock::grub
