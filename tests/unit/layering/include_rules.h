// Who may include whom, as a pure function over include lines: the design's table of modules, the
// fence around the writing half of the seam, and the fences around third-party headers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::layering {

/// One #include line of product code.
struct Include {
  std::string file;    ///< from the source root: "src/probe/clock.cpp"
  std::string target;  ///< between the quotes or brackets: "system/system.h"
  int line = 0;
};

/// A module and everything it may use, transitively. "cli" may use all.
[[nodiscard]] const std::map<std::string, std::set<std::string>>& allowed_modules();

/// Of a file below src/, grub/ or freebsd/; empty elsewhere.
[[nodiscard]] std::string module_of_file(std::string_view file);

[[nodiscard]] std::vector<Include> includes_in(std::string_view file, std::string_view text);

/// One line for each violation: "file:line: why".
[[nodiscard]] std::vector<std::string> violations(const std::vector<Include>& includes);

}  // namespace guestclock::layering
