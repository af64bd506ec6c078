#include "measure/header_health.h"

#include <fmt/format.h>

#include "measure/refid.h"

namespace guestclock::measure {
namespace {

// Eight polls at the longest default interval, 1024 s: by then a daemon has given its source up.
constexpr double kReferenceStale = 8 * 1024;
// ntpd measures what one reading of its clock takes. Read without entering the kernel that is below
// 1 us, 2^-20; from 2^-18 (3.8 us) on the clock traps into the hypervisor or is a slow device.
constexpr int kCoarsePrecision = -18;
constexpr double kMicrosecond = 1e-6;

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
  const std::optional<double> age = reference_age(header);
  if (!age) return;
  if (*age > kReferenceStale) {
    faults.push_back(fmt::format(
        "reference time {:.1f} hours old: it has lost its sources and runs on by itself, whatever "
        "its stratum says",
        *age / 3600));
  } else if (*age < -1) {
    faults.emplace_back("reference time in its own future: its clock was set back");
  }
}

void add_distance(const NtpHeader& header, std::vector<std::string>& faults) {
  const double distance = root_distance(header);
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

double root_distance(const NtpHeader& header) {
  return short_format_seconds(header.root_delay) / 2 + short_format_seconds(header.root_dispersion);
}

std::optional<double> reference_age(const NtpHeader& header) {
  if (header.reference == 0 || header.transmit == 0) return std::nullopt;
  return to_seconds(since_1970(header.transmit) - since_1970(header.reference));
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
        "serve its own drift as good time");
  }
  return faults;
}

}  // namespace guestclock::measure
