// Answers of a real ntpd (ntpsec 1.2.2) to control requests, recorded in a network of two machines,
// and packets made of them byte by byte, independently of the product's own encoder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::support {

inline constexpr std::uint8_t kReadStatus = 1;
inline constexpr std::uint8_t kReadVariables = 2;

/// One fragment; `more` where others follow.
[[nodiscard]] std::vector<std::uint8_t> control_packet(std::uint8_t operation,
                                                       std::uint16_t sequence,
                                                       std::uint16_t association,
                                                       std::string_view text,
                                                       std::size_t offset = 0, bool more = false);

/// Two associations: 17767 (192.0.2.1) with this status word, 17768 (192.0.2.7), never reached.
[[nodiscard]] std::string association_list(std::uint16_t status);

/// Just started: refid INIT, stratum 16, leap 3.
extern const std::string kStartingSystem;
/// Following 192.0.2.1.
extern const std::string kFollowingSystem;
/// 192.0.2.1 after two answers of its first burst: 300 ms off, dispersion 3.94 s. Its filter lists
/// start with bytes that ntpd never set.
extern const std::string kPeerAfterTwoAnswers;
/// 192.0.2.1 while it is followed.
extern const std::string kPeerFollowed;
/// 192.0.2.7, silent.
extern const std::string kPeerSilent;

}  // namespace guestclock::support
