#include "measure/sleeper.h"

#include <algorithm>

#include "measure/clock_reading.h"
#include "measure/stall_cause.h"

namespace guestclock::measure {
namespace {

using system::ClockId;

constexpr std::size_t kWakeTries = 2;          // a preempted pair of reads would look like lateness
constexpr std::int64_t kBaselinePeriods = 25;  // per-CPU counters move in 10 ms steps anyway

/// The kernel's counters as they stood a little before; `since` tells what they grew by.
class Accounting {
 public:
  Accounting(const system::KernelCounters& counters, int cpu) : counters_(counters), cpu_(cpu) {}

  void refresh_thread() { run_delay_ = counters_.run_delay(); }
  void refresh_cpu() { cpu_times_ = read_cpu(); }

  /// Growth since the last refresh, which this also is.
  AccountedTime since() {
    AccountedTime grown;
    const Result<Nanoseconds> delay_before = run_delay_;
    const std::optional<system::CpuTimes> cpu_before = cpu_times_;
    refresh_thread();
    refresh_cpu();
    if (delay_before && run_delay_) grown.scheduler_s = to_seconds(*run_delay_ - *delay_before);
    if (cpu_before && cpu_times_) {
      grown.steal_s = cpu_times_->steal_s - cpu_before->steal_s;
      grown.irq_s = cpu_times_->irq_s - cpu_before->irq_s;
    }
    return grown;
  }

 private:
  [[nodiscard]] std::optional<system::CpuTimes> read_cpu() const {
    const auto all = counters_.cpu_times();
    if (!all) return std::nullopt;
    const auto own =
        std::find_if(all->begin(), all->end(), [this](const auto& c) { return c.first == cpu_; });
    return own == all->end() ? std::nullopt : std::optional(own->second);
  }

  const system::KernelCounters& counters_;
  int cpu_;
  Result<Nanoseconds> run_delay_ = fail(ErrorCode::unsupported, "not read");
  std::optional<system::CpuTimes> cpu_times_;
};

/// The longest stalls, a bounded number of them.
class StallList {
 public:
  explicit StallList(std::size_t most) : most_(most) {}

  void add(model::Stall stall) {
    if (stalls_.size() < most_) {
      stalls_.push_back(std::move(stall));
      return;
    }
    const auto shortest = std::min_element(stalls_.begin(), stalls_.end(), shorter);
    if (shortest != stalls_.end() && shorter(*shortest, stall)) *shortest = std::move(stall);
  }

  [[nodiscard]] std::vector<model::Stall> by_start() && {
    std::sort(stalls_.begin(), stalls_.end(),
              [](const model::Stall& a, const model::Stall& b) { return a.start_s < b.start_s; });
    return std::move(stalls_);
  }

 private:
  static bool shorter(const model::Stall& a, const model::Stall& b) {
    return a.length_s < b.length_s;
  }

  std::size_t most_;
  std::vector<model::Stall> stalls_;
};

void add_to_totals(const model::Stall& stall, StallTotals& totals) {
  if (stall.cause == "scheduler") {
    totals.scheduler_s += stall.length_s;
  } else if (stall.cause == "steal") {
    totals.steal_s += stall.length_s;
  } else if (stall.cause == "irq") {
    totals.irq_s += stall.length_s;
  } else {
    totals.unexplained_s += stall.length_s;
  }
}

class Sleeper {
 public:
  Sleeper(const system::System& system, int cpu, const TickPolicy& policy, Nanoseconds raw_start)
      : clocks_(system.clocks()),
        policy_(policy),
        period_(std::chrono::nanoseconds(std::chrono::seconds(1)) / policy.hz),
        raw_start_(raw_start),
        count_(period_, policy.late_share),
        accounting_(system.counters(), cpu),
        stalls_(policy.stall_list_max) {
    result_.ticks.cpu = cpu;
  }

  SleeperResult run(const std::atomic<bool>& done, const StopFlag& stop) {
    if (const Result<Sandwich> now = look()) {
      raw_minus_monotonic_ = now->raw - now->clock;
      next_ = now->clock + period_;
    }
    accounting_.refresh_thread();
    accounting_.refresh_cpu();
    while (result_.failure.empty() && !done.load(std::memory_order_relaxed) && !stop.requested()) {
      sleep_once();
    }
    result_.ticks.expected = count_.expected();
    result_.ticks.delivered = count_.delivered();
    result_.ticks.lost = count_.lost();
    result_.ticks.late = count_.late();
    result_.ticks.stalls = std::move(stalls_).by_start();
    return std::move(result_);
  }

 private:
  Result<Sandwich> look() {
    Result<Sandwich> now = narrowest_sandwich(clocks_, ClockId::monotonic, kWakeTries);
    if (!now) result_.failure = now.error().message;
    return now;
  }

  void sleep_once() {
    const Result<void> slept = clocks_.sleep_until(ClockId::monotonic, next_);
    if (!slept) {
      result_.failure = slept.error().message;
      return;
    }
    const Result<Sandwich> now = look();
    if (!now || now->clock < next_) return;  // the latter: a signal woke us early

    // MONOTONIC may be steered by 500 ppm: RAW's distance from it is taken anew at each wake-up, so
    // that it is 2 us off at most when the next one is judged.
    const Nanoseconds instant = next_ + raw_minus_monotonic_;
    const Nanoseconds lateness = std::max(now->raw - instant, Nanoseconds(0));
    count_.woken(lateness);
    if (lateness >= policy_.stall_min) note_stall(instant, lateness);
    accounting_.refresh_thread();
    if (count_.delivered() % kBaselinePeriods == 0) accounting_.refresh_cpu();

    raw_minus_monotonic_ = now->raw - now->clock;
    next_ += period_ * ((now->clock - next_) / period_ + 1);
  }

  void note_stall(Nanoseconds instant, Nanoseconds length) {
    model::Stall stall;
    stall.start_s = to_seconds(instant - raw_start_);
    stall.length_s = to_seconds(length);
    stall.cause = stall_cause(stall.length_s, accounting_.since(), policy_.stall_cause_share);
    add_to_totals(stall, result_.totals);
    result_.longest_stall_s = std::max(result_.longest_stall_s, stall.length_s);
    stalls_.add(std::move(stall));
  }

  const system::Clocks& clocks_;
  const TickPolicy& policy_;
  Nanoseconds period_;
  Nanoseconds raw_start_;
  PeriodCount count_;
  Accounting accounting_;
  StallList stalls_;
  Nanoseconds raw_minus_monotonic_{};
  Nanoseconds next_{};
  SleeperResult result_;
};

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

SleeperResult run_sleeper(const system::System& system, int cpu, const TickPolicy& policy,
                          Nanoseconds raw_start, const std::atomic<bool>& done,
                          const StopFlag& stop) {
  return Sleeper(system, cpu, policy, raw_start).run(done, stop);
}

}  // namespace guestclock::measure
