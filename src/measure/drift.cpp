#include "measure/drift.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "measure/median.h"
#include "measure/slope_posterior.h"

namespace guestclock::measure {
namespace {

constexpr std::size_t kFewestExchanges = 3;  // two points leave no residual to judge by
constexpr double kTrimFactor = 3;            // excess over the floor, in median excesses
constexpr double kMedianToDeviation = 0.7;   // median of an exponential, in its deviations
constexpr double kFinestSpread = 1e-9;       // stamps are whole nanoseconds
constexpr double kNanosecond = 1e-9;
constexpr double kLongestRun = 9e9;  // seconds: what 64-bit nanoseconds hold
constexpr double kMillion = 1e6;

/// a - b, wrapping: a recorded file may hold any 64-bit number.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

std::int64_t difference(Nanoseconds a, Nanoseconds b) {
  return difference(a.count(), b.count());
}

/// Seconds, relative to the first exchange so that doubles hold every nanosecond.
struct Point {
  double local = 0;   ///< middle of t1 and t4
  double offset = 0;  ///< server minus local
  double delay = 0;
  double variance = 1;  ///< relative
};

std::vector<Point> points_of(std::span<const model::Exchange> exchanges, Nanoseconds local_base,
                             std::int64_t offset_base) {
  std::vector<Point> points;
  points.reserve(exchanges.size());
  for (const model::Exchange& exchange : exchanges) {
    const auto since_base = static_cast<double>(difference(exchange.t1, local_base));
    const auto round_trip = static_cast<double>(difference(exchange.t4, exchange.t1));
    const auto hold = static_cast<double>(difference(exchange.t3, exchange.t2));
    const auto out =
        static_cast<double>(difference(difference(exchange.t2, exchange.t1), offset_base));
    const auto back =
        static_cast<double>(difference(difference(exchange.t3, exchange.t4), offset_base));
    Point point;
    point.local = (since_base + round_trip / 2) * kNanosecond;
    point.offset = (out / 2 + back / 2) * kNanosecond;
    point.delay = (round_trip - hold) * kNanosecond;
    points.push_back(point);
  }
  return points;
}

double time_span(const std::vector<Point>& points) {
  const auto [first, last] =
      std::minmax_element(points.begin(), points.end(),
                          [](const Point& a, const Point& b) { return a.local < b.local; });
  return last->local - first->local;
}

double smallest_delay(const std::vector<Point>& points) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const Point& point : points)
    smallest = std::min(smallest, point.delay);
  return smallest;
}

double median_delay(const std::vector<Point>& points) {
  std::vector<double> delays;
  delays.reserve(points.size());
  for (const Point& point : points)
    delays.push_back(point.delay);
  return median(std::move(delays));
}

/// A delay does not depend on the slope, so dropping slow exchanges does not bias it.
void trim(std::vector<Point>& points) {
  const double floor = smallest_delay(points);
  const double limit = floor + kTrimFactor * std::max(median_delay(points) - floor, kFinestSpread);
  std::vector<Point> kept;
  kept.reserve(points.size());
  std::copy_if(points.begin(), points.end(), std::back_inserter(kept),
               [limit](const Point& point) { return point.delay <= limit; });
  if (kept.size() >= kFewestExchanges) points = std::move(kept);
}

/// chrony's rule: distance p = delay / 2, sd = (median p - min p) / 0.7 but never above min p (a
/// delay that is mostly queueing says little), variance (1 + (p - min p) / sd)^2.
void weigh(std::vector<Point>& points) {
  const double nearest = smallest_delay(points) / 2;
  double spread = (median_delay(points) / 2 - nearest) / kMedianToDeviation;
  if (nearest > kFinestSpread) spread = std::min(spread, nearest);
  spread = std::max(spread, kFinestSpread);
  for (Point& point : points) {
    const double excess = 1 + (point.delay / 2 - nearest) / spread;
    point.variance = excess * excess;
  }
}

SlopePosterior posterior_of(const std::vector<Point>& points) {
  std::vector<TwoWay> exchanges;
  exchanges.reserve(points.size());
  for (const Point& point : points) {
    exchanges.push_back(
        {point.local, point.offset + point.delay / 2, point.delay / 2 - point.offset});
  }
  return slope_posterior(exchanges);
}

/// Weighted means: where the line goes through.
struct Centre {
  double local = 0;
  double offset = 0;
};

