#include "measure/clock_rates.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "measure/cpu_warp.h"
#include "measure/drift_summary.h"

namespace guestclock::measure {
namespace {

using model::Fact;
using Kind = GuestClock::Kind;

constexpr double kMillion = 1e6;
constexpr double kNominalTickUs = 10'000;  // 1 / USER_HZ, which is 100 wherever guests are
constexpr double kPpmPerTickUs = kMillion / kNominalTickUs;

/// Both ends of one clock.
struct Ends {
  const Sandwich* start = nullptr;
  const Sandwich* end = nullptr;
  std::string failure;  ///< why one is missing
};

Ends ends_of(const std::vector<GuestClock>& clocks, const ClockLook& start, const ClockLook& end,
             std::size_t index) {
  Ends ends;
  for (const ClockLook* look : {&start, &end}) {
    if (index >= look->sandwiches.size()) continue;
    const Result<Sandwich>& sandwich = look->sandwiches[index];
    if (!sandwich) {
      ends.failure = sandwich.error().message;
    } else {
      (look == &start ? ends.start : ends.end) = &*sandwich;
    }
  }
  if (ends.failure.empty() && (ends.start == nullptr || ends.end == nullptr)) {
    ends.failure = clocks[index].name + " was not read";
  }
  return ends;
}

/// How far a clock moved against MONOTONIC: those two are steered alike, so only setting moves
/// them.
std::optional<Nanoseconds> set_by(const Ends& own, const Ends& monotonic) {
  if (own.start == nullptr || own.end == nullptr || monotonic.start == nullptr ||
      monotonic.end == nullptr) {
    return std::nullopt;
  }
  const auto advance = [](const Ends& ends) {
    return (ends.end->clock - ends.start->clock) - (ends.end->raw - ends.start->raw);
  };
  return advance(own) - advance(monotonic);
}

Nanoseconds widths(const Ends& ends) {
  return ends.start->width + ends.end->width;
}

void unknown_rate(const std::string& reason, model::ClockRate& row) {
  row.rate_error_ppm = Fact<double>::unknown(reason);
  row.ci95_ppm = Fact<model::Interval>::unknown(reason);
}

void fill_rate(const RateAgainstRaw& against_raw, const model::Drift& drift,
               model::ClockRate& row) {
  const double raw = drift.rate_error_ppm.value() / kMillion;
  const double rate = (1 + raw) * (1 + against_raw.excess) - 1;
  const double half = std::hypot(drift.ci95_ppm.value().half_width(), against_raw.bound * kMillion);
  row.rate_error_ppm = rate * kMillion;
  row.ci95_ppm = model::Interval{rate * kMillion - half, rate * kMillion + half};
}

/// Counts of a counter in a nanosecond of RAW.
std::optional<double> counts_per_raw_ns(const Ends& ends) {
  if (ends.start == nullptr || ends.end == nullptr) return std::nullopt;
  const Nanoseconds raw = ends.end->raw - ends.start->raw;
  if (raw <= Nanoseconds(0)) return std::nullopt;
  return static_cast<double>((ends.end->clock - ends.start->clock).count()) /
         static_cast<double>(raw.count());
}

void judge_counter(const Ends& ends, const ClockInventory& inventory, const model::Drift& drift,
                   model::ClockRate& row) {
  if (inventory.tsc_khz) {
    constexpr double kKhzPerGhz = 1e6;
    const double nominal = static_cast<double>(*inventory.tsc_khz) / kKhzPerGhz;
    const auto against_raw = rate_against_raw(*ends.start, *ends.end, nominal);
    if (against_raw) return fill_rate(*against_raw, drift, row);
  } else if (inventory.raw_counts_tsc) {
    // Against the frequency that the kernel takes it for, which RAW shows.
    return fill_rate(RateAgainstRaw{}, drift, row);
  }
  const std::optional<double> counted = counts_per_raw_ns(ends);
  unknown_rate(counted ? fmt::format("nobody tells its frequency; by CLOCK_MONOTONIC_RAW it is "
                                     "{:.6f} MHz",
                                     *counted * 1000)
                       : "no time passed between the two readings",
               row);
}

Fact<double> steering(const ClockLook& start, const ClockLook& end) {
  if (!start.timex) return Fact<double>::unknown(start.timex.error().message);
  if (!end.timex) return Fact<double>::unknown(end.timex.error().message);
  const double before = steering_ppm(*start.timex);
  const double after = steering_ppm(*end.timex);
  if (before != after) {
    return Fact<double>::unknown(
        fmt::format("it changed during the run, from {:+.3f} to {:+.3f} ppm", before, after));
  }
  return after;
}

void fill_steering(const Fact<double>& steered, model::ClockRate& row) {
  row.steering_ppm = steered;
  if (!row.rate_error_ppm.known()) {
    row.unsteered_ppm = Fact<double>::unknown(row.rate_error_ppm.reason());
  } else if (!steered.known()) {
    row.unsteered_ppm = Fact<double>::unknown(steered.reason());
  } else {
    const double rate = row.rate_error_ppm.value() / kMillion;
    row.unsteered_ppm = ((1 + rate) / (1 + steered.value() / kMillion) - 1) * kMillion;
  }
}

void fill_cost(const GuestClock& clock, const std::optional<double>& counts_per_ns,
               const ClockPolicy& policy, model::ClockRate& row) {
  Result<ReadCost> cost = fail(ErrorCode::unsupported, "it counts whole seconds");
  if (clock.read) cost = read_cost(clock.read, policy.cost_reads);
  const bool counts = clock.kind == Kind::counter;
  if (cost && counts && counts_per_ns.value_or(0) <= 0) {
    cost = fail(ErrorCode::unsupported, "the counter was not read");
  }
  if (!cost) {
    row.read_cost_ns = Fact<double>::unknown(cost.error().message);
    row.read_p99_ns = Fact<double>::unknown(cost.error().message);
    return;
  }
  const double unit = counts ? *counts_per_ns : 1;
  row.read_cost_ns = cost->median / unit;
  row.read_p99_ns = cost->p99 / unit;
}

/// By what the same reading costs through the kernel. A counter is an instruction of its own, a
/// device is asked through its driver.
Fact<bool> spares_the_kernel(const GuestClock& clock, const Fact<double>& cost,
                             const ClockPolicy& policy) {
  if (clock.kind == Kind::device) return false;
  if (!cost.known()) return Fact<bool>::unknown(cost.reason());
  if (clock.kind == Kind::counter) return true;
  const Result<ReadCost> in_kernel = read_cost(clock.read_in_kernel, policy.cost_reads);
  if (!in_kernel) return Fact<bool>::unknown(in_kernel.error().message);
  return cost.value() < policy.vdso_share * in_kernel->median;
}

Fact<double> resolution_of(const GuestClock& clock, const std::optional<double>& counts_per_ns) {
  if (clock.kind == Kind::counter) {
    return counts_per_ns.value_or(0) > 0 ? Fact<double>(1 / *counts_per_ns)
                                         : Fact<double>::unknown("the counter was not read");
  }
  if (!clock.resolution) return Fact<double>::unknown("its driver does not tell it");
  const Result<Nanoseconds> resolution = clock.resolution();
  return resolution ? Fact<double>(static_cast<double>(resolution->count()))
                    : Fact<double>::unknown(resolution.error().message);
}

std::size_t index_of(const std::vector<GuestClock>& clocks, std::string_view name) {
  const auto found = std::find_if(clocks.begin(), clocks.end(),
                                  [&](const GuestClock& clock) { return clock.name == name; });
  return static_cast<std::size_t>(found - clocks.begin());
}

}  // namespace

ClockLook look_at(const std::vector<GuestClock>& clocks, const system::KernelCounters& counters) {
  ClockLook look{{}, counters.timex()};
  look.sandwiches.assign(clocks.size(),
                         fail(ErrorCode::unsupported, "it is what others are looked at with"));
  for (const bool whole_seconds : {true, false}) {
    for (std::size_t i = 0; i < clocks.size(); ++i) {
      const bool is_coarse = !clocks[i].read;
      if (clocks[i].look && is_coarse == whole_seconds) look.sandwiches[i] = clocks[i].look();
    }
  }
  return look;
}

const Sandwich* sandwich_of(const std::vector<GuestClock>& clocks, const ClockLook& look,
                            std::string_view name) {
  const std::size_t index = index_of(clocks, name);
  if (index >= look.sandwiches.size() || !look.sandwiches[index]) return nullptr;
  return &*look.sandwiches[index];
}

std::optional<RateAgainstRaw> rate_against_raw(const Sandwich& start, const Sandwich& end,
                                               double counts_per_ns) {
  const Nanoseconds raw = end.raw - start.raw;
  if (raw <= Nanoseconds(0)) return std::nullopt;
  const auto elapsed = static_cast<double>(raw.count());
  RateAgainstRaw rate;
  if (counts_per_ns == 1) {
    rate.excess = static_cast<double>(((end.clock - start.clock) - raw).count()) / elapsed;
  } else {
    // Exact as well: a double holds the counts of a month.
    rate.excess =
        static_cast<double>((end.clock - start.clock).count()) / (elapsed * counts_per_ns) - 1;
  }
  rate.bound = static_cast<double>((start.width + end.width).count()) / 2 / elapsed;
  return rate;
}

double steering_ppm(const system::Timex& timex) {
  return timex.frequency_ppm +
         (static_cast<double>(timex.tick_us) - kNominalTickUs) * kPpmPerTickUs;
}

std::vector<model::ClockRate> clock_rates(const std::vector<GuestClock>& clocks,
                                          const ClockLook& start, const ClockLook& end,
                                          const ClockInventory& inventory,
                                          const model::Drift& drift, const ClockPolicy& policy) {
  const std::size_t monotonic = index_of(clocks, "monotonic");
  const Fact<double> steered = steering(start, end);
  std::vector<model::ClockRate> rows;
  for (std::size_t i = 0; i < clocks.size(); ++i) {
    const GuestClock& clock = clocks[i];
    const Ends ends = ends_of(clocks, start, end, i);
    model::ClockRate row;
    row.name = clock.name;
    const auto judge = [&] {
      if (!drift.rate_error_ppm.known()) return unknown_rate(drift.rate_error_ppm.reason(), row);
      if (!clock.look) return fill_rate(RateAgainstRaw{}, drift, row);
      if (ends.start == nullptr || ends.end == nullptr) return unknown_rate(ends.failure, row);
      if (clock.kind == Kind::counter) return judge_counter(ends, inventory, drift, row);
      if (clock.name == "realtime" || clock.name == "tai") {
        const Ends base = ends_of(clocks, start, end, monotonic);
        const std::optional<Nanoseconds> step = set_by(ends, base);
        if (step && std::chrono::abs(*step) > std::max(policy.step, widths(ends) + widths(base))) {
          return unknown_rate(
              fmt::format("the clock was set by {:+.6f} s during the run", to_seconds(*step)), row);
        }
      }
      const auto against_raw = rate_against_raw(*ends.start, *ends.end);
      if (!against_raw) return unknown_rate("no time passed between the two readings", row);
      fill_rate(*against_raw, drift, row);
    };
    judge();
    fill_steering(clock.steered ? steered : Fact<double>(0.0), row);
    const std::optional<double> counts = counts_per_raw_ns(ends);
    fill_cost(clock, counts, policy, row);
    row.vdso = spares_the_kernel(clock, row.read_cost_ns, policy);
    row.resolution_ns = resolution_of(clock, counts);
    rows.push_back(std::move(row));
  }
  return rows;
}

void not_compared(std::vector<model::ClockRate>& rows, const std::string& reason) {
  for (model::ClockRate& row : rows)
    row.warp_ns = Fact<double>::unknown(reason);
}

void compare_cpus(const system::System& system, const std::vector<GuestClock>& clocks,
                  const ClockPolicy& policy, const StopFlag& stop,
                  std::vector<model::ClockRate>& rows) {
  std::vector<ReadClock> reads;
  std::vector<std::size_t> compared;
  for (std::size_t i = 0; i < clocks.size() && i < rows.size(); ++i) {
    const std::string& name = clocks[i].name;
    if (name == "monotonic" || name == "monotonic_raw" || name == "tsc") {
      reads.push_back(clocks[i].read);
      compared.push_back(i);
    } else {
      rows[i].warp_ns = Fact<double>::unknown(
          "only monotonic, monotonic_raw and tsc are compared from CPU to CPU");
    }
  }
  const std::vector<Result<Nanoseconds>> warps = largest_warps(system, reads, policy, stop);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    model::ClockRate& row = rows[compared[i]];
    const bool counts = clocks[compared[i]].kind == Kind::counter;
    if (!warps[i]) {
      row.warp_ns = Fact<double>::unknown(warps[i].error().message);
    } else if (counts && !row.resolution_ns.known()) {
      row.warp_ns = Fact<double>::unknown(row.resolution_ns.reason());
    } else {
      row.warp_ns =
          static_cast<double>(warps[i]->count()) * (counts ? row.resolution_ns.value() : 1);
    }
  }
}

