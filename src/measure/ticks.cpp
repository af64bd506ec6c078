#include "measure/ticks.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "measure/poisson.h"
#include "measure/sleeper.h"
#include "measure/spinner.h"

namespace guestclock::measure {
namespace {

using model::Fact;
using system::ClockId;

constexpr const char* kCounter = "monotonic_raw";
constexpr const char* kClocksourcePath =
    "/sys/devices/system/clocksource/clocksource0/current_clocksource";
constexpr Nanoseconds kJoinWait = std::chrono::milliseconds(1);

template <class T>
const T* of_cpu(const Result<std::vector<std::pair<int, T>>>& all, int cpu) {
  if (!all) return nullptr;
  const auto found = std::find_if(all->begin(), all->end(),
                                  [cpu](const auto& entry) { return entry.first == cpu; });
  return found == all->end() ? nullptr : &found->second;
}

void set_counts_unknown(model::Ticks& ticks, const std::string& reason) {
  for (auto* const count : {&ticks.lost, &ticks.late, &ticks.stalls})
    *count = Fact<std::int64_t>::unknown(reason);
  for (auto* const interval : {&ticks.lost_ci95, &ticks.late_ci95, &ticks.stalls_ci95})
    *interval = Fact<model::Interval>::unknown(reason);
  ticks.longest_stall_s = Fact<double>::unknown(reason);
}

Fact<double> quantile_fact(const LengthHistogram& lengths, double below) {
  const std::optional<double> quantile = lengths.quantile(below);
  return quantile ? Fact<double>(*quantile) : Fact<double>::unknown("no wake-up was seen");
}

/// Of a kernel without high-resolution timers no sleep ends between two of its ticks.
std::int64_t periods_per_second(const TickPolicy& policy, const Result<Nanoseconds>& tick) {
  if (!tick || *tick <= Nanoseconds(0)) return policy.hz;
  return std::clamp<std::int64_t>(std::llround(1 / to_seconds(*tick)), 1, policy.hz);
}

}  // namespace

model::Ticks unknown_ticks(const std::string& reason) {
  model::Ticks ticks;
  ticks.hz = Fact<std::int64_t>::unknown(reason);
  ticks.counter = Fact<std::string>::unknown(reason);
  set_counts_unknown(ticks, reason);
  ticks.watched_s = Fact<double>::unknown(reason);
  ticks.steal_s = Fact<double>::unknown(reason);
  ticks.attribution.scheduler_s = Fact<double>::unknown(reason);
  ticks.attribution.irq_s = Fact<double>::unknown(reason);
  ticks.attribution.steal_s = Fact<double>::unknown(reason);
  ticks.attribution.unexplained_s = Fact<double>::unknown(reason);
  return ticks;
}

TickProbe::TickProbe(const system::System& system, const TickPolicy& policy, Nanoseconds duration,
                     const StopFlag& stop)
    : system_(system),
      policy_(policy),
      stop_(stop),
      interrupts_at_start_(system.counters().timer_interrupts()),
      times_at_start_(system.counters().cpu_times()) {
  policy_.hz = periods_per_second(policy, system.clocks().tick());
  const Result<Nanoseconds> raw = system.clocks().read(ClockId::monotonic_raw);
  if (!raw) {
    failure_ = raw.error().message;
    return;
  }
  raw_start_ = *raw;
  const Result<std::vector<int>> cpus = system.identity().online_cpus();
  if (!cpus) {
    failure_ = cpus.error().message;
    return;
  }
  const double share = policy.spin_share * to_seconds(duration) /
                       static_cast<double>(std::max<std::size_t>(cpus->size(), 1));
  spin_each_ = std::min(
      policy.spin, std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(share)));
  for (const int cpu : *cpus)
    start(cpu);
  // Not a wait in the seam: no sleeper may see time pass before all of them are ready.
  for (const auto& watch : watches_)
    watch->bound.wait(false);
}

TickProbe::~TickProbe() {
  join();
}

