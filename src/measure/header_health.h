// What the numbers in an NTP server's answer say about it, in words for a person. Pure.
#pragma once

#include <string>
#include <vector>

#include "measure/ntp_packet.h"

namespace guestclock::measure {

/// Stratum 0 or above 15, or leap 3: clients are told not to follow it (RFC 5905 section 7.3).
[[nodiscard]] bool is_unsynchronised(const NtpHeader& header);

/// Every test that the answer fails, not only the first; none for a healthy server. Where a refid
/// or a reference time tells why, the reason says what the server waits for, and how long.
[[nodiscard]] std::vector<std::string> header_faults(const NtpHeader& header);

/// What a refid at stratum 0 or 16 stands for (RFC 5905 section 7.4; ntpd's own states); empty for
/// one that is not known.
[[nodiscard]] std::string refid_meaning(const std::string& refid);

}  // namespace guestclock::measure
