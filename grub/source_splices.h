// Changes to the values of a file of shell assignments, written back into their quotes.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "grub/shell_assignments.h"

namespace guestclock::grub {

/// For one file. A piece of a value keeps its quotes; a bare one that they must now protect is put
/// into double quotes. A piece whose quotes cannot carry the new text stays as it is: whoever asked
/// reads the outcome back.
class SourceSplices {
 public:
  /// A byte of the value goes (once, however often it is asked for).
  void remove(const ValuePart& part, const ValuePart::Source& source);
  /// `text` becomes part of the value at an offset of the file inside of `part`.
  void insert(const ValuePart& part, std::size_t at, std::string_view text);
  /// `text` as it stands.
  void insert_raw(std::size_t at, std::string_view text);

  [[nodiscard]] std::string apply(std::string_view bytes) const;

 private:
  struct Piece {
    std::map<std::size_t, std::uint32_t> removed;  ///< width by offset
    std::map<std::size_t, std::string> inserted;   ///< by offset
  };
  struct Splice {
    std::size_t end = 0;
    std::string text;
  };
  using Splices = std::multimap<std::size_t, Splice>;
  static void add_piece(const ValuePart& part, const Piece& piece, Splices& splices);
  static void add_requoted(const ValuePart& part, const Piece& piece, Splices& splices);

  std::map<std::size_t, std::pair<const ValuePart*, Piece>> pieces_;  ///< by where they begin
  Splices raw_;
};

}  // namespace guestclock::grub
