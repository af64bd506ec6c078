// What the numbers in an NTP server's answer say about it, in words for a person. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/ntp_packet.h"

namespace guestclock::measure {

/// Clients select no server that is further from true time, in seconds (ntp.conf: tos maxdist).
inline constexpr double kMaxRootDistance = 1.5;

/// Stratum 0 or above 15, or leap 3: clients are told not to follow it (RFC 5905 section 7.3).
[[nodiscard]] bool is_unsynchronised(const NtpHeader& header);

/// Every test that the answer fails, not only the first; none for a healthy server. Where a refid
/// or a reference time tells why, the reason says what the server waits for, and how long.
[[nodiscard]] std::vector<std::string> header_faults(const NtpHeader& header);

/// Half the root delay and the root dispersion: how far from true time the server thinks it may be
/// (RFC 5905 section 11.1), in seconds.
[[nodiscard]] double root_distance(const NtpHeader& header);

/// How long before its answer its clock was last set or corrected, in seconds; negative where it
/// was set back since. Nothing where it was never.
[[nodiscard]] std::optional<double> reference_age(const NtpHeader& header);

}  // namespace guestclock::measure
