// JSON as text that a person wrote: where in the file something stands, what is wrong there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace guestclock::tables {

/// Both count from 1; columns in characters (UTF-8), not bytes.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
};

/// `offset` past the end counts as the end.
[[nodiscard]] TextPosition position_at(std::string_view text, std::size_t offset);

struct TextProblem {
  std::size_t offset = 0;
  std::string what;
};

/// The first reason why `text` cannot be read at all: not JSON, or beyond the bounds that keep
/// everything after it small (length, nesting, strings, number of values).
[[nodiscard]] std::optional<TextProblem> syntax_problem(std::string_view text);

/// Where each value of a JSON text stands, by JSON pointer (RFC 6901). The text must have passed
/// syntax_problem().
class JsonPositions {
 public:
  explicit JsonPositions(std::string_view text);

  /// The value at `pointer`, or the deepest part of the way that exists.
  [[nodiscard]] std::size_t offset_of(std::string_view pointer) const;
  /// A member that its object names twice: one of the two would be lost.
  [[nodiscard]] const std::optional<TextProblem>& duplicate() const { return duplicate_; }

 private:
  class Scan;
  std::map<std::string, std::size_t, std::less<>> offsets_;
  std::optional<TextProblem> duplicate_;
};

/// `name` as a part of a JSON pointer ('~' and '/' escaped), the '/' before it included.
[[nodiscard]] std::string pointer_part(std::string_view name);

}  // namespace guestclock::tables