void TickProbe::start(int cpu) {
  auto watch = std::make_unique<Watch>();
  watch->cpu = cpu;
  if (spin_each_ > Nanoseconds(0)) {
    watch->spin_from = raw_start_ + spin_each_ * static_cast<std::int64_t>(watches_.size());
  }
  try {
    watch->thread = std::thread(&TickProbe::run, this, std::ref(*watch));
  } catch (const std::system_error& error) {
    failure_ = std::string("cannot start a thread per CPU: ") + error.what();
    return;
  }
  watches_.push_back(std::move(watch));
}

void TickProbe::run(Watch& watch) const {
  const Result<void> bound = system_.identity().pin_thread(watch.cpu);
  if (!bound) watch.failure = bound.error().message;
  watch.bound = true;
  watch.bound.notify_one();
  if (bound) watch_cpu(watch);
  watch.finished = true;
}

void TickProbe::watch_cpu(Watch& watch) const {
  StallLog stalls(policy_, raw_start_);
  Sleeper sleeper(system_, watch.cpu, policy_, stalls);
  watch.ticks.cpu = watch.cpu;
  watch.ticks.spin =
      Fact<model::Spin>::unknown(watch.spin_from ? "the run ended before its turn" : "--no-spin");
  if (watch.spin_from) {
    sleeper.run(*watch.spin_from, done_, stop_);
    if (!done_ && !stop_.requested() && sleeper.failure().empty()) {
      watch.ticks.spin = spin_on(system_, watch.cpu, policy_, raw_start_,
                                 *watch.spin_from + spin_each_, stalls, done_, stop_);
    }
  }
  sleeper.run(Nanoseconds::max(), done_, stop_);
  watch.failure = sleeper.failure();
  watch.period = sleeper.period();
  const PeriodCount& count = sleeper.count();
  watch.ticks.expected = count.expected();
  watch.ticks.delivered = count.delivered();
  watch.ticks.lost = count.lost();
  watch.ticks.late = count.late();
  const LengthHistogram& lateness = sleeper.lateness();
  watch.ticks.wake_p50_s = quantile_fact(lateness, 0.5);
  watch.ticks.wake_p99_s = quantile_fact(lateness, 0.99);
  watch.ticks.wake_max_s = quantile_fact(lateness, 1);
  watch.ticks.incomplete = watch.failure;
  watch.ticks.lost_ci95 = poisson_interval(count.lost());
  watch.ticks.late_ci95 = poisson_interval(count.late());
  watch.ticks.stalls = stalls.listed();
  watch.totals = stalls.totals();
  watch.longest_stall_s = stalls.longest_s();
  watch.stalls = stalls.count();
}

void TickProbe::join() {
  done_ = true;
  // Waiting in the seam, not in join(): a simulated machine's time passes only there.
  const auto running = [](const std::unique_ptr<Watch>& watch) {
    return watch->thread.joinable() && !watch->finished;
  };
  while (std::any_of(watches_.begin(), watches_.end(), running)) {
    if (!system_.network().wait({}, kJoinWait)) break;
  }
  for (const auto& watch : watches_) {
    if (watch->thread.joinable()) watch->thread.join();
  }
}

