#include "measure/server_row.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/rfc3339.h"
#include "measure/drift_summary.h"
#include "measure/header_health.h"
#include "measure/refid.h"

namespace guestclock::measure {
namespace {

using model::Fact;

void fill_header(const NtpHeader& header, model::Server& row) {
  row.stratum = static_cast<std::int64_t>(header.stratum);
  row.leap = static_cast<std::int64_t>(header.leap);
  row.refid = refid_text(header.stratum, header.refid);
  const std::string means = reference_in_words(header.stratum, header.refid);
  row.refid_means = means.empty() ? Fact<std::string>::unknown("no refid that is known")
                                  : Fact<std::string>(means);
  row.precision_s = precision_seconds(header.precision);
  row.root_delay_s = short_format_seconds(header.root_delay);
  row.root_dispersion_s = short_format_seconds(header.root_dispersion);
  row.root_distance_s = root_distance(header);
  constexpr const char* kNeverSet = "the server sent zero: its clock has never been set";
  row.reference_time = header.reference == 0
                           ? Fact<std::string>::unknown(kNeverSet)
                           : Fact<std::string>(rfc3339(since_1970(header.reference)));
  const std::optional<double> age = reference_age(header);
  row.reference_age_s = age ? Fact<double>(*age) : Fact<double>::unknown(kNeverSet);
}

void fill_unknown_header(const std::string& reason, model::Server& row) {
  row.stratum = Fact<std::int64_t>::unknown(reason);
  row.leap = Fact<std::int64_t>::unknown(reason);
  row.refid = Fact<std::string>::unknown(reason);
  row.refid_means = Fact<std::string>::unknown(reason);
  row.precision_s = Fact<double>::unknown(reason);
  row.root_delay_s = Fact<double>::unknown(reason);
  row.root_dispersion_s = Fact<double>::unknown(reason);
  row.root_distance_s = Fact<double>::unknown(reason);
  row.reference_time = Fact<std::string>::unknown(reason);
  row.reference_age_s = Fact<double>::unknown(reason);
}

/// RFC 5905 section 10: root mean square of the last eight offsets' distance from that of the one
/// with the smallest delay.
Fact<double> jitter(const std::vector<model::Exchange>& exchanges) {
  constexpr std::size_t kRegister = 8;
  if (exchanges.size() < 2) return Fact<double>::unknown("fewer than two exchanges");
  const std::size_t count = std::min(kRegister, exchanges.size());
  const std::span<const model::Exchange> last(exchanges.data() + (exchanges.size() - count), count);
  const auto best = std::min_element(
      last.begin(), last.end(), [](const auto& a, const auto& b) { return a.delay() < b.delay(); });
  double squares = 0;
  for (const model::Exchange& one : last) {
    const double forth = to_seconds((one.t2 - one.t1) - (best->t2 - best->t1));
    const double back = to_seconds((one.t3 - one.t4) - (best->t3 - best->t4));
    squares += (forth + back) / 2 * ((forth + back) / 2);
  }
  return std::sqrt(squares / static_cast<double>(count - 1));
}

/// Offset and delay by the exchange of smallest delay (RFC 5905 section 10: the clock filter).
void fill_times(const ServerRecord& record, model::Server& row) {
  const auto nearest = std::min_element(
      record.exchanges.begin(), record.exchanges.end(),
      [](const model::Exchange& a, const model::Exchange& b) { return a.delay() < b.delay(); });
  if (nearest == record.exchanges.end()) {
    row.offset_s = Fact<double>::unknown("no exchange");
    row.delay_s = Fact<double>::unknown("no exchange");
    return;
  }
  row.delay_s = to_seconds(nearest->delay());
  const auto index = static_cast<std::size_t>(nearest - record.exchanges.begin());
  const std::optional<Nanoseconds>& realtime_minus_raw = record.realtime_minus_raw[index];
  if (!realtime_minus_raw) {
    row.offset_s = Fact<double>::unknown("CLOCK_REALTIME cannot be read");
    return;
  }
  const Nanoseconds forth = nearest->t2 - (nearest->t1 + *realtime_minus_raw);
  const Nanoseconds back = nearest->t3 - (nearest->t4 + *realtime_minus_raw);
  row.offset_s = to_seconds(forth) / 2 + to_seconds(back) / 2;
}

}  // namespace

model::Server server_row(const LocatedServer& server, const ServerRecord& record,
                         const DriftPolicy& policy, const std::optional<Sandwich>& realtime) {
  model::Server row;
  row.address = server.address;
  row.endpoint = record.seen.endpoint.empty()
                     ? Fact<std::string>::unknown(server.no_address.empty() ? "it was never asked"
                                                                            : server.no_address)
                     : Fact<std::string>(record.seen.endpoint);
  row.sent = record.seen.sent;
  row.received = record.seen.answers;
  row.reach = record.seen.reach;
  row.jitter_s = jitter(record.exchanges);
  if (record.seen.last) {
    fill_header(*record.seen.last, row);
  } else {
    fill_unknown_header("no valid answer", row);
  }
  fill_times(record, row);

  ServerVerdict judged = judge_server(record.seen);
  row.verdict = std::move(judged.verdict);
  row.reasons = std::move(judged.reasons);
  if (row.verdict == "usable") {
    model::Drift drift =
        summarise_drift(fit_drift(record.exchanges), record.exchanges, policy, realtime);
    drift.reference = server.address;
    row.drift = std::move(drift);
  } else {
    row.drift = Fact<model::Drift>::unknown("the server is not usable: " + row.verdict);
  }
  return row;
}

}  // namespace guestclock::measure
