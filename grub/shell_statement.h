// Where a shell statement ends that is no plain assignment, and what it might do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace guestclock::grub {

/// See shell_assignments.h for the rules.
struct ShellStatement {
  std::size_t end = 0;  ///< behind its ';' or in front of its newline, here-documents included
  bool broken = false;  ///< no end can be told
  bool foreign_code = false;
  bool diverts = false;
  bool calls = false;
  std::string reason;  ///< what it is, in words
};

[[nodiscard]] ShellStatement scan_statement(std::string_view bytes, std::size_t begin);

}  // namespace guestclock::grub
