#include "measure/sleeper.h"

#include <algorithm>
#include <cmath>

namespace guestclock::measure {
namespace {

using system::ClockId;

constexpr std::size_t kWakeTries = 2;          // a preempted pair of reads would look like lateness
constexpr std::int64_t kBaselinePeriods = 25;  // per-CPU counters move in 10 ms steps anyway
constexpr double kShortestLateness = 1e-7;
constexpr double kLongestLateness = 10;
constexpr double kLatenessBinsPerDecade = 50;  // 5 % each

}  // namespace

std::int64_t PeriodCount::woken(Nanoseconds lateness) {
  const Nanoseconds after = std::max(lateness, Nanoseconds(0));
  const std::int64_t passed = after / period_;
  const auto rest = static_cast<double>((after % period_).count());
  ++delivered_;
  lost_ += passed;
  if (rest > late_share_ * static_cast<double>(period_.count())) ++late_;
  return passed;
}

Sleeper::Sleeper(const system::System& system, int cpu, const TickPolicy& policy, StallLog& stalls)
    : clocks_(system.clocks()),
      identity_(system.identity()),
      counters_(system.counters()),
      cpu_(cpu),
      policy_(policy),
      shortest_period_(Nanoseconds(std::chrono::seconds(1)) / policy.hz),
      period_(shortest_period_),
      count_(period_, policy.late_share),
      lateness_(kShortestLateness, kLongestLateness, kLatenessBinsPerDecade),
      accounting_(system.counters(), cpu),
      stalls_(stalls) {}

void Sleeper::run(Nanoseconds until, const std::atomic<bool>& done, const StopFlag& stop) {
  const Result<Sandwich> now = look();
  if (!now) return;
  thread_time_ = counters_.thread_time();
  accounting_.refresh_thread();
  accounting_.refresh_cpu();
  raw_ = accounted_ = now->raw;
  raw_minus_monotonic_ = now->raw - now->clock;
  next_ = now->clock + period_;
  while (failure_.empty() && raw_ < until && !done.load(std::memory_order_relaxed) &&
         !stop.requested()) {
    sleep_once();
  }
}

Result<Sandwich> Sleeper::look() {
  Result<Sandwich> now = narrowest_sandwich(clocks_, ClockId::monotonic, kWakeTries);
  if (!now) failure_ = now.error().message;
  return now;
}

void Sleeper::sleep_once() {
  const Result<void> slept = clocks_.sleep_until(ClockId::monotonic, next_);
  if (!slept) {
    failure_ = slept.error().message;
    return;
  }
  if (has_left(identity_, cpu_)) {
    failure_ = "the CPU went offline";
    return;
  }
  const Result<Sandwich> now = look();
  if (!now || now->clock < next_) return;  // the latter: a signal woke us early

  // MONOTONIC may be steered by 500 ppm: RAW's distance from it is taken anew at each wake-up, so
  // that it is 2 us off at most when the next one is judged.
  const Nanoseconds lateness = std::max(now->raw - (next_ + raw_minus_monotonic_), Nanoseconds(0));
  count_.woken(lateness);
  lateness_.add(to_seconds(lateness));
  // The CPU stopped at some time since it was last seen at work, a period before the instant.
  if (lateness >= policy_.stall_min) {
    stalls_.note(raw_, now->raw - raw_, accounting_.since());
  } else {
    accounting_.note_wait(lateness, policy_.stall_min);
  }
  if (count_.delivered() % kBaselinePeriods == 0) {
    accounting_.refresh_cpu();
    keep_within_cost(now->raw);
  }

  raw_ = now->raw;
  raw_minus_monotonic_ = now->raw - now->clock;
  next_ += period_ * ((now->clock - next_) / period_ + 1);
}

void Sleeper::keep_within_cost(Nanoseconds raw) {
  const Result<Nanoseconds> before = thread_time_;
  thread_time_ = counters_.thread_time();
  if (!before || !thread_time_) return;
  const Nanoseconds spent = *thread_time_ - *before;
  cost_ += spent;
  watched_ += raw - accounted_;
  accounted_ = raw;
  // What a wake-up took of late says what the next ones need; what all have taken too much is
  // waited for as well, but never longer than that again.
  const auto waited = [this](Nanoseconds cost) {
    return static_cast<double>(cost.count()) / policy_.cost_share;
  };
  const double needed = waited(spent) / kBaselinePeriods;
  const double owed = (waited(cost_) - static_cast<double>(watched_.count())) / kBaselinePeriods;
  period_ = std::max(shortest_period_, Nanoseconds(std::llround(needed + std::min(owed, needed))));
  count_.set_period(period_);
}

}  // namespace guestclock::measure
