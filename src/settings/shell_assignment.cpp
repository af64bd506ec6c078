#include "settings/shell_assignment.h"

#include "base/text.h"

namespace guestclock::settings {
namespace {

std::string_view without_quotes(std::string_view right) {
  if (right.empty()) return right;
  const char quote = right.front();
  if (quote == '"' || quote == '\'') {
    const std::string_view inside = right.substr(1);
    return inside.substr(0, inside.find(quote));
  }
  return right.substr(0, right.find_first_of(" \t;#"));
}

}  // namespace

std::optional<std::string> shell_assignment(std::string_view text, std::string_view variable) {
  std::optional<std::string> last;
  for (const std::string_view line : lines(text)) {
    const std::string_view content = trim(line);
    if (!content.starts_with(variable)) continue;
    const std::string_view rest = content.substr(variable.size());
    if (rest.starts_with('=')) last = without_quotes(rest.substr(1));
  }
  return last;
}

}  // namespace guestclock::settings
