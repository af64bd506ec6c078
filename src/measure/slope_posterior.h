// The rate between two clocks from the delays in both directions, as a posterior.
#pragma once

#include <cstddef>
#include <span>

namespace guestclock::measure {

/// One exchange, in seconds. A constant may be taken out of each member, the same for all
/// exchanges: the floor of either direction is unknown anyway.
struct TwoWay {
  double at = 0;        ///< local time
  double forward = 0;   ///< t2 - t1: floor, queueing, and the offset
  double backward = 0;  ///< t4 - t3: floor, queueing, less the offset
};

/// What is likelier than not to have happened during the run.
enum class Change {
  none,
  clock_step,  ///< a clock was set, or the guest stood still: the offset jumped
  path_step,   ///< the route changed: the floor of a direction jumped
};

struct SlopePosterior {
  double mean = 0;  ///< of the slope of the offset (server less local), seconds per local second
  double low = 0;   ///< 2.5 % quantile
  double high = 0;  ///< 97.5 % quantile
  Change change = Change::none;
  std::size_t changed_at = 0;  ///< the first exchange after the jump; 0 where there is none
  bool determined =
      false;  ///< false: fewer than 3 exchanges, all at one instant, or absurd numbers
};

/// Posterior of the slope under a flat prior. In each direction the delay is a floor plus a random
/// part: gamma, or exponential with normal noise on the stamps. Floor, scale and shape of either
/// direction are integrated out, so no law need be known; the shapes of both directions are more
/// likely alike than not. Where delays have a hard floor the error falls as 1/N, not as 1/sqrt(N):
/// the posterior mean under the true law is the minimum-risk equivariant estimator (Pitman 1939).
/// A jump of one or both floors at one unknown instant is part of the model: where it is likely,
/// the slope rests on what both sides of it have in common.
/// Exchanges are in order of time; those with an outlying round trip are the caller's to drop.
[[nodiscard]] SlopePosterior slope_posterior(std::span<const TwoWay> exchanges);

}  // namespace guestclock::measure
