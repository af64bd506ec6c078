#include "measure/server_verdict.h"

#include <fmt/format.h>

#include "measure/header_health.h"
#include "measure/refid.h"

namespace guestclock::measure {
namespace {

void add_bogus(const BogusCounts& bogus, std::vector<std::string>& reasons) {
  const auto add = [&reasons](std::int64_t count, const char* what) {
    if (count > 0) reasons.push_back(fmt::format("{} datagrams dropped: {}", count, what));
  };
  add(bogus.wrong_origin, "they do not carry the random timestamp of our request");
  add(bogus.wrong_mode, "they are no server's answers");
  add(bogus.from_elsewhere, "they come from an address that was not asked");
  add(bogus.too_short, "shorter than the 48 bytes of an NTP header");
  add(bogus.oversized, "longer than any NTP answer");
  add(bogus.contradictory, "their times contradict each other");
}

}  // namespace

bool is_stop_code(const std::string& refid) {
  return refid == "RATE" || refid == "DENY" || refid == "RSTR";
}

ServerVerdict judge_server(const ServerObservation& seen) {
  ServerVerdict result;
  if (!seen.no_address.empty()) return {"unreachable", {seen.no_address}};

  if (!seen.kiss.empty()) {
    result.verdict = "kiss";
    result.reasons.push_back(fmt::format(
        "kiss code {}: {}; it was left alone at once", seen.kiss,
        seen.kiss == "RATE" ? "it finds our requests too many" : "it refuses to serve this guest"));
  } else if (seen.answers == 0 && seen.bogus.total() > 0) {
    result.verdict = "bogus";
    result.reasons.push_back(fmt::format("no valid answer to {} requests", seen.sent));
    if (seen.bogus.from_elsewhere > 0) {
      result.reasons.push_back(fmt::format(
          "asked at {}, it answers from {}: clients drop that, as anybody could send it. Ask that "
          "address, or bind its daemon to the one that is asked",
          seen.endpoint, seen.answers_from));
    }
  } else if (seen.answers == 0) {
    result.verdict = "unreachable";
    result.reasons.push_back(seen.sent > 0 ? fmt::format("no answer to {} requests", seen.sent)
                                           : std::string("no request could be sent"));
    if (!seen.last_error.empty()) result.reasons.push_back(seen.last_error);
  } else {
    result.reasons = header_faults(*seen.last);
    result.verdict = is_unsynchronised(*seen.last) ? "unsynchronised" : "usable";
    if (is_local_clock(seen.last->stratum, seen.last->refid)) {
      result.reasons.push_back(
          fmt::format("undisciplined: it serves its own LOCAL clock (refid {}), which nothing "
                      "steers",
                      refid_text(seen.last->stratum, seen.last->refid)));
    }
  }
  add_bogus(seen.bogus, result.reasons);
  if (seen.addresses > 1) {
    result.reasons.push_back(
        seen.answers > 0 || !seen.kiss.empty()
            ? fmt::format("its name has {} addresses; this is {}, the first that answered",
                          seen.addresses, seen.endpoint)
            : fmt::format("its name has {} addresses; each was asked", seen.addresses));
  }
  return result;
}

}  // namespace guestclock::measure
