// What a value comes to in grub.cfg, which is itself a script: GRUB takes the linux line apart a
// second time (grub-core/script/yylex.l).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/change.h"

namespace guestclock::grub {

/// Why GRUB would not read `value` as words of one linux line: a newline, or outside of quotes one
/// of ; & | < > { } or a '#' at the start of a word, or an open quote. Completes "NAME ...".
[[nodiscard]] std::optional<std::string> why_no_linux_line(std::string_view value);

/// Why a parameter could not be written to a linux line: it has one of ; & | < > { } $ \ ' " or
/// starts with '#'.
[[nodiscard]] std::optional<std::string> why_not_in_grub_script(const model::ParameterEdit& edit);

}  // namespace guestclock::grub
