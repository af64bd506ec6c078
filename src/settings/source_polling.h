// How a line of a configuration lets a server be polled. Private to this module.
#pragma once

#include <string>
#include <string_view>

#include "model/facts.h"
#include "settings/config_lines.h"

namespace guestclock::settings {

/// Of a server, peer or pool line that asks `host`: kept in `out` where it lacks iburst (a peer
/// needs none), and where it chooses minpoll or maxpoll for a public server.
void note_polling(std::string_view host, const ConfigWords& line, const std::string& shown,
                  model::SourceLines& out);

}  // namespace guestclock::settings
