#include "measure/poisson.h"

#include <algorithm>

#include <boost/math/special_functions/gamma.hpp>

namespace guestclock::measure {

model::Interval poisson_interval(std::int64_t count) {
  constexpr double kTail = 0.025;
  const auto seen = static_cast<double>(std::max<std::int64_t>(count, 0));
  const double low = seen > 0 ? boost::math::gamma_p_inv(seen, kTail) : 0;
  return {low, boost::math::gamma_q_inv(seen + 1, kTail)};
}

}  // namespace guestclock::measure
