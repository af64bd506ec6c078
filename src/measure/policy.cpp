#include "measure/policy.h"

#include <cmath>

namespace guestclock::measure {
namespace {

Nanoseconds seconds(const tables::Thresholds& thresholds, std::string_view name) {
  return Nanoseconds(std::llround(thresholds.get(name) * 1e9));
}

std::int64_t whole(const tables::Thresholds& thresholds, std::string_view name) {
  return std::llround(thresholds.get(name));
}

std::size_t count(const tables::Thresholds& thresholds, std::string_view name) {
  return static_cast<std::size_t>(std::max<std::int64_t>(whole(thresholds, name), 1));
}

}  // namespace

NtpPolicy ntp_policy(const tables::Thresholds& thresholds) {
  const double jitter = thresholds.get("ntp_jitter_share");
  NtpPolicy policy;
  policy.own.interval = seconds(thresholds, "ntp_own_interval_s");
  policy.own.jitter_share = jitter;
  policy.own.requests = count(thresholds, "ntp_own_requests_max");
  policy.foreign.interval = seconds(thresholds, "ntp_public_interval_s");
  policy.foreign.gap = seconds(thresholds, "ntp_public_gap_s");
  policy.foreign.jitter_share = jitter;
  policy.foreign.requests = count(thresholds, "ntp_public_requests_max");
  policy.warmup = seconds(thresholds, "ntp_warmup_s");
  policy.answer_wait = seconds(thresholds, "ntp_answer_wait_s");
  policy.coarse_clock = seconds(thresholds, "ntp_coarse_clock_s");
  policy.refit = seconds(thresholds, "drift_refit_s");
  policy.datagrams_per_wake = count(thresholds, "ntp_datagrams_per_wake");
  return policy;
}

DriftPolicy drift_policy(const tables::Thresholds& thresholds) {
  DriftPolicy policy;
  policy.few_samples = whole(thresholds, "drift_few_samples");
  policy.wide_ppm = thresholds.get("drift_wide_ppm");
  policy.systematic_ppm = thresholds.get("drift_systematic_ppm");
  policy.target_exchanges = whole(thresholds, "drift_target_exchanges");
  policy.agreement_slack_ppm = thresholds.get("agreement_slack_ppm");
  policy.ptp_systematic_ppm = thresholds.get("reference_ptp_ppm");
  policy.rtc_systematic_ppm = thresholds.get("reference_rtc_ppm");
  return policy;
}

ClockPolicy clock_policy(const tables::Thresholds& thresholds) {
  return {count(thresholds, "clock_sandwiches"),  seconds(thresholds, "clock_step_s"),
          seconds(thresholds, "switch_settle_s"), seconds(thresholds, "switch_run_s"),
          count(thresholds, "clock_cost_reads"),  thresholds.get("clock_vdso_share"),
          seconds(thresholds, "clock_warp_s"),    count(thresholds, "clock_warp_rounds")};
}

TickPolicy tick_policy(const tables::Thresholds& thresholds) {
  TickPolicy policy;
  policy.hz = std::max<std::int64_t>(whole(thresholds, "ticks_hz"), 1);
  policy.cost_share = thresholds.get("ticks_cost_share");
  policy.late_share = thresholds.get("ticks_late_share");
  policy.alone = seconds(thresholds, "ticks_alone_s");
  policy.spin = seconds(thresholds, "spin_s");
  policy.spin_share = thresholds.get("spin_share");
  policy.spin_gap = seconds(thresholds, "spin_gap_s");
  policy.stall_min = seconds(thresholds, "stall_min_s");
  policy.stall_cause_share = thresholds.get("stall_cause_share");
  policy.stall_list_max = count(thresholds, "stall_list_max");
  return policy;
}

}  // namespace guestclock::measure
