#include "measure/header_health.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace guestclock::measure {
namespace {

constexpr int kLeapUnsynchronised = 3;
constexpr int kStratumUnsynchronised = 16;
// ntpd selects no source, and steps or follows nothing, beyond this (ntp.conf: tos maxdist).
constexpr double kMaxRootDistance = 1.5;
// Eight polls at the longest default interval, 1024 s: by then a daemon has given its source up.
constexpr std::chrono::seconds kReferenceStale(8 * 1024);
// ntpd measures what one reading of its clock takes. Read without entering the kernel that is below
// 1 us, 2^-20; from 2^-18 (3.8 us) on the clock traps into the hypervisor or is a slow device.
constexpr int kCoarsePrecision = -18;
constexpr double kMicrosecond = 1e-6;

struct Meaning {
  std::string_view refid;
  std::string_view words;
};
constexpr std::array<Meaning, 9> kMeanings{{
    {"INIT",
     "it has never synchronised since it started: it waits for four good answers of a source of "
     "its "
     "own, 3 to 5 minutes after its start (10 s where its sources have iburst)"},
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

/// Since 1970, of a timestamp that is not zero.
Nanoseconds age(const NtpHeader& header) {
  return since_1970(header.transmit) - since_1970(header.reference);
}

void add_synchronisation(const NtpHeader& header, std::vector<std::string>& faults) {
  const std::string refid = refid_text(header.stratum, header.refid);
  if (header.stratum == 0 || header.stratum >= kStratumUnsynchronised) {
    std::string fault = fmt::format("stratum {}", header.stratum);
    if (header.stratum == 0) fault += " on the wire, which clients show as 16";
    const std::string meaning = refid_meaning(refid);
    if (!refid.empty() && header.stratum == 0) fault += ", refid " + refid;
    fault += ": " + (meaning.empty() ? std::string("it is not synchronised") : meaning);
    faults.push_back(std::move(fault));
  }
  if (header.leap == kLeapUnsynchronised) {
    faults.emplace_back("leap 3: it says itself that its clock is not synchronised");
  }
}

void add_reference(const NtpHeader& header, std::vector<std::string>& faults) {
  if (header.reference == 0) {
    if (is_unsynchronised(header)) {
      faults.emplace_back("reference time 0: nothing has set its clock since it started");
    }
    return;
  }
  if (header.transmit == 0) return;
  const Nanoseconds old = age(header);
  if (old > kReferenceStale) {
    faults.push_back(fmt::format(
        "reference time {:.1f} hours old: it has lost its sources and runs on by itself, whatever "
        "its stratum says",
        to_seconds(old) / 3600));
  } else if (old < -std::chrono::seconds(1)) {
    faults.emplace_back("reference time in its own future: its clock was set back");
  }
}

void add_distance(const NtpHeader& header, std::vector<std::string>& faults) {
  const double distance =
      short_format_seconds(header.root_delay) / 2 + short_format_seconds(header.root_dispersion);
  if (distance < kMaxRootDistance) return;
  faults.push_back(fmt::format("root distance {:.2f} s: clients select no server beyond {:.1f} s",
                               distance, kMaxRootDistance));
}

void add_precision(const NtpHeader& header, std::vector<std::string>& faults) {
  if (header.precision < kCoarsePrecision || header.precision >= 0) return;
  faults.push_back(fmt::format(
      "precision {}: a reading of its clock takes {:.1f} us, where one without a trap takes less "
      "than 1 us; that hints at a timer that traps into its hypervisor (look at its clocksource)",
      header.precision, precision_seconds(header.precision) / kMicrosecond));
}

void add_version(const NtpHeader& header, std::vector<std::string>& faults) {
  if (header.version == NtpHeader().version) return;
  faults.push_back(fmt::format(
      "it answers as NTP version {} to a request of version {}: an old or much simplified server",
      header.version, NtpHeader().version));
}

}  // namespace

bool is_unsynchronised(const NtpHeader& header) {
  return header.stratum == 0 || header.stratum >= kStratumUnsynchronised ||
         header.leap == kLeapUnsynchronised;
}

std::string refid_meaning(const std::string& refid) {
  const auto found = std::find_if(kMeanings.begin(), kMeanings.end(),
                                  [&](const Meaning& one) { return one.refid == refid; });
  return found == kMeanings.end() ? std::string() : std::string(found->words);
}

std::vector<std::string> header_faults(const NtpHeader& header) {
  std::vector<std::string> faults;
  add_synchronisation(header, faults);
  add_reference(header, faults);
  add_distance(header, faults);
  add_precision(header, faults);
  add_version(header, faults);
  if (is_unsynchronised(header)) {
    faults.emplace_back(
        "what to do: wait those minutes and ask again; where it stays, look there at what its own "
        "sources say (ntpq -pn, chronyc -n sources). Do not add a LOCAL clock to it: it would "
        "serve "
        "its own drift as good time");
  }
  return faults;
}

}  // namespace guestclock::measure
