// Splitting and trimming of bytes from outside. ASCII only, no locale.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock {

[[nodiscard]] bool is_blank(char c);                         ///< space or tab
[[nodiscard]] std::string_view trim(std::string_view text);  ///< blanks, CR, LF, NUL at both ends
[[nodiscard]] std::string lower(std::string_view text);
/// Runs of anything but blanks, CR, LF.
[[nodiscard]] std::vector<std::string> words(std::string_view text);
/// Lines without their newline. A final newline ends the last line, it does not start another.
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view between);
/// `list` holds strings or views of them.
template <class List>
[[nodiscard]] bool contains(const List& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}
/// Strings that each end in a NUL byte; the last may lack it.
[[nodiscard]] std::vector<std::string_view> nul_separated(std::string_view text);
/// The value of the first line "key : value" or "key=value", trimmed.
[[nodiscard]] std::optional<std::string_view> value_of_line(std::string_view text,
                                                            std::string_view key);
/// The whole text as a decimal integer, sign allowed; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text);
/// The whole text as a decimal number (no hex, no inf, no nan).
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// For messages: control and non-ASCII bytes as \xHH, at most `limit` bytes of the input.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 200);

}  // namespace guestclock
