// Whatever arrives on the socket: parsing must take it, and what was parsed must encode back.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "measure/ntp_packet.h"
#include "measure/server_verdict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace gm = guestclock::measure;
  const std::span<const std::uint8_t> bytes(data, size);
  const auto header = gm::parse_header(bytes);
  if (header.has_value() != (size >= gm::kNtpHeaderBytes)) std::abort();
  if (!header) return 0;

  const auto again = gm::encode(*header);
  if (!std::equal(again.begin(), again.end(), bytes.begin())) std::abort();

  // The last half nanosecond of the window (2104) rounds to its end, which belongs to no era here.
  const guestclock::Nanoseconds window_end = std::chrono::seconds(4'233'462'144);
  const guestclock::Nanoseconds sent = gm::since_1970(header->transmit);
  if (sent != window_end && gm::since_1970(gm::ntp_timestamp(sent)) != sent) std::abort();
  if (!(gm::precision_seconds(header->precision) > 0)) std::abort();

  gm::ServerObservation seen;
  seen.sent = 1;
  seen.answers = 1;
  seen.last = header;
  if (gm::judge_server(seen).verdict.empty()) std::abort();
  return 0;
}
