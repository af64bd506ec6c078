// GRUB Legacy's menu file (menu.lst, grub.conf) without losing a byte of it: the lines as GRUB 0.97
// joins them, and the entries it would show. Pure text, nothing is read or written.
//
// Rules (stage2.c get_line_from_config and cmain, cmdline.c find_command and skip_to): carriage
// returns are dropped, tabs become spaces, backslash and newline become a space, '#' starts a
// comment only as the first non-blank of a line and such a comment goes on after a backslash at its
// end. The first word, up to a blank or '=', is the command. An entry without any known command is
// dropped and not counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::grub {

/// A line as GRUB sees it; spread over several physical ones where they end in a backslash.
struct LegacyLine {
  enum class Kind { blank, comment, command };
  Kind kind = Kind::blank;
  std::string raw;         ///< every byte, the newline at the end included
  std::size_t number = 1;  ///< physical line, counted from 1, on which it starts
  /// Command lines: what GRUB makes of it, at most kLineLimit bytes.
  std::string text;
  std::vector<std::uint32_t> origin;  ///< of each byte of `text`: its offset in `raw`
  bool cut = false;           ///< GRUB does not see the end of the line: too long, or a NUL byte
  bool in_automagic = false;  ///< inside of the block that Debian's update-grub rewrites
};

struct LegacyEntry {
  std::int64_t index = 0;  ///< as `default N` counts
  std::string title;
  std::size_t title_line = 0;  ///< index into LegacyMenu::lines
  /// Where Linux and its parameters stand; nothing where the entry starts something else.
  struct Linux {
    std::size_t line = 0;              ///< index into LegacyMenu::lines
    std::string path;                  ///< as written, with its (hd0,0) if any
    std::size_t parameters_begin = 0;  ///< offset in the line's text, just behind the path
  };
  std::optional<Linux> linux;
};

struct LegacyMenu {
  /// Bytes of a line that GRUB keeps (NEW_HEAPSIZE).
  static constexpr std::size_t kLineLimit = 1500;

  std::vector<LegacyLine> lines;
  std::vector<LegacyEntry> entries;
  /// What `default` says: a number, or "the saved one".
  bool default_is_saved = false;
  std::int64_t default_index = 0;
  std::vector<std::int64_t> fallbacks;

  /// The bytes that were parsed.
  [[nodiscard]] std::string print() const;
  /// The entry started when nobody touches a key; `saved` is what the file `default` beside the
  /// menu holds. Nothing where there are no entries.
  [[nodiscard]] std::optional<std::int64_t> default_entry(std::string_view saved) const;
};

/// Any bytes are a menu: print(parse(x)) == x.
[[nodiscard]] LegacyMenu parse_legacy_menu(std::string_view bytes);

/// Physical line on which the line's text starts.
[[nodiscard]] std::size_t line_number(const LegacyLine& line);

}  // namespace guestclock::grub
