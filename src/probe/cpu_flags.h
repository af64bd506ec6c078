// What an x86 kernel says of its first CPU.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace guestclock::probe {

/// Enough of /proc/cpuinfo: every CPU says the same of itself, and a thousand of them take
/// milliseconds to list.
inline constexpr std::size_t kFirstCpu = 4096;

/// Its flags in the text of /proc/cpuinfo; nothing where none are listed.
[[nodiscard]] inline std::optional<std::vector<std::string>> cpu_flags(std::string_view cpuinfo) {
  const auto flags = value_of_line(cpuinfo, "flags");
  return flags ? std::optional(words(*flags)) : std::nullopt;
}

}  // namespace guestclock::probe
