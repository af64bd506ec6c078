#include "measure/slope_posterior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "measure/noisy_exponential.h"

namespace guestclock::measure {
namespace {

constexpr std::size_t kFewestExchanges = 3;

// The laws. A gamma of shape 1 is the exponential; of shape 80, nearly a normal.
constexpr std::array<double, 14> kGammaShapes{1, 1.5, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25, 40, 80};
constexpr std::array<double, 5> kNoiseRatios{0.05, 0.15, 0.4, 1, 2};
constexpr std::size_t kUniform = kGammaShapes.size() + kNoiseRatios.size();  // index of that law
constexpr std::size_t kLaws = kUniform + 1;
constexpr double kNoisyShare = 0.15;    // prior probability that the stamps are noisy
constexpr double kUniformShare = 0.05;  // that they come from a clock coarser than the path
constexpr double kAlikeShare = 0.8;     // prior probability that both directions have one law

// Quadrature over the floor: gaps below the smallest delay, in mean excesses.
constexpr std::size_t kGaps = 20;
constexpr double kSmallestGap = 0.02;  // of an exchange's share: the gap is about 1/N
constexpr double kLargestGap = 8;
constexpr std::size_t kNoisyFloors = 9;
constexpr double kNoisyFloorReach = 6;  // standard errors of the mean

// The grid of slopes.
constexpr std::size_t kCoarsePoints = 21;
constexpr std::size_t kFinePoints = 49;
constexpr std::size_t kFewestInside = 8;  // coarse points where there is any probability
constexpr int kMostRounds = 40;
constexpr double kInside = 12;     // log probability below the top that still counts
constexpr double kEndsBelow = 9;   // where the grid may end
constexpr double kFirstReach = 4;  // standard errors of least squares

constexpr double kFinestExcess = 1e-9;  // seconds: stamps are whole nanoseconds

// Jumps. A floor may jump by about a hundred mean excesses; the prior of its new scale is vague
// too.
constexpr double kJumpReach = 100;
// A clock that jumps moves both floors by as much: where one went says where the other is.
constexpr double kOtherReach = 5;
constexpr double kLikely = 0.5;
const double kLogJump = std::log(0.25);  // prior probability that something jumps, each kind
constexpr std::size_t kFewestOnASide = 6;
constexpr double kFewestNanoseconds = 10;  // less may be rounding
constexpr double kTail = 0.025;
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

using LogLikelihoods = std::array<double, kLaws>;

/// The log of a sum of exponentials, term by term.
class LogSum {
 public:
  void add(double term) {
    if (term == kImpossible) return;
    if (term > top_) {
      sum_ = sum_ * std::exp(top_ - term) + 1;
      top_ = term;
    } else {
      sum_ += std::exp(term - top_);
    }
  }

  [[nodiscard]] double value() const { return top_ == kImpossible ? top_ : top_ + std::log(sum_); }

 private:
  double top_ = kImpossible;
  double sum_ = 0;
};

/// Sum of log(x + gap), most of it by multiplication. The values are about 1, so eight of them
/// neither overflow nor vanish.
double sum_of_logs(const std::vector<double>& values, double gap) {
  constexpr std::size_t kTogether = 8;
  double sum = 0;
  double product = 1;
  std::size_t held = 0;
  for (const double value : values) {
    product *= value + gap;
    if (++held == kTogether) {
      sum += std::log(product);
      product = 1;
      held = 0;
    }
  }
  return sum + std::log(product);
}

const std::array<NoisyExponential, kNoiseRatios.size()>& noisy_laws() {
  static const auto laws = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<NoisyExponential, sizeof...(I)>{NoisyExponential(kNoiseRatios[I])...};
  }
  (std::make_index_sequence<kNoiseRatios.size()>{});
  return laws;
}

/// Real paths are nearer to a hard floor than to a normal law, so a gamma's prior falls with its
/// shape.
const LogLikelihoods& log_priors() {
  static const LogLikelihoods priors = [] {
    const auto weight = [](double shape) { return 1 / shape + 0.04; };
    LogLikelihoods out{};
    double total = 0;
    for (const double shape : kGammaShapes)
      total += weight(shape);
    for (std::size_t i = 0; i < kGammaShapes.size(); ++i) {
      out.at(i) = std::log((1 - kNoisyShare - kUniformShare) * weight(kGammaShapes.at(i)) / total);
    }
    for (std::size_t i = kGammaShapes.size(); i < kUniform; ++i) {
      out.at(i) = std::log(kNoisyShare / static_cast<double>(kNoiseRatios.size()));
    }
    out.at(kUniform) = std::log(kUniformShare);
    return out;
  }();
  return priors;
}

/// The delays of one direction under each law.
class Direction {
 public:
  /// `sign`: what a growing offset does to the delays.
  Direction(std::vector<double> times, std::vector<double> delays, double sign)
      : times_(std::move(times)),
        delays_(std::move(delays)),
        sign_(sign),
        count_(static_cast<double>(delays_.size())),
        excess_(delays_.size()) {
    for (std::size_t i = 0; i < kGammaShapes.size(); ++i) {
      const double shape = kGammaShapes.at(i);
      gamma_constants_.at(i) = std::lgamma(count_ * shape) - count_ * std::lgamma(shape);
    }
    noisy_constant_ = std::lgamma(count_) - count_ * std::log(count_) + count_;
  }

