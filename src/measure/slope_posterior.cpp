#include "measure/slope_posterior.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "measure/delay_laws.h"
#include "measure/jump.h"
#include "measure/log_sum.h"
#include "measure/median.h"

namespace guestclock::measure {
namespace {

constexpr std::size_t kFewestExchanges = 3;

// The grid of slopes.
constexpr std::size_t kCoarsePoints = 21;
constexpr std::size_t kFinePoints = 49;
constexpr std::size_t kFewestInside = 8;  // coarse points where there is any probability
constexpr int kMostRounds = 40;
constexpr double kInside = 12;     // log probability below the top that still counts
constexpr double kEndsBelow = 9;   // where the grid may end
constexpr double kFirstReach = 4;  // standard errors of least squares

// Jumps. A floor may jump by about a hundred mean excesses; the prior of its new scale is vague
// too.
constexpr double kJumpReach = 100;
// A clock that jumps moves both floors by as much: where one went says where the other is.
constexpr double kOtherReach = 5;
const double kLogJump = std::log(0.25);  // prior probability that something jumps, each kind

constexpr double kTail = 0.025;

/// One direction, with one floor for the whole run and with one for either side of a jump.
class JumpingDirection {
 public:
  JumpingDirection(const std::vector<double>& times, const std::vector<double>& delays, double sign,
                   std::size_t jump, double log_penalty)
      : whole_(times, delays, sign), log_penalty_(log_penalty) {
    if (jump == 0) return;
    const auto at = static_cast<std::ptrdiff_t>(jump);
    sides_.emplace_back(std::vector<double>(times.begin(), times.begin() + at),
                        std::vector<double>(delays.begin(), delays.begin() + at), sign);
    sides_.emplace_back(std::vector<double>(times.begin() + at, times.end()),
                        std::vector<double>(delays.begin() + at, delays.end()), sign);
  }

  void evaluate(double slope) {
    steady_ = whole_.log_likelihoods(slope);
    if (sides_.empty()) return;
    jumped_ = sides_[0].log_likelihoods(slope);
    const LogLikelihoods& after = sides_[1].log_likelihoods(slope);
    for (std::size_t i = 0; i < kLaws; ++i)
      jumped_[i] += after[i] - log_penalty_;
  }

  [[nodiscard]] bool may_jump() const { return !sides_.empty(); }
  [[nodiscard]] const LogLikelihoods& steady() const { return steady_; }
  [[nodiscard]] const LogLikelihoods& jumped() const { return jumped_; }

 private:
  DirectionDelays whole_;
  std::vector<DirectionDelays> sides_;
  double log_penalty_;
  LogLikelihoods steady_{};
  LogLikelihoods jumped_{};
};

/// Log posterior densities of a slope: nothing jumped, one direction's floor did, both did.
struct Hypotheses {
  double steady = kImpossible;
  double one = kImpossible;
  double both = kImpossible;

  /// In units in which an exchange counts `weight` times.
  [[nodiscard]] Hypotheses weighed(double weight) const {
    return {steady * weight, one * weight, both * weight};
  }

  [[nodiscard]] double all() const {
    LogSum sum;
    sum.add(steady);
    sum.add(one);
    sum.add(both);
    return sum.value();
  }
};

Hypotheses hypotheses(JumpingDirection& forward, JumpingDirection& backward, double slope) {
  forward.evaluate(slope);
  backward.evaluate(slope);
  Hypotheses out;
  out.steady = joint(forward.steady(), backward.steady());
  if (!forward.may_jump()) return out;
  LogSum one;
  one.add(joint(forward.jumped(), backward.steady()));
  one.add(joint(forward.steady(), backward.jumped()));
  out.one = kLogJump + one.value();
  out.both =
      kLogJump + std::log(kJumpReach / kOtherReach) + joint(forward.jumped(), backward.jumped());
  return out;
}

/// Log posterior at equally spaced slopes.
struct Grid {
  double low = 0;
  double high = 0;
  std::vector<double> values;
  std::vector<Hypotheses> hypotheses;

