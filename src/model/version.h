// Dotted version numbers as rules compare them.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace guestclock::model {

/// Compares as many leading numeric components as `bound` has: 5.3.1 equals the bound 5.3, 8.4
/// equals the bound 8. A missing component counts as 0. Components end at the first character that
/// is neither digit nor dot ("2.6.18-128.el5" is 2.6.18). Where `bound` has a build ("2.6.18-128"),
/// builds are compared in the same way once the versions are equal; a missing one is equal to all.
/// Nothing: no number at the front of one.
[[nodiscard]] std::optional<std::strong_ordering> compare_version(std::string_view version,
                                                                  std::string_view bound);

}  // namespace guestclock::model
