#include "probe/timer_list.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace guestclock::probe {
namespace {

/// The number behind the name and a colon.
std::optional<std::int64_t> number_of(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  const std::string_view rest = trim(line.substr(name.size()));
  if (!rest.starts_with(':')) return std::nullopt;
  return parse_int(trim(rest.substr(1)));
}

void set_once(std::optional<bool>& member, std::optional<bool> value) {
  if (!member && value) member = value;
}

}  // namespace

TickState parse_timer_list(std::string_view text) {
  TickState state;
  std::optional<bool> one_shot;  // of the device that is being described
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const auto mode = number_of(line, ".nohz_mode")) {
      constexpr std::int64_t kHighResolution = 2;  // 0: the tick goes on, 1: it stops
      set_once(state.stops, *mode > 0);
      set_once(state.high_resolution, *mode == kHighResolution);
    } else if (const auto stops = number_of(line, ".nohz")) {
      set_once(state.stops, *stops != 0);
    } else if (const auto high = number_of(line, ".highres")) {
      set_once(state.high_resolution, *high != 0);
    } else if (const auto device = number_of(line, "Tick Device: mode")) {
      one_shot = *device != 0;
    } else if (line.starts_with("Per CPU device:")) {
      set_once(state.one_shot, one_shot);
    }
  }
  return state;
}

}  // namespace guestclock::probe
