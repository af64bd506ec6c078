// What a server's reference id stands for, in words for a person. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace guestclock::measure {

/// At stratum 0 or 16: a state or a kiss code (RFC 5905 section 7.4; ntpd's own states). Empty for
/// one that is not known.
[[nodiscard]] std::string refid_meaning(const std::string& refid);

/// Whom the server follows. Stratum 1: its reference clock (RFC 5905 section 7.3); above: its own
/// clock (127.127.t.u), or another server. Stratum 0 and 16: as refid_meaning(). Empty for what is
/// not known.
[[nodiscard]] std::string reference_in_words(std::uint8_t stratum,
                                             const std::array<std::uint8_t, 4>& refid);

/// Its own clock, which nothing steers: ntpd's and chronyd's 127.127.1.u, or LOCL at stratum 1.
[[nodiscard]] bool is_local_clock(std::uint8_t stratum, const std::array<std::uint8_t, 4>& refid);

}  // namespace guestclock::measure
