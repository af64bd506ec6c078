#include "measure/selftest.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <system_error>
#include <thread>
#include <utility>

#include "measure/drift_summary.h"
#include "measure/measure.h"
#include "measure/median.h"
#include "measure/ntp_packet.h"
#include "measure/policy.h"

namespace guestclock::measure {
namespace {

using model::Fact;

constexpr std::chrono::seconds kDuration(10);
constexpr std::chrono::milliseconds kEndCheck(50);
// The server's clock gains this per second of CLOCK_MONOTONIC_RAW: no rate that a guest has by
// accident, and not its own inverse.
constexpr double kServerGain = -123.456e-6;
// What it shows at the start: any time that NTP can tell; here 2026-11-23T00:00:00Z.
constexpr std::chrono::seconds kServerEpoch(1'795'392'000);
constexpr double kMillion = 1e6;
constexpr double kKnownPpm = (1 / (1 + kServerGain) - 1) * kMillion;
constexpr double kHalfWidths = 3;

/// The server: answers on a thread of its own until this object goes.
class WrongClock {
 public:
  /// Throws std::system_error where no thread can be made.
  WrongClock(system::UdpListener& listener, const system::Clocks& clocks, Nanoseconds raw_start)
      : listener_(listener), clocks_(clocks), raw_start_(raw_start), thread_([this] { serve(); }) {}
  ~WrongClock() {
    done_ = true;
    thread_.join();
  }
  WrongClock(const WrongClock&) = delete;
  WrongClock& operator=(const WrongClock&) = delete;

 private:
  void serve() {
    while (!done_) {
      const auto request = listener_.receive(kEndCheck);
      // An error would come again: without answers the selftest says that none came.
      if (!request) return;
      if (*request) answer(**request);
    }
  }

  void answer(const system::UdpListener::Request& request) {
    const auto asked = parse_header(request.datagram.bytes);
    if (!asked || asked->mode != kNtpModeClient) return;
    NtpHeader header;
    header.version = asked->version;
    header.mode = kNtpModeServer;
    header.stratum = 1;
    header.precision = -25;
    header.refid = {'T', 'E', 'S', 'T'};
    header.origin = asked->transmit;
    header.receive = stamp(request.datagram.received_raw);
    header.reference = header.receive;
    const Result<Nanoseconds> now = clocks_.read(system::ClockId::monotonic_raw);
    header.transmit = stamp(now.value_or(request.datagram.received_raw));
    // One answer that is lost is one exchange less.
    static_cast<void>(listener_.answer(request.from, encode(header)));
  }

  [[nodiscard]] std::uint64_t stamp(Nanoseconds raw) const {
    const Nanoseconds elapsed = raw - raw_start_;
    const auto gain = std::llround(static_cast<double>(elapsed.count()) * kServerGain);
    return ntp_timestamp(kServerEpoch + elapsed + Nanoseconds(gain));
  }

  system::UdpListener& listener_;
  const system::Clocks& clocks_;
  Nanoseconds raw_start_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

model::Selftest unknown_selftest(const std::string& reason) {
  model::Selftest result;
  result.known_rate_error_ppm = kKnownPpm;
  result.works = Fact<bool>::unknown(reason);
  result.noise_floor_ppm = Fact<double>::unknown(reason);
  result.round_trip_s = Fact<double>::unknown(reason);
  result.queueing_s = Fact<double>::unknown(reason);
  result.drift = unknown_drift(reason);
  return result;
}

void fill_delays(const std::vector<model::Exchange>& exchanges, model::Selftest& result) {
  std::vector<double> delays;
  delays.reserve(exchanges.size());
  for (const model::Exchange& exchange : exchanges)
    delays.push_back(to_seconds(exchange.delay()));
  const double smallest = *std::min_element(delays.begin(), delays.end());
  result.round_trip_s = smallest;
  result.queueing_s = (median(std::move(delays)) - smallest) / 2;
}

}  // namespace

model::Fact<bool> judge_selftest(double known_ppm, const model::Drift& drift, double wide_ppm) {
  if (!drift.rate_error_ppm.known()) return Fact<bool>::unknown(drift.rate_error_ppm.reason());
  const double half_width = drift.ci95_ppm.value().half_width();
  return std::abs(drift.rate_error_ppm.value() - known_ppm) <= kHalfWidths * half_width &&
         half_width <= wide_ppm;
}

model::Selftest selftest(const system::System& system, const tables::Thresholds& thresholds,
                         const StopFlag& stop) {
  const auto listener = system.network().listen_on_loopback();
  if (!listener) return unknown_selftest(describe(listener.error()));
  const auto raw = system.clocks().read(system::ClockId::monotonic_raw);
  if (!raw) return unknown_selftest(describe(raw.error()));

  Request request;
  request.servers = {(*listener)->endpoint().text};
  request.duration = kDuration;
  request.ticks = false;
  Outcome outcome;
  try {
    const WrongClock server(**listener, system.clocks(), *raw);
    outcome = measure(system, thresholds, request, stop);
  } catch (const std::system_error& no_thread) {
    return unknown_selftest(std::string("cannot start the server's thread: ") + no_thread.what());
  }

  model::Drift& drift = outcome.measurements.drift;
  if (!drift.ci95_ppm.known()) return unknown_selftest(drift.ci95_ppm.reason());
  model::Selftest result;
  result.known_rate_error_ppm = kKnownPpm;
  result.drift = std::move(drift);
  result.works = judge_selftest(kKnownPpm, result.drift, drift_policy(thresholds).wide_ppm);
  result.noise_floor_ppm = result.drift.ci95_ppm.value().half_width();
  fill_delays(outcome.recorded.front().exchanges, result);
  return result;
}

}  // namespace guestclock::measure
