// What one server's answers say about it. Pure: from what was observed to a verdict with reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/ntp_packet.h"

namespace guestclock::measure {

/// Datagrams that were no answer to us.
struct BogusCounts {
  std::int64_t too_short = 0;       ///< fewer than 48 bytes
  std::int64_t oversized = 0;       ///< more than the seam keeps
  std::int64_t wrong_mode = 0;      ///< not mode 4, or no version
  std::int64_t wrong_origin = 0;    ///< does not carry our transmit timestamp
  std::int64_t contradictory = 0;   ///< times that no exchange can have
  std::int64_t from_elsewhere = 0;  ///< carry our timestamp, and come from another address

  [[nodiscard]] std::int64_t total() const {
    return too_short + oversized + wrong_mode + wrong_origin + contradictory + from_elsewhere;
  }
};

struct ServerObservation {
  std::string no_address;     ///< why it could not even be asked; empty: it could
  std::size_t addresses = 1;  ///< that its name leads to
  std::string endpoint;       ///< the one that answers, or was asked last: IP:PORT
  std::string answers_from;   ///< IP:PORT that answers instead of it; empty: none does
  std::uint8_t reach = 0;     ///< the last eight requests, the latest lowest: 1 answered
  std::int64_t sent = 0;
  std::int64_t answers = 0;  ///< valid ones, kiss codes not among them
  std::string kiss;          ///< RATE, DENY or RSTR once one came
  BogusCounts bogus;
  std::optional<NtpHeader> last;  ///< of the last valid answer or kiss
  std::string last_error;         ///< of sending or receiving
};

struct ServerVerdict {
  std::string verdict;               ///< usable unsynchronised kiss unreachable bogus
  std::vector<std::string> reasons;  ///< every one that applies; "code: words" where a code exists
};

/// RATE, DENY, RSTR: the server asks to be left alone (RFC 5905 section 7.4).
[[nodiscard]] bool is_stop_code(const std::string& refid);

[[nodiscard]] ServerVerdict judge_server(const ServerObservation& seen);

}  // namespace guestclock::measure
