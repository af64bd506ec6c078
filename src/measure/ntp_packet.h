// The 48 bytes of an NTPv4 header, in and out. Pure: no clock, no socket, hostile bytes welcome.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/units.h"

namespace guestclock::measure {

inline constexpr std::size_t kNtpHeaderBytes = 48;
inline constexpr std::uint8_t kNtpModeClient = 3;
inline constexpr std::uint8_t kNtpModeServer = 4;
/// A leap indicator, and the least stratum, by which a server says that it is not synchronised.
inline constexpr std::uint8_t kLeapUnsynchronised = 3;
inline constexpr std::uint8_t kStratumUnsynchronised = 16;

/// RFC 5905 section 7.3, fields as on the wire, in host byte order.
struct NtpHeader {
  std::uint8_t leap = 0;     ///< 0 to 3; 3: not synchronised
  std::uint8_t version = 4;  ///< 0 to 7
  std::uint8_t mode = 0;     ///< 0 to 7
  std::uint8_t stratum = 0;
  std::uint8_t poll = 0;
  std::int8_t precision = 0;          ///< log2 of seconds
  std::uint32_t root_delay = 0;       ///< 16.16 seconds
  std::uint32_t root_dispersion = 0;  ///< 16.16 seconds
  std::array<std::uint8_t, 4> refid{};
  std::uint64_t reference = 0;  ///< timestamps: 32.32 seconds
  std::uint64_t origin = 0;
  std::uint64_t receive = 0;
  std::uint64_t transmit = 0;

  friend bool operator==(const NtpHeader&, const NtpHeader&) = default;
};

[[nodiscard]] std::array<std::uint8_t, kNtpHeaderBytes> encode(const NtpHeader& header);

/// The header at the start of a datagram; extension fields and authentication behind it are not
/// looked at. Nothing for fewer than 48 bytes. Every other content parses: judging it is the
/// caller's work.
[[nodiscard]] std::optional<NtpHeader> parse_header(std::span<const std::uint8_t> bytes);

/// Since 1970, rounded to the nanosecond. RFC 4330 section 3: with the top bit set the instant lies
/// in 1968..2036, without it in 2036..2104 (whose last half nanosecond rounds to the window's end).
[[nodiscard]] Nanoseconds since_1970(std::uint64_t ntp_timestamp);
/// The inverse, for instants in 1968..2104.
[[nodiscard]] std::uint64_t ntp_timestamp(Nanoseconds since_1970);

/// 16.16 fixed point as seconds.
[[nodiscard]] double short_format_seconds(std::uint32_t value);
[[nodiscard]] double precision_seconds(std::int8_t log2_seconds);

/// Text at stratum 0 (kiss codes, INIT) and 1 (reference clocks), dotted quad above. Bytes that are
/// no printable ASCII come as \xHH; trailing NULs are cut.
[[nodiscard]] std::string refid_text(std::uint8_t stratum,
                                     const std::array<std::uint8_t, 4>& refid);

}  // namespace guestclock::measure
