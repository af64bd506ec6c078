#include "measure/jump.h"

#include <cmath>

namespace guestclock::measure {
namespace {

constexpr std::size_t kFewestOnASide = 6;
constexpr double kSmallestStep = 10e-9;  // seconds; less may be rounding

}  // namespace

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
    if (explained > most && std::abs(step) > kSmallestStep) {
      most = explained;
      best = {k, slope};
    }
  }
  return best;
}

}  // namespace guestclock::measure
