#include "measure/poisson.h"

#include <algorithm>

#include <boost/math/special_functions/gamma.hpp>

namespace guestclock::measure {
namespace {

/// As precise as a double is: long double would be, and would compute its constants at each start
/// of the program.
using Doubles = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace

model::Interval poisson_interval(std::int64_t count) {
  constexpr double kTail = 0.025;
  const auto seen = static_cast<double>(std::max<std::int64_t>(count, 0));
  const double low = seen > 0 ? boost::math::gamma_p_inv(seen, kTail, Doubles()) : 0;
  return {low, boost::math::gamma_q_inv(seen + 1, kTail, Doubles())};
}

}  // namespace guestclock::measure
