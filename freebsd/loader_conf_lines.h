// FreeBSD's loader.conf grammar without losing a byte: independent lines `name = value # comment`,
// the value in double quotes or a bare word. device.hints has the same. Pure text.
//
// The Lua loader (FreeBSD 12 and later) skips a line it does not understand; the Forth loader stops
// there. The grammar is that of the present Lua loader; `doubtful` and `stops_forth` mark where
// other releases differ.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::freebsd {

struct ConfLine {
  enum class Kind { blank, assignment, malformed };
  Kind kind = Kind::blank;
  std::string raw;              ///< every byte, the newline at the end included
  std::string name;             ///< also of a malformed line, where it starts with `name =`
  std::string text;             ///< between the quotes, or the bare word, as written
  std::size_t value_begin = 0;  ///< in `raw`; the quotes belong to the value
  std::size_t value_end = 0;
  bool doubtful = false;     ///< some releases skip this line, or read it differently
  bool stops_forth = false;  ///< the Forth loader reads neither this line nor what follows
};

struct ConfFile {
  std::vector<ConfLine> lines;

  [[nodiscard]] std::string print() const;
};

/// Any bytes are a file: print(parse(x)) == x.
[[nodiscard]] ConfFile parse_conf_file(std::string_view bytes);

/// Whether every line that is not blank is an assignment, and there is at least one.
[[nodiscard]] bool all_assignments(const ConfFile& file);

/// Whether a value stands for itself, a backslash or $name in it too: that of a module's setting
/// (foo_load, foo_flags, ...) and of exec does.
[[nodiscard]] bool is_taken_as_written(std::string_view name);

}  // namespace guestclock::freebsd