  [[nodiscard]] double spacing() const {
    return (high - low) / static_cast<double>(values.size() - 1);
  }
  [[nodiscard]] double slope(std::size_t i) const {
    return low + spacing() * static_cast<double>(i);
  }
  [[nodiscard]] double top() const { return *std::max_element(values.begin(), values.end()); }
};

class Search {
 public:
  Search(JumpingDirection forward, JumpingDirection backward, double weight)
      : forward_(std::move(forward)), backward_(std::move(backward)), weight_(weight) {}

  /// A grid that holds all of the posterior that matters, from a first guess.
  [[nodiscard]] Grid run(double low, double high) {
    for (int round = 0; round < kMostRounds; ++round) {
      const Grid grid = evaluate(low, high, kCoarsePoints);
      const double top = grid.top();
      if (!std::isfinite(top)) return grid;
      const double width = high - low;
      const bool below = grid.values.front() > top - kEndsBelow;
      const bool above = grid.values.back() > top - kEndsBelow;
      if (below) low -= width;
      if (above) high += width;
      if (below || above) continue;
      const auto matters = [top](double value) { return value > top - kInside; };
      const auto first = std::find_if(grid.values.begin(), grid.values.end(), matters);
      const auto last = std::find_if(grid.values.rbegin(), grid.values.rend(), matters);
      low = std::max(low, grid.slope(index(grid, first)) - grid.spacing());
      high = std::min(high, grid.slope(index(grid, last.base()) - 1) + grid.spacing());
      if (std::count_if(grid.values.begin(), grid.values.end(), matters) >=
          static_cast<std::ptrdiff_t>(kFewestInside)) {
        break;
      }
    }
    return evaluate(low, high, kFinePoints);
  }

 private:
  static std::size_t index(const Grid& grid, std::vector<double>::const_iterator at) {
    return static_cast<std::size_t>(at - grid.values.begin());
  }

  Grid evaluate(double low, double high, std::size_t points) {
    Grid grid{low, high, std::vector<double>(points), std::vector<Hypotheses>(points)};
    for (std::size_t i = 0; i < points; ++i) {
      grid.hypotheses[i] = hypotheses(forward_, backward_, grid.slope(i)).weighed(weight_);
      grid.values[i] = grid.hypotheses[i].all();
    }
    return grid;
  }

