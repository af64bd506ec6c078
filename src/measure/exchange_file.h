// Recorded exchanges as text: what `measure --record` writes and `fit` reads. Pure.
//
// A line an exchange, "t1 t2 t3 t4": seconds with decimals, t1 and t4 on the guest's clock, t2 and
// t3 on the server's (RFC 5905 section 8: origin, receive, transmit, destination). '#' begins a
// comment, anywhere in a line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// Whole nanoseconds: decimals beyond the ninth are rounded, half away from zero. `1.5e-3` is a
/// number too. Fails (malformed) with `path`:LINE on anything else, and on what 64 bits do not
/// hold.
[[nodiscard]] Result<std::vector<model::Exchange>> parse_exchanges(std::string_view text,
                                                                   const std::string& path);

/// What was exchanged with one server.
struct RecordedServer {
  std::string address;  ///< HOST:PORT as asked
  std::vector<model::Exchange> exchanges;
  bool gave_drift = false;  ///< it weighs most in the drift that was reported
};

/// The exchanges of the server that gave the drift (without one: of the first that answered); those
/// of others follow as comments: a file is one clock against one server.
[[nodiscard]] std::string exchange_file(std::span<const RecordedServer> servers);

}  // namespace guestclock::measure
