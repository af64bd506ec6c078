// What `measure` finds out: plain data, one struct per part of the `measure` document.
//
// Signs: `offset` is server minus local (positive: this guest is behind, RFC 5905 section 8);
// `rate_error` is local gain per true second (positive: this guest runs fast).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "model/fact.h"

namespace guestclock::model {

/// One NTP exchange. t1 and t4 are the guest's time base (CLOCK_MONOTONIC_RAW: nanoseconds since an
/// arbitrary start), t2 and t3 the server's clock (nanoseconds since 1970).
/// Offset = ((t2-t1)+(t3-t4))/2, delay = (t4-t1)-(t3-t2) (RFC 5905 section 8).
struct Exchange {
  Nanoseconds t1{};
  Nanoseconds t2{};
  Nanoseconds t3{};
  Nanoseconds t4{};

  [[nodiscard]] Nanoseconds delay() const { return (t4 - t1) - (t3 - t2); }
  friend bool operator==(const Exchange&, const Exchange&) = default;
};

struct Interval {
  double low = 0;
  double high = 0;

  [[nodiscard]] double half_width() const { return (high - low) / 2; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// The offset jumped: a clock was set, or the guest stood still.
struct OffsetStep {
  double at_s = 0;  ///< since the first exchange
  double by_s = 0;  ///< server's time less the guest's grew by it; positive: the guest fell behind

  friend bool operator==(const OffsetStep&, const OffsetStep&) = default;
};

struct Drift {
  std::string clock;  ///< the clock it speaks of: monotonic_raw, tsc
  /// What it was measured against: HOST:PORT (several: with ", " between), ptp0, rtc0; empty:
  /// nothing.
  std::string reference;
  Fact<double> rate_error_ppm;
  Fact<Interval> ci95_ppm;    ///< 95 % interval, never narrower than +-systematic_ppm in `measure`
  double systematic_ppm = 0;  ///< what no fit can see: the server being slewed, oscillator wander
  Fact<double> offset_s;      ///< of CLOCK_REALTIME, at the last exchange used
  /// 95 % interval by the exchanges' scatter; an asymmetric path is beyond it, not beyond the
  /// bound.
  Fact<Interval> offset_ci95_s;
  Fact<double> offset_bound_s;  ///< hard bound: half of the smallest delay
  std::int64_t exchanges = 0;
  std::int64_t used = 0;
  double duration_s = 0;
  std::vector<std::string> flags;  ///< clock_step path_step few_samples wide
  std::vector<OffsetStep> steps;   ///< one where the flag is clock_step

  friend bool operator==(const Drift&, const Drift&) = default;
};

struct ClockRate {
  std::string name;  ///< realtime monotonic monotonic_raw boottime tai tsc rtcN ptpN
  Fact<double> rate_error_ppm;
  Fact<Interval> ci95_ppm;
  Fact<double> steering_ppm;   ///< what adjtimex adds to it: frequency and tick
  Fact<double> unsteered_ppm;  ///< rate_error_ppm without that
  Fact<double> read_cost_ns;   ///< median of single reads
  Fact<bool> vdso;             ///< read without entering the kernel
  Fact<double> read_p99_ns;    ///< 99 of 100 reads cost no more
  Fact<double> resolution_ns;  ///< what timers on it are rounded to; of a counter one count
  /// The most that a reading on one CPU lay behind an earlier one on another CPU; 0: never.
  Fact<double> warp_ns;

  friend bool operator==(const ClockRate&, const ClockRate&) = default;
};

/// A clocksource of the kernel (--switch): what CLOCK_MONOTONIC_RAW does by it.
struct ClocksourceRate {
  std::string name;  ///< tsc, kvm-clock, hpet, ...
  Fact<double> rate_error_ppm;
  Fact<Interval> ci95_ppm;
  Fact<double> against_current_ppm;  ///< gain over the clocksource in use, which needs no server
  Fact<double> read_cost_ns;         ///< of CLOCK_MONOTONIC_RAW by it

  friend bool operator==(const ClocksourceRate&, const ClocksourceRate&) = default;
};

struct Server {
  std::string address;         ///< HOST:PORT as asked
  Fact<std::string> endpoint;  ///< IP:PORT that its name led to: the one that answers
  Fact<std::int64_t> stratum;  ///< as on the wire
  Fact<std::int64_t> leap;
  Fact<std::string> refid;        ///< decoded: text at stratum 0 and 1, dotted quad above
  Fact<std::string> refid_means;  ///< in words: whom it follows, or what it waits for
  Fact<double> precision_s;
  Fact<double> root_delay_s;
  Fact<double> root_dispersion_s;
  Fact<double> root_distance_s;      ///< half the root delay and the dispersion (RFC 5905, 11.1)
  Fact<std::string> reference_time;  ///< RFC 3339 UTC
  Fact<double> reference_age_s;      ///< when it answered, by its own clock
  Fact<double> offset_s;             ///< of CLOCK_REALTIME, by the exchange of smallest delay
  Fact<double> delay_s;              ///< the smallest one
  Fact<double> jitter_s;             ///< of the last eight offsets against the best (RFC 5905, 10)
  std::int64_t reach = 0;  ///< the last eight requests, a bit each, the latest lowest: 1 answered
  std::int64_t sent = 0;
  std::int64_t received = 0;  ///< valid answers
  std::string verdict;        ///< usable unsynchronised falseticker kiss unreachable bogus
  std::vector<std::string> reasons;
  Fact<Drift> drift;

  friend bool operator==(const Server&, const Server&) = default;
};

/// Two servers beside each other: the first minus the second.
struct ServerPair {
  std::string first;  ///< addresses as asked
  std::string second;
  Fact<double> offset_s;         ///< how far the first one's time is ahead
  Fact<double> rate_ppm;         ///< by how much more this guest gains against the first
  Fact<double> standard_errors;  ///< rate_ppm in joint standard errors

  friend bool operator==(const ServerPair&, const ServerPair&) = default;
};

/// One source of a time daemon of this guest, as the daemon tells it.
struct DaemonSource {
  std::string name;   ///< address, or what it calls a clock of its own
  std::string state;  ///< selected combined usable falseticker jittery not-usable
  Fact<std::int64_t> stratum;
  Fact<double> poll_s;          ///< how often it is asked
  Fact<std::int64_t> reach;     ///< the last eight polls, a bit each, the latest lowest: 1 answered
  Fact<std::int64_t> answered;  ///< of the last eight polls
  Fact<double> last_answer_s;   ///< how long ago
  Fact<double> offset_s;        ///< of its last answer that counts
  Fact<double> dispersion_s;    ///< of its samples: 16 without one, about halved by each
  Fact<double> root_distance_s;  ///< what its time may be off by
  Fact<bool> selectable;         ///< its answers suffice to select it

  friend bool operator==(const DaemonSource&, const DaemonSource&) = default;
};

/// A time daemon that runs on this guest, by its own account.
struct LocalDaemon {
  std::string name;     ///< as in the facts: chronyd, ntpd, ntpsec, systemd-timesyncd, openntpd
  std::string verdict;  ///< synchronised not-yet stale unsynchronised unknown
  std::vector<std::string> reasons;
  Fact<std::int64_t> stratum;  ///< its own; 16: not synchronised
  Fact<std::int64_t> leap;     ///< 3: not synchronised
  Fact<std::string> refid;     ///< what it follows; INIT, STEP and others: what it waits for
  Fact<double> offset_s;
  /// What it takes this guest's clock to gain, left alone, in a true second (positive: fast).
  Fact<double> frequency_ppm;
  Fact<double> root_delay_s;
  Fact<double> root_dispersion_s;
  Fact<double> root_distance_s;    ///< root_delay_s / 2 + root_dispersion_s
  Fact<double> reference_age_s;    ///< since it last updated the clock
  Fact<double> update_interval_s;  ///< how often it means to
  Fact<bool> kernel_synchronised;  ///< the kernel's flag, which timedatectl shows
  Fact<double> selectable_in_s;    ///< at most, until it can select a first source
  Fact<bool> will_step;            ///< it will set the clock at once, not slew it
  std::vector<DaemonSource> sources;

  friend bool operator==(const LocalDaemon&, const LocalDaemon&) = default;
};

struct Stall {
  double start_s = 0;  ///< since the start of the measurement
  double length_s = 0;
  std::string cause;  ///< scheduler irq steal unexplained suspend

  friend bool operator==(const Stall&, const Stall&) = default;
};

/// How many gaps were as long as this.
struct GapCount {
  double from_s = 0;
  double to_s = 0;  ///< exclusive
  std::int64_t count = 0;

  friend bool operator==(const GapCount&, const GapCount&) = default;
};

/// Who had the CPU while a thread that wanted it did not run, in one second.
struct SpunSecond {
  double start_s = 0;  ///< since the start of the measurement
  double length_s = 0;
  double gaps_s = 0;  ///< in all; the four below add up to it
  double scheduler_s = 0;
  double irq_s = 0;
  double steal_s = 0;
  double unexplained_s = 0;

  friend bool operator==(const SpunSecond&, const SpunSecond&) = default;
};

/// A thread that does nothing but read the clock: what stops it stops the CPU.
struct Spin {
  double start_s = 0;  ///< since the start of the measurement
  double length_s = 0;
  std::int64_t gaps = 0;  ///< of 10 us or more
  double gaps_s = 0;
  double longest_s = 0;
  std::int64_t lost = 0;            ///< periods that passed within gaps
  Fact<double> interrupts_per_s;    ///< timer interrupts of this CPU while it was busy
  Fact<std::int64_t> switches;      ///< how often the scheduler took the CPU away
  std::vector<GapCount> histogram;  ///< bins that are not empty, shortest first
  std::vector<SpunSecond> seconds;

  friend bool operator==(const Spin&, const Spin&) = default;
};

struct CpuTicks {
  std::int64_t cpu = 0;
  std::int64_t expected = 0;      ///< periods that passed
  std::int64_t delivered = 0;     ///< separate wake-ups
  std::int64_t lost = 0;          ///< expected minus delivered
  std::int64_t late = 0;          ///< delivered after their instant by more than the threshold
  Fact<double> interrupts_per_s;  ///< timer interrupts of this CPU
  std::vector<Stall> stalls;      ///< the longest
  Fact<Interval> lost_ci95;       ///< of the expected number in as long a run (Poisson)
  Fact<Interval> late_ci95;
  Fact<Spin> spin;
  Fact<double> wake_p50_s;  ///< half of the wake-ups came no later than this after their instant
  Fact<double> wake_p99_s;
  Fact<double> wake_max_s;
  std::string incomplete;  ///< why it was not watched to the end; empty: it was

  friend bool operator==(const CpuTicks&, const CpuTicks&) = default;
};

struct TickAttribution {
  Fact<double> scheduler_s;
  Fact<double> irq_s;
  Fact<double> steal_s;
  Fact<double> unexplained_s;

  friend bool operator==(const TickAttribution&, const TickAttribution&) = default;
};

/// Ticks that the kernel never made up for. Where its clock counts ticks, time was lost with them,
/// and only a counter that is independent of the ticks shows it.
struct UnrecoveredLoss {
  Fact<bool> counts_ticks;    ///< the guest's clock is a count of its ticks
  Fact<std::string> against;  ///< tsc, HOST:PORT, ptpN; monotonic_raw where that counts no ticks
  Fact<double> elapsed_s;     ///< that passed, by `against`
  Fact<double> lost_s;     ///< elapsed_s less what the ticks say; negative: too many were counted
  Fact<double> bound_s;    ///< on the error of lost_s
  Fact<double> share_ppm;  ///< lost_s of elapsed_s
  Fact<std::int64_t> kernel_hz;  ///< configured ticks per second
  Fact<double> ticks_per_own_s;  ///< that the kernel counted in a second of its own clock
  Fact<double> ticks_per_s;      ///< in a second of elapsed_s

  friend bool operator==(const UnrecoveredLoss&, const UnrecoveredLoss&) = default;
};

/// The whole guest did not run, and no CPU's gap shows how long.
struct Interruption {
  /// suspend: by the guest itself. standstill: paused, restored or moved to another host, clocks
  /// and all.
  std::string cause;
  double length_s = 0;
  std::string by;  ///< what shows it: boottime, HOST:PORT

  friend bool operator==(const Interruption&, const Interruption&) = default;
};

struct Ticks {
  Fact<std::int64_t> hz;      ///< rate of the probe's own periods, the dearest CPU's
  Fact<std::string> counter;  ///< the independent counter that lengths were taken with
  std::vector<CpuTicks> per_cpu;
  Fact<std::int64_t> lost;
  Fact<std::int64_t> late;
  Fact<double> longest_stall_s;
  Fact<double> steal_s;
  TickAttribution attribution;
  Fact<double> watched_s;    ///< how long, of each CPU
  Fact<Interval> lost_ci95;  ///< of the expected numbers in as long a run (Poisson)
  Fact<Interval> late_ci95;
  Fact<std::int64_t> stalls;
  Fact<Interval> stalls_ci95;
  UnrecoveredLoss unrecovered;
  std::vector<Interruption> interruptions;

  friend bool operator==(const Ticks&, const Ticks&) = default;
};

struct Measurements {
  Drift drift;
  std::vector<ClockRate> clocks;
  std::vector<ClocksourceRate> clocksources;  ///< the one in use first; empty without --switch
  std::vector<Server> servers;
  std::vector<ServerPair> pairs;     ///< each two servers that answered
  std::vector<LocalDaemon> daemons;  ///< those that run on this guest and were asked
  Ticks ticks;

  friend bool operator==(const Measurements&, const Measurements&) = default;
};

/// `selftest`: a server of our own with a known rate error, measured like any other.
struct Selftest {
  Fact<bool> works;                 ///< the known rate was found
  double known_rate_error_ppm = 0;  ///< of this guest's clock against that server's
  Fact<double> noise_floor_ppm;     ///< half-width of the interval: no path gives a narrower one
  Fact<double> round_trip_s;        ///< the smallest one
  Fact<double> queueing_s;          ///< median of what is above it, one way: the stamps' own noise
  Drift drift;                      ///< what was measured

  friend bool operator==(const Selftest&, const Selftest&) = default;
};

/// What `fit` says of one file of recorded exchanges: the statistical interval alone.
struct FileFit {
  std::string file;
  Fact<double> rate_error_ppm;
  Fact<Interval> ci95_ppm;
  Fact<double> offset_s;  ///< at the last exchange
  std::int64_t exchanges = 0;
  std::int64_t used = 0;
  std::vector<std::string> flags;  ///< as Drift has them

  friend bool operator==(const FileFit&, const FileFit&) = default;
};

}  // namespace guestclock::model
