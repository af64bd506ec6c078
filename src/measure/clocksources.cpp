#include "measure/clocksources.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "measure/clock_reading.h"

namespace guestclock::measure {
namespace {

using model::Fact;
using system::ClockId;

constexpr double kMillion = 1e6;

/// Chooses the clocksource that was in use again, at the latest when it goes.
class Restore {
 public:
  Restore(system::ClocksourceControl& control, std::string name)
      : control_(control), name_(std::move(name)) {}
  ~Restore() {
    if (!done_) static_cast<void>(now());
  }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

  Result<void> now() {
    done_ = true;
    if (auto chosen = control_.choose(name_); !chosen) return chosen;
    const auto current = control_.current();
    if (!current) return tl::make_unexpected(current.error());
    if (*current != name_) {
      return fail(ErrorCode::io, "the kernel uses " + *current + ", not " + name_ +
                                     " as before; it may have found " + name_ + " unstable");
    }
    return {};
  }

 private:
  system::ClocksourceControl& control_;
  std::string name_;
  bool done_ = false;
};

/// How far the counter went in a nanosecond of RAW.
struct CounterRate {
  double counts_per_ns = 0;
  double bound = 0;  ///< relative
};

class Comparison {
 public:
  Comparison(const system::Clocks& clocks, const system::Network& network,
             system::ClocksourceControl& control, const ClockPolicy& policy, const StopFlag& stop)
      : clocks_(clocks), network_(network), control_(control), policy_(policy), stop_(stop) {}

  Result<CounterRate> measure(const std::string& name) {
    auto current = control_.current();
    if (current && *current != name) {
      if (auto chosen = control_.choose(name); !chosen) {
        return tl::make_unexpected(chosen.error());
      }
      current = control_.current();
    }
    if (!current) return tl::make_unexpected(current.error());
    if (*current != name) return fail(ErrorCode::unsupported, "the kernel did not take it");
    if (auto settled = pass(policy_.switch_settle); !settled) {
      return tl::make_unexpected(settled.error());
    }
    const Result<Sandwich> start = look();
    if (!start) return tl::make_unexpected(start.error());
    if (auto ran = pass(policy_.switch_run); !ran) return tl::make_unexpected(ran.error());
    const Result<Sandwich> end = look();
    if (!end) return tl::make_unexpected(end.error());
    const auto elapsed = static_cast<double>((end->raw - start->raw).count());
    if (!(elapsed > 0)) return fail(ErrorCode::io, "its clock stood still");
    CounterRate rate;
    rate.counts_per_ns = static_cast<double>((end->clock - start->clock).count()) / elapsed;
    rate.bound = static_cast<double>((start->width + end->width).count()) / 2 / elapsed;
    return rate;
  }

  [[nodiscard]] Fact<double> cost() const {
    const auto cost =
        read_cost([this] { return clocks_.read(ClockId::monotonic_raw); }, policy_.sandwiches);
    return cost ? Fact<double>(*cost) : Fact<double>::unknown(cost.error().message);
  }

 private:
  [[nodiscard]] Result<Sandwich> look() const {
    return narrowest_sandwich(clocks_, counter_reader(clocks_), policy_.sandwiches);
  }

  /// Lets time pass. A signal ends a wait early: whether it was to stop, the flag tells.
  [[nodiscard]] Result<void> pass(Nanoseconds duration) const {
    if (stop_.requested()) return fail(ErrorCode::timeout, "interrupted");
    const Result<bool> waited = network_.wait({}, duration);
    if (!waited) return tl::make_unexpected(waited.error());
    if (stop_.requested()) return fail(ErrorCode::timeout, "interrupted");
    return {};
  }

  const system::Clocks& clocks_;
  const system::Network& network_;
  system::ClocksourceControl& control_;
  const ClockPolicy& policy_;
  const StopFlag& stop_;
};

model::ClocksourceRate unknown_row(const std::string& name, const std::string& reason) {
  model::ClocksourceRate row;
  row.name = name;
  row.rate_error_ppm = Fact<double>::unknown(reason);
  row.ci95_ppm = Fact<model::Interval>::unknown(reason);
  row.against_current_ppm = Fact<double>::unknown(reason);
  row.read_cost_ns = Fact<double>::unknown(reason);
  return row;
}

/// RAW by a clocksource runs as much faster than by the first as the counter seems slower.
void fill(const CounterRate& first, const CounterRate& own, const model::Drift& drift,
          model::ClocksourceRate& row) {
  const double ratio = first.counts_per_ns / own.counts_per_ns;
  row.against_current_ppm = (ratio - 1) * kMillion;
  if (!drift.rate_error_ppm.known()) {
    row.rate_error_ppm = Fact<double>::unknown(drift.rate_error_ppm.reason());
    row.ci95_ppm = Fact<model::Interval>::unknown(drift.rate_error_ppm.reason());
    return;
  }
  const double rate = ((1 + drift.rate_error_ppm.value() / kMillion) * ratio - 1) * kMillion;
  const double half =
      std::hypot(drift.ci95_ppm.value().half_width(), (first.bound + own.bound) * kMillion);
  row.rate_error_ppm = rate;
  row.ci95_ppm = model::Interval{rate - half, rate + half};
}

}  // namespace

ClocksourceComparison compare_clocksources(const system::Clocks& clocks,
                                           const system::Network& network,
                                           system::ClocksourceControl& control,
                                           const model::Drift& drift, const ClockPolicy& policy,
                                           const StopFlag& stop) {
  ClocksourceComparison comparison;
  const auto in_use = control.current();
  auto names = control.available();
  if (!in_use || !names) {
    comparison.rows.push_back(
        unknown_row("unknown", describe(in_use ? names.error() : in_use.error())));
    return comparison;
  }
  names->erase(std::remove(names->begin(), names->end(), *in_use), names->end());
  names->insert(names->begin(), *in_use);

  Restore restore(control, *in_use);
  Comparison compare(clocks, network, control, policy, stop);
  std::optional<CounterRate> first;
  for (const std::string& name : *names) {
    const Result<CounterRate> own = compare.measure(name);
    if (own && name == *in_use) first = *own;
    if (!own || !first) {
      comparison.rows.push_back(
          unknown_row(name, own ? "the clocksource in use has no rate" : describe(own.error())));
      continue;
    }
    model::ClocksourceRate row;
    row.name = name;
    fill(*first, *own, drift, row);
    row.read_cost_ns = compare.cost();
    comparison.rows.push_back(std::move(row));
  }
  if (auto restored = restore.now(); !restored) {
    comparison.not_restored = describe(restored.error());
  }
  return comparison;
}

}  // namespace guestclock::measure