Centre centre_of(std::span<const Point> points) {
  double weights = 0;
  Centre sums;
  for (const Point& point : points) {
    weights += 1 / point.variance;
    sums.local += point.local / point.variance;
    sums.offset += point.offset / point.variance;
  }
  return {sums.local / weights, sums.offset / weights};
}

/// What the offset jumped by between the lines through both parts.
model::OffsetStep step_between(std::span<const Point> before, const Centre& after, double slope,
                               double at) {
  const Centre old = centre_of(before);
  return {at, after.offset - old.offset - slope * (after.local - old.local)};
}

/// Standard error of the weighted mean offset about a line, by the scatter that is there.
double error_of_centre(std::span<const Point> points, const Centre& centre, double slope) {
  double weights = 0;
  double squares = 0;
  for (const Point& point : points) {
    const double weight = 1 / point.variance;
    const double residual = point.offset - centre.offset - slope * (point.local - centre.local);
    weights += weight;
    squares += weight * weight * residual * residual;
  }
  const auto count = static_cast<double>(points.size());
  return std::sqrt(squares * count / std::max(1.0, count - 2)) / weights;
}

const char* flag_of(Change change) {
  return change == Change::clock_step ? "clock_step" : "path_step";
}

DriftFit unknown_fit(const std::string& reason, std::size_t exchanges) {
  DriftFit fit;
  fit.drift.rate_error_ppm = model::Fact<double>::unknown(reason);
  fit.drift.ci95_ppm = model::Fact<model::Interval>::unknown(reason);
  fit.drift.exchanges = static_cast<std::int64_t>(exchanges);
  fit.drift.flags.emplace_back("few_samples");
  return fit;
}

}  // namespace

DriftFit fit_drift(std::span<const model::Exchange> exchanges) {
  if (exchanges.size() < kFewestExchanges) {
    return unknown_fit(std::to_string(exchanges.size()) + " exchanges: at least 3 are needed",
                       exchanges.size());
  }
  const Nanoseconds local_base = exchanges.front().t1;
  const std::int64_t offset_base = difference(exchanges.front().t2, exchanges.front().t1);
  std::vector<Point> points = points_of(exchanges, local_base, offset_base);
  const double duration = time_span(points);
  trim(points);
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.local < b.local; });
  const SlopePosterior slope = posterior_of(points);
  if (!slope.determined) {
    return unknown_fit("all exchanges happened at one instant", exchanges.size());
  }
  weigh(points);
  // After a step of a clock only what follows says what the offset is now.
  const auto current = std::span(points).subspan(slope.changed_at);
  const Centre centre = centre_of(current);
  if (!(std::abs(centre.local) < kLongestRun)) {
    return unknown_fit("the exchanges lie centuries apart", exchanges.size());
  }
  // The server's clock advances 1 + slope seconds in a local one, so a local clock that gains y
  // seconds per server second has 1 + y = 1 / (1 + slope).
  const auto rate_error = [](double of_slope) { return -of_slope / (1 + of_slope) * kMillion; };
  if (!(1 + slope.low > 0)) {
    return unknown_fit("the server's clock stands still or runs backwards", exchanges.size());
  }
  // The reference is a whole nanosecond: what rounding cuts off moves the offset along the slope.
  const auto reference = static_cast<std::int64_t>(std::nearbyint(centre.local / kNanosecond));

  DriftFit fit;
  fit.slope = slope.mean;
  fit.slope_error = (slope.high - slope.low) / 2 / kNormal95;
  fit.offset_error_s = error_of_centre(current, centre, slope.mean);
  fit.offset_at_reference_s =
      centre.offset + slope.mean * (static_cast<double>(reference) * kNanosecond - centre.local);
  fit.offset_base = Nanoseconds(offset_base);
  fit.reference = Nanoseconds(difference(local_base.count(), -reference));

  fit.drift.rate_error_ppm = rate_error(slope.mean);
  fit.drift.ci95_ppm = model::Interval{rate_error(slope.high), rate_error(slope.low)};
  if (slope.change != Change::none) fit.drift.flags.emplace_back(flag_of(slope.change));
  if (slope.change == Change::clock_step) {
    fit.drift.steps.push_back(step_between(std::span(points).first(slope.changed_at), centre,
                                           slope.mean, points[slope.changed_at].local));
  }
  fit.drift.exchanges = static_cast<std::int64_t>(exchanges.size());
  fit.drift.used = static_cast<std::int64_t>(points.size());
  fit.drift.duration_s = duration;
  return fit;
}

}  // namespace guestclock::measure
