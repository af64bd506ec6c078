// What the vendors' tables ask of a healthy guest, first match wins. Written from the tables, not
// from the rules.
#pragma once

#include <string>

#include "rules/guest_cross.h"

namespace guestclock::rules_tests {

struct Expected {
  std::string written;  ///< parameters by blanks, in alphabetical order
  std::string held;     ///< the same of what waits for its risk to be accepted
  std::string
      verdict;  ///< the catalogue's row that says that nothing is wrong; empty: not asked for

  friend bool operator==(const Expected&, const Expected&) = default;
};

[[nodiscard]] Expected expected_for(const CrossedGuest& guest);

/// Whether this kernel reads the parameter at all.
[[nodiscard]] bool reads_parameter(const CrossedGuest& guest, const std::string& parameter);

}  // namespace guestclock::rules_tests
