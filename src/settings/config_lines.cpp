#include "settings/config_lines.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::settings {

void for_each_directive(
    std::string_view text, std::string_view comment_signs,
    const std::function<void(std::size_t number, const ConfigWords& line)>& directive) {
  std::size_t number = 0;
  for (const std::string_view line : lines(text)) {
    ++number;
    const std::string_view content = trim(line);
    if (content.empty() || comment_signs.find(content.front()) != std::string_view::npos) continue;
    directive(number, words(content));
  }
}

const std::string* option_value(const ConfigWords& line, std::string_view option) {
  const auto at = std::find(line.begin(), line.end(), option);
  return at != line.end() && at + 1 != line.end() ? &*(at + 1) : nullptr;
}

bool asks_a_server(const std::string& directive) {
  return directive == "server" || directive == "peer" || directive == "pool";
}

ConfigWords::const_iterator address_of_ntp_line(const ConfigWords& line) {
  return std::find_if(line.begin() + 1, line.end(), [](const std::string& word) {
    return word != "-4" && word != "-6" && word != "ipv4" && word != "ipv6";
  });
}

std::string line_in_words(std::string_view path, std::size_t number, const ConfigWords& line) {
  return fmt::format("{}:{}: {}", path, number, join(line, " "));
}

void keep_line(std::vector<std::string>& lines, std::string line) {
  constexpr std::size_t kMost = 100;
  if (lines.size() < kMost) lines.push_back(std::move(line));
}

}  // namespace guestclock::settings
