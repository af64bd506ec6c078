#include "sim/network.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace guestclock::sim {
namespace {

using Random = std::mt19937_64;

constexpr double kLargestRateError = 200e-6;
constexpr double kJitter = 0.25;
constexpr double kLomaxExponent = 2.5;
constexpr double kTroubledShare = 0.05;
constexpr double kServerHold = 20e-6;
constexpr Nanoseconds kServerStart = std::chrono::seconds(1'795'392'000);
constexpr Nanoseconds kLocalStart = std::chrono::seconds(1000);

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

double gamma(Random& random, double shape, double mean) {
  return std::gamma_distribution<double>(shape, mean / shape)(random);
}

double normal(Random& random, double deviation) {
  return std::normal_distribution<double>(0, deviation)(random);
}

double asymmetric_mean(double queueing, bool forward) {
  return (forward ? 3 : 0.3) * queueing;
}

double waiting(const Scenario& scenario, bool forward, Random& random) {
  const double mean = scenario.queueing_s;
  switch (scenario.law) {
    case Law::exponential:
      return gamma(random, 1, mean);
    case Law::gamma2:
      return gamma(random, 2, mean);
    case Law::gamma4:
      return gamma(random, 4, mean);
    case Law::lomax: {
      const double scale = mean * (kLomaxExponent - 1);
      return scale * (std::pow(uniform(random, 0, 1), -1 / kLomaxExponent) - 1);
    }
    case Law::asymmetric:
      return gamma(random, 1, asymmetric_mean(mean, forward));
    case Law::normal:
      return std::max(0.0, 4 * mean + normal(random, mean));
  }
  throw std::logic_error("no such law");
}

bool in_burst(const Scenario& scenario, double at) {
  constexpr int kEpisodes = 10;
  const int episode = static_cast<int>(at / scenario.duration_s * kEpisodes);
  return episode % 3 == 1;
}

Nanoseconds whole(double seconds) {
  return Nanoseconds(std::llround(seconds * 1e9));
}

/// The local clock, whose rate may walk.
class LocalClock {
 public:
  LocalClock(double rate_error, double wander) : rate_error_(rate_error), wander_(wander) {}

  /// Instants never go back by more than an exchange lasts.
  double read(double instant, Random& random) {
    const double passed = instant - last_;
    if (passed > 0) {
      gained_ += rate_error_ * passed;
      if (wander_ > 0) rate_error_ += normal(random, wander_ * std::sqrt(passed));
      last_ = instant;
      return instant + gained_;
    }
    return instant + gained_ + rate_error_ * passed;
  }

 private:
  double rate_error_;
  double wander_;
  double last_ = 0;
  double gained_ = 0;
};

}  // namespace

std::string_view name(Law law) {
  switch (law) {
    case Law::exponential:
      return "exponential";
    case Law::gamma2:
      return "gamma 2";
    case Law::gamma4:
      return "gamma 4";
    case Law::lomax:
      return "Lomax";
    case Law::asymmetric:
      return "asymmetric";
    case Law::normal:
      return "normal";
  }
  throw std::logic_error("no such law");
}

std::string_view name(Trouble trouble) {
  switch (trouble) {
    case Trouble::none:
      return "none";
    case Trouble::spikes:
      return "spikes";
    case Trouble::bursts:
      return "bursts";
    case Trouble::stalls:
      return "stalls";
    case Trouble::noise:
      return "noise";
    case Trouble::wander:
      return "wander";
    case Trouble::path_step:
      return "path step";
    case Trouble::clock_step:
      return "clock step";
  }
  throw std::logic_error("no such trouble");
}

Run simulate(const Scenario& scenario, std::uint64_t seed) {
  // One stream for the law, so that a trouble is judged on the same delays as its absence.
  Random random(seed);
  Random trouble(seed ^ 0x9e3779b97f4a7c15U);
  Run run;
  run.rate_error = uniform(random, -kLargestRateError, kLargestRateError);
  const bool wanders = scenario.trouble == Trouble::wander;
  LocalClock clock(run.rate_error, wanders ? 1e-9 : 0);
  const double queueing = scenario.queueing_s;
  const double interval = scenario.duration_s / scenario.count;
  const double step_at = scenario.step_at * scenario.duration_s;
  double stamp_error = 0;
  if (scenario.trouble == Trouble::noise) stamp_error = 0.1 * queueing;
  if (wanders) stamp_error = 1e-6;
  const auto erring = [&] { return stamp_error > 0 ? normal(trouble, stamp_error) : 0.0; };
  const auto troubled = [&] { return uniform(trouble, 0, 1) < kTroubledShare; };

  for (int i = 0; i < scenario.count; ++i) {
    const double at = (i + 0.5 + uniform(random, -kJitter, kJitter)) * interval;
    double out = waiting(scenario, true, random);
    double back = waiting(scenario, false, random);
    double first_late = 0;
    double last_late = 0;
    double server_step = 0;
    switch (scenario.trouble) {
      case Trouble::spikes:
        if (troubled()) out = queueing * uniform(trouble, 10, 40);
        if (troubled()) back = queueing * uniform(trouble, 10, 40);
        break;
      case Trouble::bursts:
        if (in_burst(scenario, at)) {
          out *= 8;
          back *= 8;
        }
        break;
      case Trouble::stalls:
        if (troubled()) {
          // Between the stamp and the packet's leaving, or between its arrival and the stamp.
          (uniform(trouble, 0, 1) < 0.5 ? first_late : last_late) = uniform(trouble, 1e-3, 20e-3);
        }
        break;
      case Trouble::path_step:
        if (at > step_at) out += 2 * queueing;
        break;
      case Trouble::clock_step:
        if (at > step_at) server_step = 2 * queueing;
        break;
      case Trouble::none:
      case Trouble::noise:
      case Trouble::wander:
        break;
    }
    const double received = at + first_late + scenario.floor_s + out;
    const double answered = received + kServerHold;
    const double returned = answered + scenario.floor_s + back + last_late;
    model::Exchange exchange;
    exchange.t1 = kLocalStart + whole(clock.read(at, random) + erring());
    exchange.t2 = kServerStart + whole(received + server_step + erring());
    exchange.t3 = kServerStart + whole(answered + server_step + erring());
    exchange.t4 = kLocalStart + whole(clock.read(returned, random) + erring());
    run.exchanges.push_back(exchange);
  }
  return run;
}

double log_density(const Scenario& scenario, bool forward, double wait_s) {
  const double mean = scenario.queueing_s;
  switch (scenario.law) {
    case Law::exponential:
      return -wait_s / mean;
    case Law::gamma2:
      return std::log(wait_s / mean) - 2 * wait_s / mean;
    case Law::gamma4:
      return 3 * std::log(wait_s / mean) - 4 * wait_s / mean;
    case Law::lomax:
      return -(kLomaxExponent + 1) * std::log1p(wait_s / (mean * (kLomaxExponent - 1)));
    case Law::asymmetric:
      return -wait_s / asymmetric_mean(mean, forward);
    case Law::normal: {
      const double off = wait_s / mean - 4;
      return -off * off / 2;
    }
  }
  throw std::logic_error("no such law");
}

}  // namespace guestclock::sim