  /// Of a slope, with floor and scale integrated out; up to a constant that all laws share.
  [[nodiscard]] const LogLikelihoods& log_likelihoods(double slope) {
    const double mean = take_excess(slope);
    std::array<LogSum, kLaws> sums;
    add_gamma_laws(sums);
    add_noisy_laws(sums);
    add_uniform_law(sums);
    // The excesses are in units of their mean, which depends on the slope. The scale's prior takes
    // one power of it back.
    const double unit = (count_ - 1) * std::log(mean);
    for (std::size_t i = 0; i < kLaws; ++i)
      result_.at(i) = sums.at(i).value() - unit;
    return result_;
  }

 private:
  /// Fills excess_ with delays above the smallest, in units of their mean, which is returned.
  double take_excess(double slope) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < delays_.size(); ++i) {
      excess_[i] = delays_[i] - sign_ * slope * times_[i];
      least = std::min(least, excess_[i]);
    }
    double total = 0;
    for (double& excess : excess_) {
      excess -= least;
      total += excess;
    }
    const double mean = std::max(total / count_, kFinestExcess);
    for (double& excess : excess_)
      excess /= mean;
    return mean;
  }

  /// Scale in closed form under the prior 1/scale:
  /// (k-1) sum log x - N k log sum x + log Gamma(N k) - N log Gamma(k), x = excess + gap.
  void add_gamma_laws(std::array<LogSum, kLaws>& sums) const {
    const double first = std::log(kSmallestGap / count_);
    const double step = (std::log(kLargestGap) - first) / static_cast<double>(kGaps - 1);
    for (std::size_t j = 0; j < kGaps; ++j) {
      const double gap = std::exp(first + step * static_cast<double>(j));
      // The first cell reaches down to no gap at all.
      const double cell = gap * (j == 0 ? step / 2 + 1 : step);
      const double log_cell = std::log(cell);
      const double logs = sum_of_logs(excess_, gap);
      const double log_total = std::log(count_ * (1 + gap));
      for (std::size_t i = 0; i < kGammaShapes.size(); ++i) {
        const double shape = kGammaShapes[i];
        sums[i].add(log_cell + (shape - 1) * logs - count_ * shape * log_total +
                    gamma_constants_[i]);
      }
    }
  }

  /// The scale is the mean's distance from the floor; Laplace's approximation integrates over it.
  /// With noise a delay may lie below the floor.
  void add_noisy_laws(std::array<LogSum, kLaws>& sums) const {
    double squares = 0;
    for (const double excess : excess_)
      squares += (excess - 1) * (excess - 1);
    const double deviation = std::sqrt(squares / count_);
    if (!(deviation > 0)) return;
    const double reach = kNoisyFloorReach * deviation / std::sqrt(count_);
    const double cell = 2 * reach / static_cast<double>(kNoisyFloors - 1);
    for (std::size_t i = 0; i < kNoiseRatios.size(); ++i) {
      const NoisyExponential& law = noisy_laws()[i];
      const double likely = deviation / std::hypot(1, law.ratio());
      for (std::size_t j = 0; j < kNoisyFloors; ++j) {
        const double scale = likely - reach + cell * static_cast<double>(j);
        if (scale < likely / 5) continue;
        double logs = std::log(cell) - count_ * std::log(scale) + noisy_constant_;
        const double floor = 1 - scale;
        for (const double excess : excess_)
          logs += law.log_density((excess - floor) / scale);
        sums[kGammaShapes.size() + i].add(logs);
      }
    }
  }

  /// Floor and width in closed form: range^-(N-1) / (N (N-1)).
  void add_uniform_law(std::array<LogSum, kLaws>& sums) const {
    const double range = *std::max_element(excess_.begin(), excess_.end());
    if (!(range > 0)) return;
    sums[kUniform].add(-(count_ - 1) * std::log(range) - std::log(count_ * (count_ - 1)));
  }

  std::vector<double> times_;
  std::vector<double> delays_;
  double sign_;
  double count_;
  std::vector<double> excess_;
  std::array<double, kGammaShapes.size()> gamma_constants_{};
  double noisy_constant_ = 0;
  LogLikelihoods result_{};
};