  JumpingDirection forward_;
  JumpingDirection backward_;
  double weight_;
};

struct Line {
  double slope = 0;
  double error = 0;  ///< standard error of the slope
};

Line least_squares(const std::vector<double>& times, const std::vector<double>& offsets) {
  const auto count = static_cast<double>(times.size());
  double spread = 0;
  double product = 0;
  double mean = 0;
  for (const double offset : offsets)
    mean += offset / count;
  for (std::size_t i = 0; i < times.size(); ++i) {
    spread += times[i] * times[i];
    product += times[i] * (offsets[i] - mean);
  }
  Line line{product / spread, 0};
  double residuals = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double residual = offsets[i] - mean - line.slope * times[i];
    residuals += residual * residual;
  }
  // Never nothing: exact data have an exact line, and a grid needs a width.
  line.error = std::sqrt(residuals / count / spread) + kFinestExcess / std::sqrt(spread);
  return line;
}

SlopePosterior summarise(const Grid& grid) {
  SlopePosterior out;
  const double top = grid.top();
  if (!std::isfinite(top)) return out;
  const std::size_t points = grid.values.size();
  std::vector<double> cumulative(points);
  std::vector<double> density(points);
  double total = 0;
  double first = 0;
  for (std::size_t i = 0; i < points; ++i) {
    density[i] = std::exp(grid.values[i] - top);
    if (i > 0) cumulative[i] = cumulative[i - 1] + (density[i] + density[i - 1]) / 2;
    total += density[i];
    first += density[i] * static_cast<double>(i);
  }
  const auto quantile = [&](double share) {
    const double wanted = share * cumulative.back();
    const auto above = std::lower_bound(cumulative.begin() + 1, cumulative.end(), wanted);
    const auto i =
        static_cast<std::size_t>(std::min(above, cumulative.end() - 1) - cumulative.begin());
    const double held = cumulative[i] - cumulative[i - 1];
    const double part = held > 0 ? (wanted - cumulative[i - 1]) / held : 0;
    return grid.low + grid.spacing() * (static_cast<double>(i) - 1 + part);
  };
  out.mean = grid.low + grid.spacing() * first / total;
  out.low = quantile(kTail);
  out.high = quantile(1 - kTail);
  LogSum steady;
  LogSum one;
  LogSum both;
  for (const Hypotheses& each : grid.hypotheses) {
    steady.add(each.steady);
    one.add(each.one);
    both.add(each.both);
  }
  LogSum jumped;
  jumped.add(one.value());
  jumped.add(both.value());
  if (jumped.value() > steady.value()) {
    out.change = both.value() > one.value() ? Change::clock_step : Change::path_step;
  }
  out.determined = std::isfinite(out.mean) && std::isfinite(out.low) && std::isfinite(out.high);
  return out;
}

/// How often an exchange counts: once where the delays of its two directions are independent, half
/// where they are one and the same, as with a clock that is coarser than the path: what its stamps
/// add to one direction they take from the other. By the correlation of successive differences,
/// which a jump hardly touches; the dropping of slow round trips makes a little of it.
double independent_share(const std::vector<double>& times, const std::vector<double>& forward,
                         const std::vector<double>& backward, double slope) {
  constexpr double kIndependent = -0.5;
  double ff = 0;
  double bb = 0;
  double fb = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double moved = slope * (times[i] - times[i - 1]);
    const double f = forward[i] - forward[i - 1] - moved;
    const double b = backward[i] - backward[i - 1] + moved;
    ff += f * f;
    bb += b * b;
    fb += f * b;
  }
  const double correlation = fb / std::sqrt(ff * bb);
  if (!(correlation < kIndependent)) return 1;
  return 1 / (1 + (kIndependent - correlation) / (1 + kIndependent));
}

}  // namespace

SlopePosterior slope_posterior(std::span<const TwoWay> exchanges) {
  if (exchanges.size() < kFewestExchanges) return {};
  const auto count = static_cast<double>(exchanges.size());
  double middle = 0;
  for (const TwoWay& exchange : exchanges)
    middle += exchange.at / count;
  std::vector<double> times;
  std::vector<double> forward;
  std::vector<double> backward;
  std::vector<double> offsets;
  std::vector<double> round_trips;
  for (const TwoWay& exchange : exchanges) {
    times.push_back(exchange.at - middle);
    forward.push_back(exchange.forward);
    backward.push_back(exchange.backward);
    offsets.push_back((exchange.forward - exchange.backward) / 2);
    round_trips.push_back(exchange.forward + exchange.backward);
  }
  const Line guess = least_squares(times, offsets);
  if (!std::isfinite(guess.slope) || !std::isfinite(guess.error)) return {};
  const Jump jump = likeliest_jump(times, offsets);
  const double other = jump.at == 0 ? guess.slope : jump.slope;
  const double least = *std::min_element(round_trips.begin(), round_trips.end());
  const double excess = std::max(median(std::move(round_trips)) - least, kFinestExcess);
  const double log_penalty = std::log(kJumpReach * count * excess / 2);
  Search search(JumpingDirection(times, forward, 1, jump.at, log_penalty),
                JumpingDirection(times, backward, -1, jump.at, log_penalty),
                independent_share(times, forward, backward, guess.slope));
  const double reach = kFirstReach * guess.error;
  SlopePosterior out = summarise(
      search.run(std::min(guess.slope, other) - reach, std::max(guess.slope, other) + reach));
  if (out.change != Change::none) out.changed_at = jump.at;
  return out;
}

}  // namespace guestclock::measure
