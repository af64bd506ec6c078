#include "settings/source_polling.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "settings/server_owner.h"

namespace guestclock::settings {
namespace {

/// The smaller of minpoll and maxpoll; nothing where the line has neither.
std::optional<std::int64_t> shortest_poll(const ConfigWords& line) {
  std::optional<std::int64_t> shortest;
  for (const char* const option : {"minpoll", "maxpoll"}) {
    const std::string* const text = option_value(line, option);
    const auto poll = text != nullptr ? parse_int(*text) : std::nullopt;
    if (poll) shortest = std::min(*poll, shortest.value_or(*poll));
  }
  return shortest;
}

}  // namespace

void note_polling(std::string_view host, const ConfigWords& line, const std::string& shown,
                  model::SourceLines& out) {
  if (line[0] != "peer" && !contains(line, "iburst")) keep_line(out.without_iburst, shown);
  if (!is_public_server(host)) return;
  const std::optional<std::int64_t> chosen = shortest_poll(line);
  if (!chosen) return;
  keep_line(out.public_polls, shown);
  out.public_poll = std::min(*chosen, out.public_poll.value_or(*chosen));
}

}  // namespace guestclock::settings
