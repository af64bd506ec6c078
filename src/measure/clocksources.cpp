#include "measure/clocksources.h"

#include <cmath>
#include <utility>

#include "measure/clock_reading.h"

namespace guestclock::measure {
namespace {

using model::Fact;
using system::ClockId;

constexpr double kMillion = 1e6;

model::ClocksourceRate unknown_row(const std::string& name, const std::string& reason) {
  model::ClocksourceRate row;
  row.name = name;
  row.rate_error_ppm = Fact<double>::unknown(reason);
  row.ci95_ppm = Fact<model::Interval>::unknown(reason);
  row.against_current_ppm = Fact<double>::unknown(reason);
  row.read_cost_ns = Fact<double>::unknown(reason);
  return row;
}

}  // namespace

void ClocksourceComparison::add(const std::string& name, const Result<void>& taken) {
  const Result<CounterRate> own =
      taken ? count() : Result<CounterRate>(tl::make_unexpected(taken.error()));
  if (own && rows_.empty()) first_ = *own;
  if (!own || !first_) {
    rows_.push_back(
        unknown_row(name, own ? "the clocksource in use has no rate" : describe(own.error())));
    return;
  }
  model::ClocksourceRate row;
  row.name = name;
  fill(*own, row);
  const auto cost =
      read_cost([this] { return clocks_.read(ClockId::monotonic_raw); }, policy_.cost_reads);
  row.read_cost_ns =
      cost ? Fact<double>(cost->median) : Fact<double>::unknown(cost.error().message);
  rows_.push_back(std::move(row));
}

Result<ClocksourceComparison::CounterRate> ClocksourceComparison::count() const {
  const auto look = [this] {
    return narrowest_sandwich(clocks_, counter_reader(clocks_), policy_.sandwiches);
  };
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

/// Lets time pass. A signal ends a wait early: whether it was to stop, the flag tells.
Result<void> ClocksourceComparison::pass(Nanoseconds duration) const {
  if (stop_.requested()) return fail(ErrorCode::timeout, "interrupted");
  const Result<bool> waited = network_.wait({}, duration);
  if (!waited) return tl::make_unexpected(waited.error());
  if (stop_.requested()) return fail(ErrorCode::timeout, "interrupted");
  return {};
}

/// RAW by a clocksource runs as much faster than by the first as the counter seems slower.
void ClocksourceComparison::fill(const CounterRate& own, model::ClocksourceRate& row) const {
  const double ratio = first_->counts_per_ns / own.counts_per_ns;
  row.against_current_ppm = (ratio - 1) * kMillion;
  if (!raw_.rate_error_ppm.known()) {
    row.rate_error_ppm = Fact<double>::unknown(raw_.rate_error_ppm.reason());
    row.ci95_ppm = Fact<model::Interval>::unknown(raw_.rate_error_ppm.reason());
    return;
  }
  const double rate = ((1 + raw_.rate_error_ppm.value() / kMillion) * ratio - 1) * kMillion;
  const double half =
      std::hypot(raw_.ci95_ppm.value().half_width(), (first_->bound + own.bound) * kMillion);
  row.rate_error_ppm = rate;
  row.ci95_ppm = model::Interval{rate - half, rate + half};
}

}  // namespace guestclock::measure
