// Words of GRUB Legacy's lines, and which line of an entry carries Linux's parameters.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "grub/legacy_menu.h"

namespace guestclock::grub {

/// The first word, up to a blank or '='.
[[nodiscard]] std::string_view command_word(std::string_view text);
/// Offset of what follows it and any blanks and '='.
[[nodiscard]] std::size_t argument_offset(std::string_view text);
/// Offset of the second blank-separated word ('=' does not end one).
[[nodiscard]] std::size_t next_word_offset(std::string_view text);

/// Where Linux stands among an entry's `commands` (indexes into `lines`): on the last `kernel`
/// line, or with a hypervisor there on the first `module` line whose file is named like a kernel.
/// Nothing for chain loaders, other kernels (--type=netbsd, memtest, FreeBSD's loader) and a
/// hypervisor without such a module.
[[nodiscard]] std::optional<LegacyEntry::Linux> find_linux(
    std::span<const LegacyLine> lines, const std::vector<std::size_t>& commands);

}  // namespace guestclock::grub
