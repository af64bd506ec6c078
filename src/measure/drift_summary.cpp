#include "measure/drift_summary.h"

#include <algorithm>
#include <cmath>

namespace guestclock::measure {
namespace {

constexpr const char* kBaseClock = "monotonic_raw";

void add_flag(model::Drift& drift, const char* flag) {
  if (std::find(drift.flags.begin(), drift.flags.end(), flag) == drift.flags.end()) {
    drift.flags.emplace_back(flag);
  }
}

/// Without the large whole part, `offset_base`.
double small_offset_at(const DriftFit& fit, Nanoseconds local) {
  return fit.offset_at_reference_s + fit.slope * to_seconds(local - fit.reference);
}

/// What the server's clock showed at the sandwich's instant, minus what CLOCK_REALTIME showed.
double realtime_offset(const DriftFit& fit, const Sandwich& realtime) {
  const Nanoseconds whole = realtime.raw + fit.offset_base - realtime.clock;
  return to_seconds(whole) + small_offset_at(fit, realtime.raw);
}

double offset_error(const DriftFit& fit, Nanoseconds local) {
  return std::hypot(fit.offset_error_s, fit.slope_error * to_seconds(local - fit.reference));
}

model::Fact<double> offset_bound(std::span<const model::Exchange> exchanges) {
  using Fact = model::Fact<double>;
  if (exchanges.empty()) return Fact::unknown("no exchange");
  Nanoseconds smallest = exchanges.front().delay();
  for (const model::Exchange& e : exchanges)
    smallest = std::min(smallest, e.delay());
  if (smallest < Nanoseconds(0)) {
    return Fact::unknown("the smallest round trip is negative: a clock is coarser than the path");
  }
  return to_seconds(smallest) / 2;
}

}  // namespace

model::Drift unknown_drift(const std::string& reason) {
  model::Drift drift;
  drift.clock = kBaseClock;
  drift.rate_error_ppm = model::Fact<double>::unknown(reason);
  drift.ci95_ppm = model::Fact<model::Interval>::unknown(reason);
  drift.offset_s = model::Fact<double>::unknown(reason);
  drift.offset_ci95_s = model::Fact<model::Interval>::unknown(reason);
  drift.offset_bound_s = model::Fact<double>::unknown(reason);
  return drift;
}

void flag_by_policy(model::Drift& drift, const DriftPolicy& policy) {
  if (drift.used < policy.few_samples) add_flag(drift, "few_samples");
  if (drift.ci95_ppm.known() && drift.ci95_ppm.value().half_width() > policy.wide_ppm) {
    add_flag(drift, "wide");
  }
}

double offset_at(const DriftFit& fit, Nanoseconds local) {
  return to_seconds(fit.offset_base) + small_offset_at(fit, local);
}

model::Drift summarise_drift(const DriftFit& fit, std::span<const model::Exchange> exchanges,
                             const DriftPolicy& policy, const std::optional<Sandwich>& realtime) {
  model::Drift drift = fit.drift;
  drift.clock = kBaseClock;
  drift.systematic_ppm = policy.systematic_ppm;
  drift.offset_bound_s = offset_bound(exchanges);
  if (!drift.rate_error_ppm.known()) {
    flag_by_policy(drift, policy);
    drift.offset_s = model::Fact<double>::unknown(drift.rate_error_ppm.reason());
    drift.offset_ci95_s = model::Fact<model::Interval>::unknown(drift.rate_error_ppm.reason());
    return drift;
  }
  const double rate = drift.rate_error_ppm.value();
  const double half = std::hypot(drift.ci95_ppm.value().half_width(), policy.systematic_ppm);
  drift.ci95_ppm = model::Interval{rate - half, rate + half};
  flag_by_policy(drift, policy);
  if (!realtime) {
    drift.offset_s = model::Fact<double>::unknown("CLOCK_REALTIME cannot be read");
    drift.offset_ci95_s = model::Fact<model::Interval>::unknown("CLOCK_REALTIME cannot be read");
    return drift;
  }
  const double offset = realtime_offset(fit, *realtime);
  const double reach = kNormal95 * offset_error(fit, realtime->raw);
  drift.offset_s = offset;
  drift.offset_ci95_s = model::Interval{offset - reach, offset + reach};
  return drift;
}

}  // namespace guestclock::measure
