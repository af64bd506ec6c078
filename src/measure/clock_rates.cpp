#include "measure/clock_rates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace guestclock::measure {
namespace {

using model::Fact;
using system::ClockId;

struct NamedClock {
  ClockId id;
  const char* name;
};

constexpr std::array<NamedClock, 5> kClocks{{{ClockId::realtime, "realtime"},
                                             {ClockId::monotonic, "monotonic"},
                                             {ClockId::monotonic_raw, "monotonic_raw"},
                                             {ClockId::boottime, "boottime"},
                                             {ClockId::tai, "tai"}}};
constexpr double kMillion = 1e6;

const Result<Sandwich>* find(const std::vector<ClockEnd>& ends, ClockId id) {
  const auto found =
      std::find_if(ends.begin(), ends.end(), [id](const ClockEnd& e) { return e.id == id; });
  return found == ends.end() ? nullptr : &found->sandwich;
}

/// How far `id` moved against MONOTONIC: those two are steered alike, so only setting moves them.
std::optional<Nanoseconds> set_by(ClockId id, const std::vector<ClockEnd>& start,
                                  const std::vector<ClockEnd>& end) {
  const auto advance = [&](ClockId which) -> std::optional<Nanoseconds> {
    const Result<Sandwich>* a = find(start, which);
    const Result<Sandwich>* b = find(end, which);
    if (a == nullptr || b == nullptr || !*a || !*b) return std::nullopt;
    return ((*b)->clock - (*a)->clock) - ((*b)->raw - (*a)->raw);
  };
  const std::optional<Nanoseconds> own = advance(id);
  const std::optional<Nanoseconds> steered = advance(ClockId::monotonic);
  if (!own || !steered) return std::nullopt;
  return *own - *steered;
}

Nanoseconds widths(const std::vector<ClockEnd>& ends, ClockId id) {
  const Result<Sandwich>* sandwich = find(ends, id);
  return sandwich != nullptr && *sandwich ? (*sandwich)->width : Nanoseconds(0);
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

void judge_rate(ClockId id, const std::vector<ClockEnd>& start, const std::vector<ClockEnd>& end,
                const model::Drift& drift, const ClockPolicy& policy, model::ClockRate& row) {
  if (!drift.rate_error_ppm.known()) {
    unknown_rate(drift.rate_error_ppm.reason(), row);
    return;
  }
  if (id == ClockId::monotonic_raw) {
    fill_rate(RateAgainstRaw{}, drift, row);
    return;
  }
  const Result<Sandwich>* first = find(start, id);
  const Result<Sandwich>* last = find(end, id);
  if (first == nullptr || last == nullptr || !*first || !*last) {
    const bool failed = last != nullptr && !*last;
    unknown_rate(failed ? last->error().message : "the clock was not read", row);
    return;
  }
  if (id == ClockId::realtime || id == ClockId::tai) {
    const std::optional<Nanoseconds> step = set_by(id, start, end);
    const Nanoseconds noise = widths(start, id) + widths(end, id) +
                              widths(start, ClockId::monotonic) + widths(end, ClockId::monotonic);
    if (step && std::chrono::abs(*step) > std::max(policy.step, noise)) {
      unknown_rate(fmt::format("the clock was set by {:+.6f} s during the run", to_seconds(*step)),
                   row);
      return;
    }
  }
  const std::optional<RateAgainstRaw> against_raw = rate_against_raw(**first, **last);
  if (!against_raw) {
    unknown_rate("no time passed between the two readings", row);
    return;
  }
  fill_rate(*against_raw, drift, row);
}

}  // namespace

std::vector<ClockEnd> read_clocks(const system::Clocks& clocks, const ClockPolicy& policy) {
  std::vector<ClockEnd> ends;
  for (const ClockId id :
       {ClockId::realtime, ClockId::monotonic, ClockId::boottime, ClockId::tai}) {
    ends.push_back({id, narrowest_sandwich(clocks, id, policy.sandwiches)});
  }
  return ends;
}

std::optional<RateAgainstRaw> rate_against_raw(const Sandwich& start, const Sandwich& end) {
  const Nanoseconds raw = end.raw - start.raw;
  if (raw <= Nanoseconds(0)) return std::nullopt;
  const auto elapsed = static_cast<double>(raw.count());
  RateAgainstRaw rate;
  rate.excess = static_cast<double>(((end.clock - start.clock) - raw).count()) / elapsed;
  rate.bound = static_cast<double>((start.width + end.width).count()) / 2 / elapsed;
  return rate;
}

std::vector<model::ClockRate> clock_rates(const system::Clocks& clocks,
                                          const std::vector<ClockEnd>& start,
                                          const std::vector<ClockEnd>& end,
                                          const model::Drift& drift, const ClockPolicy& policy) {
  std::vector<model::ClockRate> rows;
  for (const NamedClock& clock : kClocks) {
    model::ClockRate row;
    row.name = clock.name;
    judge_rate(clock.id, start, end, drift, policy, row);
    const Result<double> cost = read_cost(clocks, clock.id, policy.sandwiches);
    row.read_cost_ns = cost ? Fact<double>(*cost) : Fact<double>::unknown(cost.error().message);
    row.vdso = Fact<bool>::unknown("a median read cost alone does not tell vDSO from system call");
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace guestclock::measure
