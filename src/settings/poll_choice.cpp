#include "settings/poll_choice.h"

#include <algorithm>

#include "base/text.h"
#include "settings/config_lines.h"
#include "settings/server_owner.h"

namespace guestclock::settings {

void note_public_poll(std::string_view host, const std::vector<std::string>& line,
                      const std::string& shown, std::vector<std::string>& lines,
                      std::optional<std::int64_t>& shortest) {
  if (!is_public_server(host)) return;
  std::optional<std::int64_t> chosen;
  for (const char* const option : {"minpoll", "maxpoll"}) {
    const std::string* const text = option_value(line, option);
    const auto poll = text != nullptr ? parse_int(*text) : std::nullopt;
    if (poll) chosen = std::min(*poll, chosen.value_or(*poll));
  }
  if (!chosen) return;
  keep_line(lines, shown);
  shortest = std::min(*chosen, shortest.value_or(*chosen));
}

}  // namespace guestclock::settings
