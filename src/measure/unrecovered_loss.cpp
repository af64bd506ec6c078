#include "measure/unrecovered_loss.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace guestclock::measure {
namespace {

using model::Fact;

constexpr double kMillion = 1e6;
constexpr std::size_t kTickTries = 5;  // a preempted one is not the narrowest
constexpr double kCountStep = 0.01;    // KernelCounters::ticked() counts hundredths

constexpr std::array<std::string_view, 4> kTickCounting{"jiffies", "refined-jiffies", "pit",
                                                        "i8254"};

/// What passed during the run, by a counter that does not mind the ticks.
struct Elapsed {
  std::string against;
  double seconds = 0;
  double bound_s = 0;
};

Result<Elapsed> elapsed_of(bool clock_counts_ticks, double own_step_s, const TickedRun& run,
                           const model::Drift& drift) {
  if (!clock_counts_ticks) return Elapsed{"monotonic_raw", run.raw_s, 0};
  if (run.counter_s.known()) return Elapsed{"tsc", run.counter_s.value(), own_step_s};
  if (!drift.rate_error_ppm.known()) {
    return fail(ErrorCode::unsupported,
                run.counter_s.reason() + "; " + drift.rate_error_ppm.reason());
  }
  const double gain = 1 + drift.rate_error_ppm.value() / kMillion;
  if (!(gain > 0)) return fail(ErrorCode::unsupported, "this guest's clock stood still");
  const double seconds = run.raw_s / gain;
  const double half =
      drift.ci95_ppm.known() ? drift.ci95_ppm.value().half_width() / kMillion * seconds : 0;
  return Elapsed{drift.reference, seconds, half};
}

Fact<double> counter_progress(const ClockInventory& inventory, const Sandwich* start,
                              const Sandwich* end) {
  if (start == nullptr || end == nullptr) {
    return Fact<double>::unknown("the CPU's counter cannot be read");
  }
  if (!inventory.tsc_invariant) {
    return Fact<double>::unknown("whether the CPU's counter is invariant is not known");
  }
  if (!*inventory.tsc_invariant) {
    return Fact<double>::unknown("the CPU's counter is not invariant");
  }
  if (!inventory.tsc_khz || *inventory.tsc_khz <= 0) {
    return Fact<double>::unknown("nobody tells the frequency of the CPU's counter");
  }
  const auto counts = static_cast<double>((end->clock - start->clock).count());
  return counts / (static_cast<double>(*inventory.tsc_khz) * 1000);
}

/// Over `raw_s` seconds of RAW, from what was seen between two looks.
Fact<double> ticked_progress(const Result<Sandwich>& start, const Result<Sandwich>& end,
                             double raw_s) {
  if (!start) return Fact<double>::unknown(start.error().message);
  if (!end) return Fact<double>::unknown(end.error().message);
  const auto ratio = rate_against_raw(*start, *end);
  if (!ratio) return Fact<double>::unknown("no time passed between the two readings");
  if (end->clock < start->clock) {
    return Fact<double>::unknown("the kernel's count of ticks went back");
  }
  return raw_s * (1 + ratio->excess);
}

void unknown_amounts(const std::string& reason, model::UnrecoveredLoss& loss) {
  for (Fact<double>* member : {&loss.elapsed_s, &loss.lost_s, &loss.bound_s, &loss.share_ppm,
                               &loss.ticks_per_own_s, &loss.ticks_per_s}) {
    *member = Fact<double>::unknown(reason);
  }
  loss.against = Fact<std::string>::unknown(reason);
}

void fill_tick_rates(const TickedRun& run, model::UnrecoveredLoss& loss) {
  if (!run.ticked_s.known() || !loss.kernel_hz.known()) {
    const std::string& reason =
        run.ticked_s.known() ? loss.kernel_hz.reason() : run.ticked_s.reason();
    loss.ticks_per_own_s = Fact<double>::unknown(reason);
    loss.ticks_per_s = Fact<double>::unknown(reason);
    return;
  }
  const double ticks = static_cast<double>(loss.kernel_hz.value()) * run.ticked_s.value();
  loss.ticks_per_own_s = ticks / run.raw_s;
  if (loss.elapsed_s.known()) loss.ticks_per_s = ticks / loss.elapsed_s.value();
}

}  // namespace

