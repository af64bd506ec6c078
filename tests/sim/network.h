// NTP exchanges over a path of which everything is known: what an estimator is judged by.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/measurements.h"

namespace guestclock::sim {

/// How long a packet waits in queues, one direction at a time; J is the mean of most laws.
enum class Law {
  exponential,
  gamma2,
  gamma4,
  lomax,       ///< tail exponent 2.5
  asymmetric,  ///< exponential, mean 3 J forward and 0.3 J backward
  normal,      ///< 4 J with deviation J, never below 0
};

/// What happens besides; each on top of its law.
enum class Trouble {
  none,
  spikes,      ///< 5 % of packets wait 10 to 40 J
  bursts,      ///< in three tenths of the run packets wait eight times as long
  stalls,      ///< 5 % of exchanges: a local stamp is 1 to 20 ms late
  noise,       ///< every stamp errs by 0.1 J
  wander,      ///< the local rate walks at random, 1e-9 per root second; stamps err by 1 us
  path_step,   ///< the forward path grows by 2 J
  clock_step,  ///< the server's clock jumps by 2 J
};

struct Scenario {
  Law law = Law::exponential;
  Trouble trouble = Trouble::none;
  int count = 64;
  double duration_s = 60;
  double queueing_s = 50e-6;  ///< J
  double floor_s = 100e-6;    ///< of each direction
  double step_at = 0.5;       ///< of the duration
};

struct Run {
  std::vector<model::Exchange> exchanges;
  double rate_error = 0;  ///< of the local clock, at the start: within +-200 ppm
};

[[nodiscard]] std::string_view name(Law law);
[[nodiscard]] std::string_view name(Trouble trouble);

/// Exchanges spread evenly, each sent up to a quarter of an interval early or late.
[[nodiscard]] Run simulate(const Scenario& scenario, std::uint64_t seed);

/// Log density of the waiting time under `law`, up to a constant; `wait_s` above 0.
[[nodiscard]] double log_density(const Scenario& scenario, bool forward, double wait_s);

}  // namespace guestclock::sim
