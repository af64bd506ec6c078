#include "measure/jump.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "measure/delay_laws.h"
#include "measure/log_sum.h"

namespace guestclock::measure {
namespace {

constexpr std::size_t kFewestOnASide = 6;
constexpr double kSmallestStep = 10e-9;  // seconds; less may be rounding
// A fit takes as much time for each instant as without a jump; many exchanges place it better.
constexpr std::size_t kMostInstants = 3;
constexpr std::size_t kMostInstantsOfMany = 2;
constexpr std::size_t kMany = 100;  // exchanges
constexpr double kUnlikely = 5;     // log likelihood below the top that no longer counts

struct Jump {
  std::size_t at = 0;  ///< 0: there is none
  double slope = 0;
};

/// Where a jump explains most by least squares.
Jump least_squares_jump(const std::vector<double>& times, const std::vector<double>& offsets) {
  const std::size_t n = times.size();
  Jump best;
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
    if (explained > most && std::abs(step) > kSmallestStep) {
      most = explained;
      best = {k, slope};
    }
  }
  return best;
}

/// Of each side of every instant: the sum of what exceeds its floor, under one slope.
class FloorExcess {
 public:
  FloorExcess(const std::vector<double>& times, const std::vector<double>& delays, double sign)
      : times_(times), delays_(delays), sign_(sign), before_(times.size()), after_(times.size()) {}

  void evaluate(double slope) {
    const std::size_t n = times_.size();
    const auto residual = [&](std::size_t i) { return delays_[i] - sign_ * slope * times_[i]; };
    double least = std::numeric_limits<double>::infinity();
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      before_[i] = sum - (i == 0 ? 0 : least * static_cast<double>(i));
      least = std::min(least, residual(i));
      sum += residual(i);
    }
    least = std::numeric_limits<double>::infinity();
    sum = 0;
    for (std::size_t i = n; i-- > 0;) {
      least = std::min(least, residual(i));
      sum += residual(i);
      after_[i] = sum - least * static_cast<double>(n - i);
    }
  }

  /// With a jump before exchange `at`.
  [[nodiscard]] double log_total(std::size_t at) const {
    return std::log(std::max(kFinestExcess, before_[at] + after_[at]));
  }

 private:
  const std::vector<double>& times_;
  const std::vector<double>& delays_;
  double sign_;
  std::vector<double> before_;
  std::vector<double> after_;
};

/// Log likelihood of a jump before each exchange, and at 0 of none: exponential waits with a floor
/// on either side, floors and scales integrated out, slopes summed. The prior of a floor after the
/// jump is no wider than the mean wait, so that too many jumps look likely rather than too few.
std::vector<double> floor_likelihoods(const Delays& delays, double low, double high) {
  const std::size_t n = delays.times.size();
  const auto count = static_cast<double>(n);
  FloorExcess forward(delays.times, delays.forward, 1);
  FloorExcess backward(delays.times, delays.backward, -1);
  std::vector<LogSum> sums(n);
  // As many slopes as exchanges: floors determine a slope to about 1/N of its range.
  for (std::size_t i = 0; i < n; ++i) {
    const double slope = low + (high - low) * static_cast<double>(i) / (count - 1);
    forward.evaluate(slope);
    backward.evaluate(slope);
    sums[0].add(-(count - 2) * (forward.log_total(0) + backward.log_total(0)) -
                2 * std::log(count));
    for (std::size_t at = kFewestOnASide; at + kFewestOnASide <= n; ++at) {
      const auto before = static_cast<double>(at);
      sums[at].add(-(count - 2) * (forward.log_total(at) + backward.log_total(at)) -
                   2 * std::log(before * (count - before)));
    }
  }
  std::vector<double> out;
  out.reserve(n);
  for (const LogSum& sum : sums)
    out.push_back(sum.value());
  return out;
}

}  // namespace

Jumps likeliest_jumps(const Delays& delays, double slope, double reach) {
  const std::size_t n = delays.times.size();
  if (n < 2 * kFewestOnASide) return {};
  std::vector<double> offsets(n);
  for (std::size_t i = 0; i < n; ++i)
    offsets[i] = (delays.forward[i] - delays.backward[i]) / 2;
  const Jump squares = least_squares_jump(delays.times, offsets);
  if (squares.at == 0) return {};
  const std::vector<double> likelihoods = floor_likelihoods(
      delays, std::min(slope, squares.slope) - reach, std::max(slope, squares.slope) + reach);
  std::vector<std::size_t> instants(n + 1 - 2 * kFewestOnASide);
  std::iota(instants.begin(), instants.end(), kFewestOnASide);
  std::sort(instants.begin(), instants.end(),
            [&](std::size_t a, std::size_t b) { return likelihoods[a] > likelihoods[b]; });
  Jumps out{{squares.at}, squares.slope};
  const double least = std::max(likelihoods[0], likelihoods[instants.front()] - kUnlikely);
  const std::size_t most = n < kMany ? kMostInstants : kMostInstantsOfMany;
  for (const std::size_t at : instants) {
    if (out.at.size() == most || likelihoods[at] < least) break;
    if (at != squares.at) out.at.push_back(at);
  }
  return out;
}

}  // namespace guestclock::measure
