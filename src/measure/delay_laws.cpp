#include "measure/delay_laws.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "measure/noisy_exponential.h"

namespace guestclock::measure {
namespace {

constexpr double kNoisyShare = 0.15;    // prior probability that the stamps are noisy
constexpr double kUniformShare = 0.05;  // that they come from a clock coarser than the path
constexpr double kAlikeShare = 0.8;     // prior probability that both directions have one law

// Quadrature over the floor: gaps below the smallest delay, in mean excesses.
constexpr std::size_t kGaps = 20;
constexpr double kSmallestGap = 0.02;  // of an exchange's share: the gap is about 1/N
constexpr double kLargestGap = 8;
constexpr std::size_t kNoisyFloorsBeside = 4;  // the likely one, to either side
constexpr double kNoisyFloorReach = 6;         // standard errors of the mean
constexpr double kSmallestScale = 0.2;         // of the likely one
constexpr double kNegligible = 12;             // log likelihood below the top that no longer counts

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

double log_normal(double off, double variance) {
  return -(off * off / variance + std::log(2 * std::numbers::pi * variance)) / 2;
}

double log_cauchy(double off, double scale) {
  const double far = off / scale;
  return -std::log(std::numbers::pi * scale * (1 + far * far));
}

struct FloorStep {
  double size = 0;
  double variance = 0;
};

FloorStep floor_step(const Sides& sides, std::size_t law) {
  const Queue& before = sides.before.queues()[law];
  const Queue& after = sides.after.queues()[law];
  return {after.floor - before.floor, after.floor_variance + before.floor_variance};
}

/// Log posterior density of the log ratio of the scales of both sides, where it is 0.
double log_of_one_scale(const Sides& sides, std::size_t law) {
  const Queue& before = sides.before.queues()[law];
  const Queue& after = sides.after.queues()[law];
  return log_normal(after.log_wait - before.log_wait,
                    after.log_wait_variance + before.log_wait_variance);
}

}  // namespace

DirectionDelays::DirectionDelays(std::vector<double> times, std::vector<double> delays, double sign)
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

const LogLikelihoods& DirectionDelays::log_likelihoods(double slope) {
  const Unit unit = take_excess(slope);
  LogSums sums;
  add_gamma_laws(sums);
  add_noisy_laws(sums);
  add_uniform_law(sums);
  // The excesses are in units of their mean, which depends on the slope. The scale's prior takes
  // one power of it back.
  const double log_mean = std::log(unit.mean);
  for (std::size_t i = 0; i < kLaws; ++i) {
    const LogMoments& gap = sums[i];
    result_[i] = gap.log_sum() - (count_ - 1) * log_mean;
    if (result_[i] == kImpossible) continue;
    Queue& queue = queues_[i];
    const double wait = 1 + gap.mean();
    queue.floor = unit.least - unit.mean * gap.mean();
    // Never nothing: a floor is not known better than to a nanosecond.
    queue.floor_variance = unit.mean * unit.mean * gap.variance() + kFinestExcess * kFinestExcess;
    queue.log_wait = log_mean + std::log(wait);
    // A mean of N gammas has a relative variance of 1 / (N shape); noise hardly adds to it.
    const double shape = i < kGammaShapes.size() ? kGammaShapes[i] : 1;
    queue.log_wait_variance = 1 / (shape * count_) + gap.variance() / (wait * wait);
  }
  return result_;
}

DirectionDelays::Unit DirectionDelays::take_excess(double slope) {
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
  return {least, mean};
}

/// Scale in closed form under the prior 1/scale:
/// (k-1) sum log x - N k log sum x + log Gamma(N k) - N log Gamma(k), x = excess + gap.
void DirectionDelays::add_gamma_laws(LogSums& sums) const {
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
      sums[i].add(log_cell + (shape - 1) * logs - count_ * shape * log_total + gamma_constants_[i],
                  gap);
    }
  }
}

/// The scale is the mean's distance from the floor; Laplace's approximation integrates over it.
/// With noise a delay may lie below the floor.
void DirectionDelays::add_noisy_laws(LogSums& sums) const {
  double squares = 0;
  for (const double excess : excess_)
    squares += (excess - 1) * (excess - 1);
  const double deviation = std::sqrt(squares / count_);
  if (!(deviation > 0)) return;
  const double reach = kNoisyFloorReach * deviation / std::sqrt(count_);
  const double cell = reach / static_cast<double>(kNoisyFloorsBeside);
  double top = kImpossible;
  for (std::size_t i = 0; i < kGammaShapes.size(); ++i)
    top = std::max(top, sums[i].log_sum());
  for (std::size_t i = 0; i < kNoiseRatios.size(); ++i) {
    const NoisyExponential& law = noisy_laws()[i];
    const double likely = deviation / std::hypot(1, law.ratio());
    const auto log_likelihood = [&](double scale) {
      const double per_scale = 1 / scale;
      const double floor = 1 - scale;
      double logs = std::log(cell) - count_ * std::log(scale) + noisy_constant_;
      for (const double excess : excess_)
        logs += law.log_density((excess - floor) * per_scale);
      return logs;
    };
    LogMoments& sum = sums[kGammaShapes.size() + i];
    const double middle = log_likelihood(likely);
    sum.add(middle, likely - 1);
    // The likelihood has one summit: past it, what is negligible stays so.
    for (const double step : {cell, -cell}) {
      double last = middle;
      for (std::size_t j = 1; j <= kNoisyFloorsBeside; ++j) {
        const double scale = likely + step * static_cast<double>(j);
        if (scale < likely * kSmallestScale) break;
        const double logs = log_likelihood(scale);
        sum.add(logs, scale - 1);
        if (logs < last && logs < std::max(top, sum.log_sum()) - kNegligible) break;
        last = logs;
      }
    }
  }
}

/// Floor and width in closed form: range^-(N-1) / (N (N-1)).
void DirectionDelays::add_uniform_law(LogSums& sums) const {
  const double range = *std::max_element(excess_.begin(), excess_.end());
  if (!(range > 0)) return;
  sums[kUniform].add(-(count_ - 1) * std::log(range) - std::log(count_ * (count_ - 1)),
                     range / (count_ - 1));
}

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

double joint_with_clock_step(const Sides& forward, const Sides& backward, double step_scale) {
  LogSum sum;
  for (std::size_t i = 0; i < kUniform; ++i) {
    const double apart = forward.log_likelihoods[i] + backward.log_likelihoods[i];
    if (apart == kImpossible) continue;
    const FloorStep up = floor_step(forward, i);
    const FloorStep down = floor_step(backward, i);
    const double variance = up.variance + down.variance;
    // What both directions say, each by its certainty.
    const double step = (up.size * down.variance - down.size * up.variance) / variance;
    sum.add(log_priors()[i] + apart + log_of_one_scale(forward, i) + log_of_one_scale(backward, i) +
            log_normal(up.size + down.size, variance) + log_cauchy(step, step_scale));
  }
  return std::log(kAlikeShare) + sum.value();
}

double joint_with_path_step(const Sides& stepped, const LogLikelihoods& other, double step_scale) {
  LogLikelihoods alike;
  alike.fill(kImpossible);
  for (std::size_t i = 0; i < kUniform; ++i) {
    if (stepped.log_likelihoods[i] == kImpossible) continue;
    alike[i] = stepped.log_likelihoods[i] + log_of_one_scale(stepped, i) +
               log_cauchy(floor_step(stepped, i).size, step_scale);
  }
  return joint(alike, other);
}

}  // namespace guestclock::measure
