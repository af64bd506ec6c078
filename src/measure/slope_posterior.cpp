#include "measure/slope_posterior.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
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

// Jumps. Where the queueing changes with the route, a floor may jump by about a hundred mean
// excesses, and the log of its new scale has a range of about five (a hundredfold).
constexpr double kJumpReach = 100;
constexpr double kScaleReach = 5;
// A clock that jumps moves both floors by as much: where one went says where the other is.
constexpr double kOtherReach = 5;
// Prior probability that something jumps, each kind. Jumps are rare, and each that is believed in
// and was none costs more of the slope than one found late.
constexpr double kJumpShare = 0.02;

constexpr double kTail = 0.025;

/// One direction, with one floor for the whole run and with one for either side of each jump.
class JumpingDirection {
 public:
  JumpingDirection(const std::vector<double>& times, const std::vector<double>& delays, double sign,
                   const std::vector<std::size_t>& jumps)
      : whole_(times, delays, sign) {
    for (const std::size_t jump : jumps) {
      const auto at = static_cast<std::ptrdiff_t>(jump);
      const auto part = [sign](auto times_from, auto times_to, auto delays_from, auto delays_to) {
        return DirectionDelays({times_from, times_to}, {delays_from, delays_to}, sign);
      };
      splits_.push_back(
          {part(times.begin(), times.begin() + at, delays.begin(), delays.begin() + at),
           part(times.begin() + at, times.end(), delays.begin() + at, delays.end()),
           {}});
    }
  }

  void evaluate(double slope) {
    steady_ = whole_.log_likelihoods(slope);
    for (Split& split : splits_) {
      split.jumped = split.before.log_likelihoods(slope);
      const LogLikelihoods& after = split.after.log_likelihoods(slope);
      for (std::size_t i = 0; i < kLaws; ++i)
        split.jumped[i] += after[i];
    }
  }

  [[nodiscard]] std::size_t jumps() const { return splits_.size(); }
  [[nodiscard]] const LogLikelihoods& steady() const { return steady_; }
  [[nodiscard]] Sides jumped(std::size_t jump) const {
    const Split& split = splits_[jump];
    return {split.before, split.after, split.jumped};
  }

 private:
  struct Split {
    DirectionDelays before;
    DirectionDelays after;
    LogLikelihoods jumped{};
  };

  DirectionDelays whole_;
  std::vector<Split> splits_;
  LogLikelihoods steady_{};
};

/// Log priors of a jump at one instant, with the densities of what it brings.
struct JumpPriors {
  double one = 0;         ///< of one direction's floor and scale
  double both = 0;        ///< of both directions' floors and scales
  double step = 0;        ///< of a clock's or a floor's step and nothing else, less its density
  double step_scale = 0;  ///< seconds: of that step's prior
};

/// Log posterior densities of a jump at one instant.
struct JumpHypotheses {
  double one = kImpossible;   ///< of one direction's floor
  double both = kImpossible;  ///< of both
};

/// Log posterior densities of a slope: nothing jumped, or something did at one of the instants.
struct Hypotheses {
  double steady = kImpossible;
  std::vector<JumpHypotheses> jumps;

  [[nodiscard]] double all() const {
    LogSum sum;
    sum.add(steady);
    for (const JumpHypotheses& jump : jumps) {
      sum.add(jump.one);
      sum.add(jump.both);
    }
    return sum.value();
  }
};

/// `weight`: how often an exchange counts.
Hypotheses hypotheses(JumpingDirection& forward, JumpingDirection& backward,
                      const JumpPriors& priors, double weight, double slope) {
  forward.evaluate(slope);
  backward.evaluate(slope);
  Hypotheses out;
  out.steady = weight * joint(forward.steady(), backward.steady());
  for (std::size_t i = 0; i < forward.jumps(); ++i) {
    const Sides f = forward.jumped(i);
    const Sides b = backward.jumped(i);
    LogSum one;
    one.add(priors.one + joint(f.log_likelihoods, backward.steady()));
    one.add(priors.one + joint(forward.steady(), b.log_likelihoods));
    one.add(priors.step + joint_with_path_step(f, backward.steady(), priors.step_scale));
    one.add(priors.step + joint_with_path_step(b, forward.steady(), priors.step_scale));
    LogSum both;
    both.add(priors.both + joint(f.log_likelihoods, b.log_likelihoods));
    both.add(priors.step + joint_with_clock_step(f, b, priors.step_scale));
    // Either direction's jump has half of the prior.
    out.jumps.push_back({weight * (one.value() - std::numbers::ln2), weight * both.value()});
  }
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
  Search(JumpingDirection forward, JumpingDirection backward, const JumpPriors& priors,
         double weight)
      : forward_(std::move(forward)),
        backward_(std::move(backward)),
        priors_(priors),
        weight_(weight) {}

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
      grid.hypotheses[i] = hypotheses(forward_, backward_, priors_, weight_, grid.slope(i));
      grid.values[i] = grid.hypotheses[i].all();
    }
    return grid;
  }

  JumpingDirection forward_;
  JumpingDirection backward_;
  JumpPriors priors_;
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

/// What jumped, if that is likelier than that nothing did, and at which of the instants.
void tell_change(const Grid& grid, const std::vector<std::size_t>& instants, SlopePosterior& out) {
  LogSum steady;
  LogSum one;
  LogSum both;
  std::vector<LogSum> each(instants.size());
  for (const Hypotheses& at_slope : grid.hypotheses) {
    steady.add(at_slope.steady);
    for (std::size_t i = 0; i < instants.size(); ++i) {
      one.add(at_slope.jumps[i].one);
      both.add(at_slope.jumps[i].both);
      each[i].add(at_slope.jumps[i].one);
      each[i].add(at_slope.jumps[i].both);
    }
  }
  LogSum jumped;
  jumped.add(one.value());
  jumped.add(both.value());
  if (!(jumped.value() > steady.value())) return;
  out.change = both.value() > one.value() ? Change::clock_step : Change::path_step;
  const auto likeliest =
      std::max_element(each.begin(), each.end(),
                       [](const LogSum& a, const LogSum& b) { return a.value() < b.value(); });
  out.changed_at = instants[static_cast<std::size_t>(likeliest - each.begin())];
}

SlopePosterior summarise(const Grid& grid, const std::vector<std::size_t>& instants) {
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
  tell_change(grid, instants, out);
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
  const double reach = kFirstReach * guess.error;
  const Jumps jumps = likeliest_jumps({times, forward, backward}, guess.slope, reach);
  const double other = jumps.at.empty() ? guess.slope : jumps.slope;
  const double least = *std::min_element(round_trips.begin(), round_trips.end());
  const double excess = std::max(median(std::move(round_trips)) - least, kFinestExcess);
  const double log_jump = std::log(kJumpShare / count);  // at any instant as likely
  const double log_free = std::log(kJumpReach * excess * kScaleReach);
  const JumpPriors priors{log_jump - log_free,
                          log_jump - 2 * log_free + std::log(kJumpReach / kOtherReach), log_jump,
                          excess};
  Search search(JumpingDirection(times, forward, 1, jumps.at),
                JumpingDirection(times, backward, -1, jumps.at), priors,
                independent_share(times, forward, backward, guess.slope));
  return summarise(
      search.run(std::min(guess.slope, other) - reach, std::max(guess.slope, other) + reach),
      jumps.at);
}

}  // namespace guestclock::measure
