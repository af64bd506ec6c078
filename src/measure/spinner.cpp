#include "measure/spinner.h"

#include <algorithm>
#include <utility>

#include "measure/accounting.h"
#include "measure/length_histogram.h"

namespace guestclock::measure {
namespace {

using model::Fact;
using system::ClockId;

constexpr Nanoseconds kSecond = std::chrono::seconds(1);
constexpr Nanoseconds kStopCheck = std::chrono::milliseconds(50);
constexpr double kLongestGap = 10;
constexpr double kGapBinsPerDecade = 3;

std::optional<std::uint64_t> interrupts_of(const system::KernelCounters& counters, int cpu) {
  const auto all = counters.timer_interrupts();
  if (!all) return std::nullopt;
  const auto own =
      std::find_if(all->begin(), all->end(), [cpu](const auto& c) { return c.first == cpu; });
  return own == all->end() ? std::nullopt : std::optional(own->second);
}

class Spinner {
 public:
  Spinner(const system::System& system, int cpu, const TickPolicy& policy, Nanoseconds raw_start,
          StallLog& stalls)
      : clocks_(system.clocks()),
        counters_(system.counters()),
        identity_(system.identity()),
        cpu_(cpu),
        policy_(policy),
        period_(kSecond / policy.hz),
        raw_start_(raw_start),
        stalls_(stalls),
        by_stall_(system.counters(), cpu),
        by_second_(system.counters(), cpu),
        histogram_(to_seconds(policy.spin_gap), kLongestGap, kGapBinsPerDecade) {}

  Fact<model::Spin> run(Nanoseconds until, const std::atomic<bool>& done, const StopFlag& stop) {
    const Result<Nanoseconds> start = clocks_.read(ClockId::monotonic_raw);
    if (!start) return Fact<model::Spin>::unknown(start.error().message);
    spin_.start_s = to_seconds(*start - raw_start_);
    second_start_ = last_ = *start;
    const auto interrupts = interrupts_of(counters_, cpu_);
    const auto switches = counters_.involuntary_switches();
    by_second_.refresh_thread();
    by_second_.refresh_cpu();
    refresh_stall_baseline();
    skip();
    while (last_ < until && !done.load(std::memory_order_relaxed) && !stop.requested()) {
      const Nanoseconds pause = std::min({until, second_start_ + kSecond, last_ + kStopCheck});
      const auto gap = clocks_.spin(ClockId::monotonic_raw, last_, pause, policy_.spin_gap);
      if (!gap) return Fact<model::Spin>::unknown(gap.error().message);
      last_ = gap->to;
      if (gap->to - gap->from >= policy_.spin_gap) note_gap(gap->from, gap->to - gap->from);
      if (last_ - second_start_ >= kSecond) end_second();
      if (has_left(identity_, cpu_)) break;
    }
    spin_.length_s = to_seconds(last_ - *start);
    count_since(interrupts, switches);
    skip();
    if (last_ > second_start_) end_second();
    spin_.histogram = histogram_.filled();
    return std::move(spin_);
  }

 private:
  void note_gap(Nanoseconds from, Nanoseconds length) {
    const double seconds = to_seconds(length);
    ++spin_.gaps;
    spin_.gaps_s += seconds;
    spin_.longest_s = std::max(spin_.longest_s, seconds);
    spin_.lost += length / period_;
    gaps_of_second_ += seconds;
    histogram_.add(seconds);
    if (length < policy_.stall_min) {
      if (by_stall_.note_wait(length, policy_.stall_min)) skip();
      return;
    }
    stalls_.note(from, length, by_stall_.since());
    skip();
  }

  void end_second() {
    model::SpunSecond second = split_second(gaps_of_second_, by_second_.since());
    second.start_s = to_seconds(second_start_ - raw_start_);
    second.length_s = to_seconds(last_ - second_start_);
    spin_.seconds.push_back(second);
    gaps_of_second_ = 0;
    refresh_stall_baseline();
    skip();
    second_start_ = last_;
  }

  void refresh_stall_baseline() {
    by_stall_.refresh_thread();
    by_stall_.refresh_cpu();
  }

  /// Time went by in reading the counters. So much of it that the CPU must have been stopped is a
  /// gap all the same.
  void skip() {
    const Result<Nanoseconds> now = clocks_.read(ClockId::monotonic_raw);
    if (!now) return;
    const Nanoseconds from = std::exchange(last_, *now);
    if (last_ - from >= policy_.stall_min) note_gap(from, last_ - from);
  }

  void count_since(const std::optional<std::uint64_t>& interrupts,
                   const Result<std::int64_t>& switches) {
    const auto interrupts_now = interrupts_of(counters_, cpu_);
    const auto switches_now = counters_.involuntary_switches();
    spin_.interrupts_per_s =
        interrupts && interrupts_now && *interrupts_now >= *interrupts && spin_.length_s > 0
            ? Fact<double>(static_cast<double>(*interrupts_now - *interrupts) / spin_.length_s)
            : Fact<double>::unknown("the kernel lists no timer interrupts of this CPU");
    spin_.switches = switches && switches_now
                         ? Fact<std::int64_t>(*switches_now - *switches)
                         : Fact<std::int64_t>::unknown("the kernel does not count them");
  }

  const system::Clocks& clocks_;
  const system::KernelCounters& counters_;
  const system::Identity& identity_;
  int cpu_;
  const TickPolicy& policy_;
  Nanoseconds period_;
  Nanoseconds raw_start_;
  StallLog& stalls_;
  Accounting by_stall_;
  Accounting by_second_;
  Nanoseconds last_{};
  Nanoseconds second_start_{};
  double gaps_of_second_ = 0;
  LengthHistogram histogram_;
  model::Spin spin_;
};

}  // namespace

Fact<model::Spin> spin_on(const system::System& system, int cpu, const TickPolicy& policy,
                          Nanoseconds raw_start, Nanoseconds until, StallLog& stalls,
                          const std::atomic<bool>& done, const StopFlag& stop) {
  return Spinner(system, cpu, policy, raw_start, stalls).run(until, done, stop);
}

model::SpunSecond split_second(double gaps_s, const AccountedTime& accounted) {
  double left = gaps_s;
  const auto take = [&left](const std::optional<double>& told) {
    const double part = std::clamp(told.value_or(0), 0.0, left);
    left -= part;
    return part;
  };
  model::SpunSecond second;
  second.gaps_s = gaps_s;
  second.scheduler_s = take(accounted.scheduler_s);
  second.steal_s = take(accounted.steal_s);
  second.irq_s = take(accounted.irq_s);
  second.unexplained_s = left;
  return second;
}

}  // namespace guestclock::measure