std::optional<model::Drift> drift_by_device(const std::vector<GuestClock>& clocks,
                                            const ClockLook& start, const ClockLook& end,
                                            const DriftPolicy& policy) {
  for (const bool wants_ptp : {true, false}) {
    for (std::size_t i = 0; i < clocks.size(); ++i) {
      const GuestClock& clock = clocks[i];
      if (clock.kind != Kind::device || clock.name.starts_with("ptp") != wants_ptp) continue;
      const Ends ends = ends_of(clocks, start, end, i);
      if (ends.start == nullptr || ends.end == nullptr) continue;
      const auto against_raw = rate_against_raw(*ends.start, *ends.end);
      if (!against_raw || !(1 + against_raw->excess > 0)) continue;
      model::Drift drift = unknown_drift("a clock device tells the rate, not the time");
      const double rate = (1 / (1 + against_raw->excess) - 1) * kMillion;
      drift.reference = clock.name;
      drift.systematic_ppm = wants_ptp ? policy.ptp_systematic_ppm : policy.rtc_systematic_ppm;
      const double half = std::hypot(against_raw->bound * kMillion, drift.systematic_ppm);
      drift.rate_error_ppm = rate;
      drift.ci95_ppm = model::Interval{rate - half, rate + half};
      drift.duration_s = to_seconds(ends.end->raw - ends.start->raw);
      if (half > policy.wide_ppm) drift.flags.emplace_back("wide");
      return drift;
    }
  }
  return std::nullopt;
}

}  // namespace guestclock::measure