Result<Sandwich> look_at_ticks(const system::System& system) {
  return narrowest_sandwich(
      system.clocks(), [&counters = system.counters()] { return counters.ticked(); }, kTickTries);
}

Fact<bool> counts_ticks(const std::string& source) {
  if (source.empty()) return Fact<bool>::unknown("the clocksource is not known");
  return std::find(kTickCounting.begin(), kTickCounting.end(), source) != kTickCounting.end();
}

model::UnrecoveredLoss judge_loss(const Fact<bool>& counts_ticks, const Result<Nanoseconds>& tick,
                                  const TickedRun& run, const model::Drift& drift) {
  model::UnrecoveredLoss loss;
  loss.counts_ticks = counts_ticks;
  loss.kernel_hz =
      tick && *tick > Nanoseconds(0)
          ? Fact<std::int64_t>(std::llround(1 / to_seconds(*tick)))
          : Fact<std::int64_t>::unknown(tick ? "the kernel tells no tick" : tick.error().message);
  if (!counts_ticks.known() || !(run.raw_s > 0)) {
    unknown_amounts(counts_ticks.known() ? "this guest's clock stood still" : counts_ticks.reason(),
                    loss);
    return loss;
  }
  const double step_s = tick ? to_seconds(*tick) : kCountStep;
  const Result<Elapsed> elapsed = elapsed_of(counts_ticks.value(), step_s, run, drift);
  if (!elapsed || !(elapsed->seconds > 0)) {
    unknown_amounts(elapsed ? "the independent counter stood still" : elapsed.error().message,
                    loss);
    fill_tick_rates(run, loss);
    return loss;
  }
  loss.against = elapsed->against;
  loss.elapsed_s = elapsed->seconds;
  fill_tick_rates(run, loss);
  if (!counts_ticks.value() && !run.ticked_s.known()) {
    for (Fact<double>* member : {&loss.lost_s, &loss.bound_s, &loss.share_ppm})
      *member = Fact<double>::unknown(run.ticked_s.reason());
    return loss;
  }
  const double counted_s = counts_ticks.value() ? run.raw_s : run.ticked_s.value();
  loss.lost_s = elapsed->seconds - counted_s;
  loss.bound_s = counts_ticks.value() ? elapsed->bound_s : kCountStep + step_s;
  loss.share_ppm = loss.lost_s.value() / elapsed->seconds * kMillion;
  return loss;
}

model::UnrecoveredLoss unrecovered_loss(const std::vector<GuestClock>& clocks, const RunEnds& ends,
                                        const ClockInventory& inventory,
                                        const Result<Nanoseconds>& tick,
                                        const model::Drift& drift) {
  const Sandwich* const counter_start = sandwich_of(clocks, ends.start, "tsc");
  const Sandwich* const counter_end = sandwich_of(clocks, ends.end, "tsc");
  const bool has_counter = counter_start != nullptr && counter_end != nullptr;
  // Any clock's looks tell when they were taken.
  const Sandwich* const start =
      has_counter ? counter_start : sandwich_of(clocks, ends.start, "monotonic");
  const Sandwich* const end =
      has_counter ? counter_end : sandwich_of(clocks, ends.end, "monotonic");
  TickedRun run;
  if (start != nullptr && end != nullptr) run.raw_s = to_seconds(end->raw - start->raw);
  run.counter_s = counter_progress(inventory, counter_start, counter_end);
  run.ticked_s = ticked_progress(ends.ticked_start, ends.ticked_end, run.raw_s);
  return judge_loss(counts_ticks(inventory.source), tick, run, drift);
}

model::UnrecoveredLoss unknown_loss(const std::string& reason) {
  model::UnrecoveredLoss loss;
  loss.counts_ticks = Fact<bool>::unknown(reason);
  loss.kernel_hz = Fact<std::int64_t>::unknown(reason);
  unknown_amounts(reason, loss);
  return loss;
}

}  // namespace guestclock::measure
