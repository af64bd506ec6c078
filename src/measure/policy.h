// The numbers this module works with, taken out of the thresholds by name in one place.
#pragma once

#include "measure/send_schedule.h"
#include "tables/tables.h"

namespace guestclock::measure {

struct NtpPolicy {
  SendPolicy own;      ///< loopback, private and link-local servers
  SendPolicy foreign;  ///< everybody else's
  Nanoseconds warmup{};
  Nanoseconds answer_wait{};
  Nanoseconds coarse_clock{};  ///< a round trip may be this much below zero
  Nanoseconds refit{};         ///< how often to look whether enough is known
  std::size_t datagrams_per_wake = 1;
};

struct DriftPolicy {
  std::int64_t few_samples = 0;
  double wide_ppm = 0;
  double systematic_ppm = 0;
  std::int64_t target_exchanges = 0;  ///< fewer never end a run early
  double agreement_slack_ppm = 0;     ///< good servers may differ by this beyond their errors
  double ptp_systematic_ppm = 0;      ///< a device's own error, as a reference
  double rtc_systematic_ppm = 0;
};

struct ClockPolicy {
  std::size_t sandwiches = 1;
  Nanoseconds step{};
  Nanoseconds switch_settle{};  ///< after a change of clocksource
  Nanoseconds switch_run{};     ///< between the two looks at one
  std::size_t cost_reads = 1;   ///< how often a clock is read for the cost of a read
  double vdso_share = 0;        ///< below this share of a system call's cost it was none
  Nanoseconds warp_time{};      ///< for comparing the CPUs' readings, all in all
  std::size_t warp_rounds = 1;  ///< readings back and forth between two CPUs
};

struct TickPolicy {
  std::int64_t hz = 1;
  double cost_share = 0;  ///< of its CPU that a sleeper may use
  double late_share = 0;
  Nanoseconds alone{};     ///< how long to run where only ticks are measured
  Nanoseconds spin{};      ///< of each CPU, at most; zero: never
  double spin_share = 0;   ///< of a run, all CPUs together, at most
  Nanoseconds spin_gap{};  ///< shorter gaps of a spinning CPU are not counted
  Nanoseconds stall_min{};
  double stall_cause_share = 0;
  std::size_t stall_list_max = 0;
};

[[nodiscard]] NtpPolicy ntp_policy(const tables::Thresholds& thresholds);
[[nodiscard]] DriftPolicy drift_policy(const tables::Thresholds& thresholds);
[[nodiscard]] ClockPolicy clock_policy(const tables::Thresholds& thresholds);
[[nodiscard]] TickPolicy tick_policy(const tables::Thresholds& thresholds);

}  // namespace guestclock::measure
