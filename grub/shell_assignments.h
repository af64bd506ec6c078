// The part of the POSIX shell language that files of settings are written in (/etc/default/grub),
// taken apart without losing a byte and without carrying anything out.
//
// Inside the subset: blanks, comments, NAME=value and `export NAME=value`, several on a line;
// values in any mix of bare text, '...', "..." and backslashes, with $NAME, ${NAME}, ${NAME:+word}
// and
// ${NAME:-word}. Everything else is opaque: kept as it is, with what it might do (POSIX.1-2017 XCU
// 2.2, 2.3, 2.6, 2.9):
// - An ordinary command cannot change a variable of the shell that reads the file. A command, or a
//   compound one, may assign NAME where NAME stands in its text other than as $NAME.
// - `.`, source, eval, alias, trap and commands whose name is computed may assign anything. So may
//   read, export, unset and the like where a '$' stands in them. Once foreign code was read, so may
//   every later command: it may have defined a function of that name.
// - exit, return, exec, break, continue, eval and computed names may divert: what stands behind
//   them may never run.
// - What cannot be cut into statements (an open quote, a here-document in a substitution, an
//   unmatched `fi`) is `broken` to the end of the file: nothing is known of any variable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::grub {

enum class Quoting {
  bare,
  single,
  doubled,
  word  ///< inside of ${NAME:+...}
};

/// A piece of a value.
struct ValuePart {
  /// Where a byte of the value is written.
  struct Source {
    std::uint32_t begin = 0;  ///< offset in the file
    std::uint32_t width = 1;  ///< 2 with its backslash
  };
  enum class Kind { text, reference, unknown };
  Kind kind = Kind::text;
  Quoting quoting = Quoting::bare;
  std::size_t begin = 0;        ///< offset in the file of its first byte, quotes not counted
  std::string text;             ///< text: the bytes it stands for; unknown: why, in words
  std::vector<Source> sources;  ///< text: of each byte
  std::string name;             ///< reference
  enum class Use { value, if_set, if_unset };
  Use use = Use::value;  ///< reference: $NAME, ${NAME:+word}, ${NAME:-word}
  std::vector<ValuePart> word;
};

/// A stretch of the file.
struct ShellItem {
  enum class Kind {
    neutral,     ///< blanks, comments, ';', "export"
    assignment,  ///< one NAME=value
    opaque       ///< outside of the subset
  };
  Kind kind = Kind::neutral;
  std::string raw;
  std::size_t begin = 0;  ///< offset in the file
  std::size_t line = 1;   ///< on which it starts

  // Assignments.
  std::string name;
  bool append = false;  ///< NAME+=value: bash only
  std::size_t value_begin = 0;
  std::size_t value_end = 0;
  std::vector<ValuePart> value;

  // Opaque ones.
  std::string reason;
  bool broken = false;
  bool foreign_code = false;  ///< may assign anything
  bool diverts = false;
  bool calls = false;  ///< has a command at all
};

struct ShellFile {
  std::vector<ShellItem> items;

  /// The bytes that were parsed.
  [[nodiscard]] std::string print() const;
};

/// Any bytes: print(parse(x)) == x.
[[nodiscard]] ShellFile parse_shell_assignments(std::string_view bytes);

/// Names of variables to which the opaque `item` may give a value where it stands in its text.
[[nodiscard]] std::vector<std::string_view> names_assigned(const ShellItem& item);

/// `text` as it is written inside of quotes of that kind; false where that kind cannot carry it.
[[nodiscard]] bool quote_into(std::string_view text, Quoting quoting, std::string& out);

}  // namespace guestclock::grub
