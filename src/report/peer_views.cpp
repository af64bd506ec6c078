// Servers as ntpq -p and ntpdate -d show them, from what was measured here.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "report/format.h"

namespace guestclock::report {
namespace {

constexpr double kMilli = 1e3;
constexpr std::int64_t kStratumUnsynchronised = 16;
constexpr std::int64_t kLeapUnsynchronised = 3;

const std::vector<model::Server>* servers_of(const model::Document& document) {
  const auto* const measured = std::get_if<model::MeasureDocument>(&document);
  return measured == nullptr ? nullptr : &measured->measurements.servers;
}

/// Both programs show stratum 0 on the wire as 16.
std::int64_t shown_stratum(const model::Server& server) {
  const std::int64_t stratum = server.stratum.value_or(0);
  return stratum == 0 ? kStratumUnsynchronised : stratum;
}

/// HOST of HOST:PORT, and PORT.
std::pair<std::string, std::string> host_and_port(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return {address, "123"};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

/// ntpq's first column: what the selection makes of a server.
char tally(const model::Server& server, bool narrowest) {
  if (server.verdict == "falseticker") return 'x';
  if (server.verdict != "usable") return ' ';
  return narrowest ? '*' : '+';
}

double half_width(const model::Server& server) {
  const bool known =
      server.verdict == "usable" && server.drift.known() && server.drift.value().ci95_ppm.known();
  return known ? server.drift.value().ci95_ppm.value().half_width() : HUGE_VAL;
}

std::string shown_refid(const model::Server& server) {
  const std::string refid = server.refid.value_or("INIT");
  const bool is_text =
      shown_stratum(server) == kStratumUnsynchronised || shown_stratum(server) == 1;
  return is_text && !refid.empty() ? "." + printable(refid) + "." : printable(refid);
}

/// ntpdate's words for each of its tests that the server fails, in its order.
std::vector<std::string> drops(const model::Server& server) {
  if (server.received == 0) return {"no data"};
  std::vector<std::string> reasons;
  if (shown_stratum(server) >= kStratumUnsynchronised) reasons.emplace_back("strata too high");
  if (server.root_delay_s.value_or(0) >= 1 || server.root_dispersion_s.value_or(0) >= 1) {
    reasons.emplace_back("server is very broken");
  }
  if (server.leap.value_or(0) == kLeapUnsynchronised) reasons.emplace_back("Leap not in sync");
  if (!server.reference_time.known()) {
    reasons.emplace_back("server has gone too long without sync");
  }
  return reasons;
}

std::string reference_in_words(const model::Server& server) {
  return server.reference_time.known() ? server.reference_time.value() : "00000000.00000000";
}

}  // namespace

std::string render_ntpq(const model::Document& document) {
  const std::vector<model::Server>* const servers = servers_of(document);
  if (servers == nullptr) return {};
  std::string text =
      "     remote           refid      st t when poll reach   delay   offset  jitter\n" +
      std::string(78, '=') + "\n";
  double narrowest = HUGE_VAL;
  for (const model::Server& server : *servers)
    narrowest = std::min(narrowest, half_width(server));
  for (const model::Server& server : *servers) {
    const bool first = half_width(server) == narrowest && narrowest < HUGE_VAL;
    text += fmt::format(
        "{}{:<15.15} {:<15.15} {:>2} u    -    - {:>5o} {:>7.3f} {:>+8.3f} {:>7.3f}\n",
        tally(server, first), printable(host_and_port(server.address).first), shown_refid(server),
        shown_stratum(server), server.reach, server.delay_s.value_or(0) * kMilli,
        server.offset_s.value_or(0) * kMilli, server.jitter_s.value_or(0) * kMilli);
  }
  return text;
}

std::string render_ntpdate(const model::Document& document) {
  const std::vector<model::Server>* const servers = servers_of(document);
  if (servers == nullptr) return {};
  std::string text;
  std::string dropped;
  const model::Server* best = nullptr;
  for (const model::Server& server : *servers) {
    const auto [host, port] = host_and_port(server.address);
    text += fmt::format("server {}, port {}\n", printable(host), printable(port));
    const std::int64_t leap = server.leap.value_or(0);
    text += fmt::format(
        "stratum {}, precision {}, leap {}{}, trust 000\n", shown_stratum(server),
        server.precision_s.known() ? std::lround(std::log2(server.precision_s.value())) : 0,
        leap >> 1, leap & 1);
    text += fmt::format("refid [{}], root delay {:.6f}, root dispersion {:.6f}\n",
                        printable(server.refid.value_or("")), server.root_delay_s.value_or(0),
                        server.root_dispersion_s.value_or(0));
    text += fmt::format("reference time: {}\n", reference_in_words(server));
    text +=
        fmt::format("delay {:.5f}, jitter {:.5f}\noffset {:.6f}\n\n", server.delay_s.value_or(0),
                    server.jitter_s.value_or(0), server.offset_s.value_or(0));
    const std::vector<std::string> reasons = drops(server);
    for (const std::string& reason : reasons)
      dropped += fmt::format("{}: Server dropped: {}\n", printable(host), reason);
    if (server.verdict == "falseticker") {
      dropped += fmt::format("{}: Server dropped: falseticker\n", printable(host));
    } else if (reasons.empty() && server.verdict == "usable") {
      const bool nearer = best == nullptr || shown_stratum(server) < shown_stratum(*best);
      if (nearer) best = &server;
    }
  }
  text += dropped;
  if (best == nullptr) return text + "no server suitable for synchronization found\n";
  return text + fmt::format("would {} time server {} offset {:.6f} sec\n",
                            std::abs(best->offset_s.value_or(0)) < 0.5 ? "adjust" : "step",
                            printable(host_and_port(best->address).first),
                            best->offset_s.value_or(0));
}

}  // namespace guestclock::report
