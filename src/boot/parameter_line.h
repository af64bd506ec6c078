// Kernel parameters inside a line of a boot file: edits tokens, keeps every other byte.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/change.h"

namespace guestclock::boot {

/// `text` with the edits applied, by the semantics of model::ParameterEdit. A replaced token keeps
/// its place; a removed one takes the blanks in front of it along; new ones go behind the last
/// token before "--" (or the end), each after one space. Trailing blanks and CR stay at the end.
[[nodiscard]] std::string edit_parameters(std::string_view text,
                                          std::span<const model::ParameterEdit> edits);

}  // namespace guestclock::boot
