#include "sim/estimators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace guestclock::sim {
namespace {

struct Delays {
  double at = 0;
  double forward = 0;
  double backward = 0;

  [[nodiscard]] double offset() const { return (forward - backward) / 2; }
};

/// In seconds, less what all have in common; times about their middle.
std::vector<Delays> delays_of(std::span<const model::Exchange> exchanges) {
  std::vector<Delays> out;
  const model::Exchange& first = exchanges.front();
  const Nanoseconds base = first.t2 - first.t1;
  double middle = 0;
  for (const model::Exchange& e : exchanges) {
    const double at = to_seconds((e.t1 - first.t1) + (e.t4 - first.t1)) / 2;
    middle += at / static_cast<double>(exchanges.size());
    out.push_back({at, to_seconds(e.t2 - e.t1 - base), to_seconds(e.t4 - e.t3 + base)});
  }
  for (Delays& each : out)
    each.at -= middle;
  return out;
}

double rate_error_of(double slope) {
  return -slope / (1 + slope);
}

/// Weighted least squares, with the signs of its residuals.
struct Line {
  double slope = 0;
  std::vector<bool> above;
};

Line fit_line(std::span<const Delays> points, std::span<const double> variances) {
  double weights = 0;
  double time = 0;
  double offset = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    weights += 1 / variances[i];
    time += points[i].at / variances[i];
    offset += points[i].offset() / variances[i];
  }
  time /= weights;
  offset /= weights;
  double spread = 0;
  double product = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double distance = points[i].at - time;
    spread += distance * distance / variances[i];
    product += distance * (points[i].offset() - offset) / variances[i];
  }
  Line line{product / spread, {}};
  for (const Delays& point : points)
    line.above.push_back(point.offset() > offset + line.slope * (point.at - time));
  return line;
}

/// The fewest runs of equal signs among `count` fair ones that pass at 5 %: one less than the
/// number of changes is binomial.
std::size_t fewest_runs(std::size_t count) {
  constexpr double kSignificance = 0.05;
  const auto trials = static_cast<double>(count) - 1;
  double probability = std::pow(0.5, trials);
  double below = 0;
  for (std::size_t changes = 0; changes < count; ++changes) {
    below += probability;
    if (below > kSignificance) return changes + 1;
    const auto done = static_cast<double>(changes);
    probability *= (trials - done) / (done + 1);
  }
  return count;
}

std::size_t runs_of(const std::vector<bool>& signs) {
  std::size_t runs = 1;
  for (std::size_t i = 1; i < signs.size(); ++i) {
    if (signs[i] != signs[i - 1]) ++runs;
  }
  return runs;
}

std::vector<double> chrony_variances(std::span<const Delays> points) {
  std::vector<double> distances;
  for (const Delays& point : points)
    distances.push_back((point.forward + point.backward) / 2);
  std::vector<double> sorted = distances;
  std::sort(sorted.begin(), sorted.end());
  const double least = sorted.front();
  const double deviation = std::min((sorted[sorted.size() / 2] - least) / 0.7, least);
  for (double& distance : distances) {
    const double excess = 1 + (distance - least) / std::max(deviation, 1e-9);
    distance = excess * excess;
  }
  return distances;
}

/// Log likelihood of one direction's residuals, the floor integrated out.
double log_likelihood(const Scenario& scenario, bool forward, std::vector<double>& residuals) {
  constexpr int kGaps = 40;
  const double least = *std::min_element(residuals.begin(), residuals.end());
  const auto count = static_cast<double>(residuals.size());
  const double lowest = std::log(1e-4 * scenario.queueing_s / count);
  const double step = (std::log(8 * scenario.queueing_s) - lowest) / (kGaps - 1);
  double top = -std::numeric_limits<double>::infinity();
  std::array<double, kGaps> terms{};
  for (int j = 0; j < kGaps; ++j) {
    const double gap = std::exp(lowest + step * j);
    double logs = std::log(gap);
    for (const double residual : residuals)
      logs += log_density(scenario, forward, residual - least + gap);
    terms.at(static_cast<std::size_t>(j)) = logs;
    top = std::max(top, logs);
  }
  double sum = 0;
  for (const double term : terms)
    sum += std::exp(term - top);
  return top + std::log(sum);
}

}  // namespace

double least_squares(std::span<const model::Exchange> exchanges) {
  const std::vector<Delays> points = delays_of(exchanges);
  return rate_error_of(fit_line(points, std::vector<double>(points.size(), 1)).slope);
}

double chrony_rule(std::span<const model::Exchange> exchanges) {
  constexpr std::size_t kMostSamples = 64;
  constexpr std::size_t kFewestSamples = 3;
  if (exchanges.size() > kMostSamples) exchanges = exchanges.last(kMostSamples);
  const std::vector<Delays> points = delays_of(exchanges);
  const std::vector<double> variances = chrony_variances(points);
  for (std::size_t first = 0;; ++first) {
    const auto rest = std::span(points).subspan(first);
    const Line line = fit_line(rest, std::span(variances).subspan(first));
    if (rest.size() <= kFewestSamples || runs_of(line.above) >= fewest_runs(rest.size())) {
      return rate_error_of(line.slope);
    }
  }
}

double optimum(const Scenario& scenario, std::span<const model::Exchange> exchanges, double guess,
               double reach) {
  constexpr int kPoints = 61;
  constexpr int kRounds = 3;
  constexpr double kInside = 16;  // log probability
  const std::vector<Delays> points = delays_of(exchanges);
  const double centre = -guess / (1 + guess);
  double low = centre - reach;
  double high = centre + reach;
  double mean = centre;
  std::vector<double> out(points.size());
  std::vector<double> back(points.size());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> slopes;
    std::vector<double> values;
    for (int k = 0; k < kPoints; ++k) {
      const double slope = low + (high - low) * k / (kPoints - 1);
      for (std::size_t i = 0; i < points.size(); ++i) {
        out[i] = points[i].forward - slope * points[i].at;
        back[i] = points[i].backward + slope * points[i].at;
      }
      slopes.push_back(slope);
      values.push_back(log_likelihood(scenario, true, out) + log_likelihood(scenario, false, back));
    }
    const double top = *std::max_element(values.begin(), values.end());
    double mass = 0;
    double first_moment = 0;
    double first = slopes.back();
    double last = slopes.front();
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      const double probability = std::exp(values[k] - top);
      mass += probability;
      first_moment += probability * (slopes[k] - centre);
      if (values[k] < top - kInside) continue;
      first = std::min(first, slopes[k]);
      last = std::max(last, slopes[k]);
    }
    mean = centre + first_moment / mass;
    const double spacing = (high - low) / (kPoints - 1);
    low = first - spacing;
    high = last + spacing;
  }
  return rate_error_of(mean);
}

}  // namespace guestclock::sim
