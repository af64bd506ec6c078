// Lines of NTP daemons' configuration files, as words. Private to this module.
#pragma once

#include <cstdint>
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

/// ntp.conf's addresses of reference clocks, and of the undisciplined LOCAL one among them.
inline constexpr std::string_view kReferenceClocks = "127.127.";
inline constexpr std::string_view kLocalDriver = "127.127.1.";
/// What chrony's `local` serves where it names no stratum.
inline constexpr std::int64_t kChronyLocalStratum = 10;

/// The address of a line of ntp.conf, behind -4 and -6 or, with ntpsec, ipv4 and ipv6; the end of
/// the line where there is none.
[[nodiscard]] ConfigWords::const_iterator address_of_ntp_line(const ConfigWords& line);

/// "file:line: text".
[[nodiscard]] std::string line_in_words(std::string_view path, std::size_t number,
                                        const ConfigWords& line);

/// Adds `line` unless a hundred are there: a hostile file has millions.
void keep_line(std::vector<std::string>& lines, std::string line);

}  // namespace guestclock::settings
