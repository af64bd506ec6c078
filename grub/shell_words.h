// Names and quoted stretches of the shell language: where they end.
#pragma once

#include <cstddef>
#include <string_view>

namespace guestclock::grub {

[[nodiscard]] bool starts_name(char c);
[[nodiscard]] bool continues_name(char c);
/// End of the variable name that starts at `at`; `at` where none does.
[[nodiscard]] std::size_t name_end(std::string_view text, std::size_t at);

// Ends of what starts at `at`; npos where it does not end, or ends where only a shell could tell.
[[nodiscard]] std::size_t skip_backquotes(std::string_view text, std::size_t at);
[[nodiscard]] std::size_t skip_substitution(std::string_view text, std::size_t at);  ///< $(
[[nodiscard]] std::size_t skip_braces(std::string_view text, std::size_t at);        ///< ${
/// A word with everything quoted in it, up to an unquoted blank, newline or operator.
[[nodiscard]] std::size_t skip_word(std::string_view text, std::size_t at);

}  // namespace guestclock::grub
