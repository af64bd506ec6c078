// Text for people, line by line: indented, wrapped, and free of anything a terminal would obey.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/fact.h"

namespace guestclock::report {

/// Every method escapes control and non-ASCII bytes of what it is given, newlines included: bytes
/// from outside can neither forge a line nor speak to the terminal.
class Page {
 public:
  static constexpr std::size_t kWidth = 80;
  static constexpr std::size_t kLabelWidth = 14;
  /// Where the text of a field begins.
  static constexpr std::size_t kTextColumn = 2 + kLabelWidth + 2;

  /// A line of its own, after an empty one unless it is the first.
  void heading(std::string_view text);
  /// "  label         text", wrapped below itself. Empty labels continue the one above.
  void field(std::string_view label, std::string_view text);
  /// Wrapped text, `indent` blanks in front of each line.
  void paragraph(std::size_t indent, std::string_view text);
  /// "  - text", wrapped.
  void bullet(std::string_view text);
  /// One line as it is, never wrapped (commands).
  void line(std::size_t indent, std::string_view text);
  /// Several lines as they are; tabs stay too (diffs).
  void verbatim(std::string_view text);
  /// An empty line, unless the page is empty or ends with one.
  void gap();

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  /// Ends the line that begins at `start` of the page with the words of `text`; lines that follow
  /// are indented.
  void wrap(std::size_t start, std::size_t indent, std::string_view text);

  std::string text_;
};

[[nodiscard]] inline std::string yes_or_no(bool value) {
  return value ? "yes" : "no";
}

/// The value by `words`, or "unknown: REASON".
template <class T, class Words>
[[nodiscard]] std::string in_words(const model::Fact<T>& fact, Words words) {
  return fact.known() ? std::string(words(fact.value())) : "unknown: " + fact.reason();
}
[[nodiscard]] std::string in_words(const model::Fact<std::string>& fact);
[[nodiscard]] std::string in_words(const model::Fact<bool>& fact);
[[nodiscard]] std::string in_words(const model::Fact<std::int64_t>& fact);
/// "none" for an empty list.
[[nodiscard]] std::string in_words(const std::vector<std::string>& list, std::string_view between);
/// "1 file", "2 files".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

}  // namespace guestclock::report
