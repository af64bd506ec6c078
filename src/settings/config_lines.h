// Lines of NTP daemons' configuration files, as words. Private to this module.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::settings {

using ConfigWords = std::vector<std::string>;

/// Calls `directive` for each line that is not empty and no comment, with its number and words.
void for_each_directive(
    std::string_view text, std::string_view comment_signs,
    const std::function<void(std::size_t number, const ConfigWords& line)>& directive);

/// The word after `option`, where there is one.
[[nodiscard]] const std::string* option_value(const ConfigWords& line, std::string_view option);

/// server, peer, pool.
[[nodiscard]] bool asks_a_server(const std::string& directive);

/// "file:line: text".
[[nodiscard]] std::string line_in_words(std::string_view path, std::size_t number,
                                        const ConfigWords& line);

/// Adds `line` unless a hundred are there: a hostile file has millions.
void keep_line(std::vector<std::string>& lines, std::string line);

}  // namespace guestclock::settings