model::Ticks TickProbe::finish() {
  join();
  std::string failure = failure_;
  model::Ticks ticks;
  StallTotals totals;
  std::int64_t lost = 0;
  std::int64_t late = 0;
  double longest = 0;
  std::int64_t stalls = 0;
  Nanoseconds longest_period{};
  for (const auto& watch : watches_) {
    if (!watch->failure.empty()) {
      failure = "CPU " + std::to_string(watch->cpu) + ": " + watch->failure;
      if (watch->ticks.expected == 0 && !watch->ticks.spin.known()) continue;
    }
    ticks.per_cpu.push_back(watch->ticks);
    lost += watch->ticks.lost;
    late += watch->ticks.late;
    stalls += watch->stalls;
    longest = std::max(longest, watch->longest_stall_s);
    longest_period = std::max(longest_period, watch->period);
    totals.add(watch->totals);
  }
  if (ticks.per_cpu.empty()) {
    model::Ticks unknown = unknown_ticks(failure.empty() ? "no CPU could be watched" : failure);
    count_steal(unknown);
    return unknown;
  }
  ticks.hz = std::llround(1 / to_seconds(longest_period));
  ticks.counter = independent_counter();
  if (ticks.counter.known()) {
    ticks.lost = lost;
    ticks.late = late;
    ticks.longest_stall_s = longest;
    ticks.stalls = stalls;
    ticks.lost_ci95 = poisson_interval(lost);
    ticks.late_ci95 = poisson_interval(late);
    ticks.stalls_ci95 = poisson_interval(stalls);
  } else {
    set_counts_unknown(ticks, ticks.counter.reason());
  }
  const Result<Nanoseconds> raw = system_.clocks().read(ClockId::monotonic_raw);
  ticks.watched_s = raw ? Fact<double>(to_seconds(*raw - raw_start_))
                        : Fact<double>::unknown(raw.error().message);
  const Result<Nanoseconds> run_delay = system_.counters().run_delay();
  ticks.attribution.scheduler_s = run_delay ? Fact<double>(totals.scheduler_s)
                                            : Fact<double>::unknown(run_delay.error().message);
  const bool per_cpu = times_at_start_.has_value();
  const auto by_cpu_times = [&](double seconds) {
    return per_cpu ? Fact<double>(seconds) : Fact<double>::unknown(times_at_start_.error().message);
  };
  ticks.attribution.irq_s = by_cpu_times(totals.irq_s);
  ticks.attribution.steal_s = by_cpu_times(totals.steal_s);
  ticks.attribution.unexplained_s = totals.unexplained_s;
  count_interrupts(ticks);
  count_steal(ticks);
  return ticks;
}

void TickProbe::count_interrupts(model::Ticks& ticks) const {
  const auto at_end = system_.counters().timer_interrupts();
  const Result<Nanoseconds> raw = system_.clocks().read(ClockId::monotonic_raw);
  const double elapsed = raw ? to_seconds(*raw - raw_start_) : 0;
  for (model::CpuTicks& cpu : ticks.per_cpu) {
    const std::uint64_t* before = of_cpu(interrupts_at_start_, static_cast<int>(cpu.cpu));
    const std::uint64_t* after = of_cpu(at_end, static_cast<int>(cpu.cpu));
    if (before == nullptr || after == nullptr || elapsed <= 0) {
      cpu.interrupts_per_s = Fact<double>::unknown(
          at_end ? "the kernel lists no timer interrupts of this CPU" : at_end.error().message);
    } else if (*after < *before) {
      cpu.interrupts_per_s = Fact<double>::unknown("the kernel's count went backwards");
    } else {
      cpu.interrupts_per_s = static_cast<double>(*after - *before) / elapsed;
    }
  }
}

void TickProbe::count_steal(model::Ticks& ticks) const {
  const auto at_end = system_.counters().cpu_times();
  if (!at_end || !times_at_start_) {
    const Error& error = at_end ? times_at_start_.error() : at_end.error();
    ticks.steal_s = Fact<double>::unknown(error.message);
    return;
  }
  double steal = 0;
  for (const auto& [cpu, times] : *at_end) {
    const system::CpuTimes* before = of_cpu(times_at_start_, cpu);
    if (before != nullptr) steal += std::max(times.steal_s - before->steal_s, 0.0);
  }
  ticks.steal_s = steal;
}

model::Fact<std::string> TickProbe::independent_counter() const {
  const Result<std::string> source = system_.files().read(kClocksourcePath);
  const std::string_view name = source ? trim(*source) : std::string_view();
  if (name == "jiffies" || name == "refined-jiffies") {
    return Fact<std::string>::unknown("the clocksource is " + std::string(name) +
                                      ": every clock of this guest counts the ticks themselves");
  }
  return std::string(kCounter);
}

}  // namespace guestclock::measure
