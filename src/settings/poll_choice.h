// How often a line of a configuration lets a public server be asked. Private to this module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::settings {

/// Where `line` asks a public `host` and chooses minpoll or maxpoll: keeps the line among `lines`,
/// and the smaller of the two in `shortest` where nothing shorter is there.
void note_public_poll(std::string_view host, const std::vector<std::string>& line,
                      const std::string& shown, std::vector<std::string>& lines,
                      std::optional<std::int64_t>& shortest);

}  // namespace guestclock::settings
