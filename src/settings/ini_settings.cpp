#include "settings/ini_settings.h"

#include "base/text.h"

namespace guestclock::settings {

std::vector<IniSetting> ini_settings(std::string_view text) {
  std::vector<IniSetting> found;
  std::string section;
  for (const std::string_view line : lines(text)) {
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[' && content.back() == ']') {
      section = trim(content.substr(1, content.size() - 2));
      continue;
    }
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos) continue;
    found.push_back({section, std::string(trim(content.substr(0, equals))),
                     std::string(trim(content.substr(equals + 1)))});
  }
  return found;
}

}  // namespace guestclock::settings
