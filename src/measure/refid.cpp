#include "measure/refid.h"

#include <algorithm>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "measure/ntp_packet.h"

namespace guestclock::measure {
namespace {

constexpr std::string_view kOwnClock = "its own clock, which nothing steers (LOCAL)";

struct Meaning {
  std::string_view refid;
  std::string_view words;
};
constexpr std::array<Meaning, 9> kStates{{
    {"INIT",
     "it has never synchronised since it started: it waits for four good answers of a source of "
     "its own, 3 to 5 minutes after its start (10 s where its sources have iburst)"},
    {"STEP",
     "it has just set its clock by a step, and waits for four good answers again: 3 to 5 minutes "
     "(10 s with iburst). One that comes back to this drifts by more than it can correct (500 "
     "ppm)"},
    {"DOWN", "it is being shut down"},
    {"XFAC", "it lost its sources: their addresses or its network changed"},
    {"AUTH", "its sources do not pass authentication"},
    {"CRYP", "its sources do not pass authentication"},
    {"TIME", "its sources' times contradict each other"},
    {"RATE", "its sources find its requests too many"},
    {"DENY", "its sources refuse to serve it"},
}};

constexpr std::array<Meaning, 27> kReferenceClocks{{
    {"GPS", "a GPS receiver"},
    {"GAL", "a Galileo receiver"},
    {"GNSS", "a satellite receiver"},
    {"GOES", "a satellite receiver (GOES)"},
    {"NMEA", "a satellite receiver (NMEA)"},
    {"PPS", "a pulse per second"},
    {"kPPS", "a pulse per second, timed by the kernel"},
    {"IRIG", "an IRIG time code"},
    {"PTP", "PTP"},
    {"PHC", "a PTP hardware clock"},
    {"SHM", "a reference clock by shared memory"},
    {"DCF", "the radio clock DCF77"},
    {"MSF", "the radio clock MSF"},
    {"WWVB", "the radio clock WWVB"},
    {"WWV", "the radio clock WWV"},
    {"WWVH", "the radio clock WWVH"},
    {"JJY", "the radio clock JJY"},
    {"TDF", "the radio clock TDF"},
    {"HBG", "the radio clock HBG"},
    {"CHU", "the radio clock CHU"},
    {"LORC", "a LORAN-C receiver"},
    {"MRS", "several reference clocks"},
    {"NIST", "NIST's time by telephone"},
    {"ACTS", "NIST's time by telephone"},
    {"USNO", "the US Naval Observatory's time by telephone"},
    {"PTB", "PTB's time by telephone"},
    {"LOCL", kOwnClock},
}};

std::string words_for(std::string_view refid, std::span<const Meaning> table) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Meaning& one) { return one.refid == refid; });
  return found == table.end() ? std::string() : std::string(found->words);
}

}  // namespace

std::string refid_meaning(const std::string& refid) {
  return words_for(refid, kStates);
}

std::string reference_in_words(std::uint8_t stratum, const std::array<std::uint8_t, 4>& refid) {
  if (stratum == 0) return refid_meaning(refid_text(stratum, refid));
  // In four letters there too, whatever a dotted quad would be.
  if (stratum >= kStratumUnsynchronised) return refid_meaning(refid_text(0, refid));
  if (stratum == 1) return words_for(refid_text(stratum, refid), kReferenceClocks);
  if (is_local_clock(stratum, refid)) return std::string(kOwnClock);
  if (refid[0] == 127 && refid[1] == 127) {
    return fmt::format("its reference clock (ntpd's driver {}, unit {})", refid[2], refid[3]);
  }
  if (refid == std::array<std::uint8_t, 4>{127, 0, 0, 1}) return "a server on its own machine";
  return "the server that it follows: its IPv4 address, or a hash of its IPv6 one";
}

bool is_local_clock(std::uint8_t stratum, const std::array<std::uint8_t, 4>& refid) {
  return (refid[0] == 127 && refid[1] == 127 && refid[2] == 1) ||
         refid_text(stratum, refid) == "LOCL";
}

}  // namespace guestclock::measure