/// Of the laws of both directions together, given each direction's likelihoods.
double joint(const LogLikelihoods& forward, const LogLikelihoods& backward) {
  const LogLikelihoods& priors = log_priors();
  LogSum alike;
  LogSum forward_alone;
  LogSum backward_alone;
  for (std::size_t i = 0; i < kLaws; ++i) {
    alike.add(priors[i] + forward[i] + backward[i]);
    forward_alone.add(priors[i] + forward[i]);
    backward_alone.add(priors[i] + backward[i]);
  }
  LogSum all;
  all.add(std::log(kAlikeShare) + alike.value());
  all.add(std::log(1 - kAlikeShare) + forward_alone.value() + backward_alone.value());
  return all.value();
}

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
  Direction whole_;
  std::vector<Direction> sides_;
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
  double second = 0;
  for (std::size_t i = 0; i < points; ++i) {
    density[i] = std::exp(grid.values[i] - top);
    if (i > 0) cumulative[i] = cumulative[i - 1] + (density[i] + density[i - 1]) / 2;
    const auto place = static_cast<double>(i);
    total += density[i];
    first += density[i] * place;
    second += density[i] * place * place;
  }
  const double mean = first / total;
  const auto quantile = [&](double share) {
    const double wanted = share * cumulative.back();
    const auto above = std::lower_bound(cumulative.begin() + 1, cumulative.end(), wanted);
    const auto i =
        static_cast<std::size_t>(std::min(above, cumulative.end() - 1) - cumulative.begin());
    const double held = cumulative[i] - cumulative[i - 1];
    const double part = held > 0 ? (wanted - cumulative[i - 1]) / held : 0;
    return grid.low + grid.spacing() * (static_cast<double>(i) - 1 + part);
  };
  out.mean = grid.low + grid.spacing() * mean;
  out.deviation = grid.spacing() * std::sqrt(std::max(0.0, second / total - mean * mean));
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
  out.change_probability = 1 / (1 + std::exp(steady.value() - jumped.value()));
  if (out.change_probability > kLikely) {
    out.change = both.value() > one.value() ? Change::clock_step : Change::path_step;
  }
  out.determined = std::isfinite(out.mean) && std::isfinite(out.low) && std::isfinite(out.high);
  return out;
}

/// The instant at which a jump of the offset explains most, as the index of the first exchange
/// after it; 0 where the run is too short for any. Times sum to 0.
struct Jump {
  std::size_t at = 0;
  double slope = 0;  ///< least squares with that jump
};

Jump likeliest_jump(const std::vector<double>& times, const std::vector<double>& offsets) {
  const std::size_t n = times.size();
  Jump best;
  if (n < 2 * kFewestOnASide) return best;
  // Normal equations of offset = a + b time + c [index >= k], a taken out by centring.
  const auto count = static_cast<double>(n);
  double mean = 0;
  double tt = 0;
  double ty = 0;
  for (std::size_t i = 0; i < n; ++i)
    mean += offsets[i] / count;
  for (std::size_t i = 0; i < n; ++i) {
    tt += times[i] * times[i];
    ty += times[i] * (offsets[i] - mean);
  }
  double after_t = 0;
  double after_y = 0;
  double most = -1;
  for (std::size_t k = n - 1; k >= kFewestOnASide; --k) {
    after_t += times[k];
    after_y += offsets[k] - mean;
    const double after = count - static_cast<double>(k);
    if (after < static_cast<double>(kFewestOnASide)) continue;
    const double ss = after * (count - after) / count;
    const double determinant = tt * ss - after_t * after_t;
    if (!(determinant > 0)) continue;
    const double slope = (ty * ss - after_y * after_t) / determinant;
    const double step = (after_y * tt - ty * after_t) / determinant;
    const double explained = slope * ty + step * after_y;
    if (explained > most && std::abs(step) > kFewestNanoseconds * kFinestExcess) {
      most = explained;
      best = {k, slope};
    }
  }
  return best;
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

double median_excess(std::vector<double> delays) {
  const double least = *std::min_element(delays.begin(), delays.end());
  const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
  std::nth_element(delays.begin(), middle, delays.end());
  return std::max(*middle - least, kFinestExcess);
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
  const double log_penalty = std::log(kJumpReach * count * median_excess(round_trips) / 2);
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
