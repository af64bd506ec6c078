// NTP servers with every fault there is, on a simulated network. The packets are built here byte by
// byte, independently of the product's own encoder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/sim_time.h"
#include "system/system.h"

namespace guestclock::support {

/// True time 0 of every simulation, since 1970: 2026-11-23T00:00:00Z.
inline constexpr Nanoseconds kSimEpoch = std::chrono::seconds(1'795'392'000);

/// One direction's delay: floor + gamma queueing (+ a spike now and then).
struct DelayLaw {
  Nanoseconds floor = std::chrono::microseconds(100);
  Nanoseconds queue_mean{};
  double queue_shape = 1;  ///< 1: exponential; large: nearly constant
  double spike_share = 0;
  Nanoseconds spike{};  ///< uniform up to this
};

struct FakeNtpServer {
  std::string host = "ntp.test";        ///< several servers may have one name
  std::string address = "192.168.7.1";  ///< IPv4 or empty: the name does not resolve
  std::string answers_from;             ///< another IPv4 address; empty: that address

  // Its clock: true time + offset, gaining `rate_error_ppm`.
  Nanoseconds offset{};
  double rate_error_ppm = 0;
  Nanoseconds hold = std::chrono::microseconds(20);  ///< between receive and transmit

  DelayLaw forth;
  DelayLaw back;
  double loss = 0;

  std::uint8_t leap = 0;
  std::uint8_t stratum = 2;
  std::int8_t precision = -20;
  std::string refid = std::string("\x0a\x00\x00\x01", 4);  ///< four bytes
  bool reference_zero = false;

  bool silent = false;
  bool refuses = false;  ///< ICMP port unreachable
  bool wrong_origin = false;
  std::uint8_t mode = 4;
  std::uint8_t version = 4;
  std::size_t answer_bytes = 48;
  std::string kiss;            ///< this kiss code instead of answers
  std::size_t kiss_after = 0;  ///< number of answers before it
  std::size_t duplicates = 0;  ///< further copies of every answer
  std::size_t bogus = 0;       ///< forged answers to every request, 10 us apart
  Nanoseconds transmit_lie{};  ///< added to the transmit time alone

  enum class Stamps { none, right, unscaled };
  /// Kernel receive stamps: none, right, or on a clock that runs at the true rate while the guest's
  /// does not (a fake-time library).
  Stamps stamps = Stamps::none;
  DelayLaw wake{Nanoseconds(0), Nanoseconds(0), 1, 0, Nanoseconds(0)};  ///< until user space reads
};

class FakeNetwork final : public system::Network {
 public:
  using RawAt = std::function<Nanoseconds(Nanoseconds)>;
  using SleepTo = std::function<void(Nanoseconds)>;

  /// `raw_at`: CLOCK_MONOTONIC_RAW at a true instant. `sleep_to`: lets true time pass.
  FakeNetwork(std::vector<FakeNtpServer> servers, std::uint64_t seed, SimTime& time, RawAt raw_at,
              SleepTo sleep_to);
  ~FakeNetwork() override;

  [[nodiscard]] Result<std::vector<system::Endpoint>> resolve(std::string_view host,
                                                              std::uint16_t port) const override;
  [[nodiscard]] Result<std::unique_ptr<system::UdpSocket>> open(const system::Endpoint& endpoint,
                                                                Answers answers) const override;
  [[nodiscard]] Result<bool> wait(std::span<system::UdpSocket* const> sockets,
                                  Nanoseconds timeout) const override;
  [[nodiscard]] Result<std::uint64_t> random_u64() const override;

  /// True instants of the requests sent to a server, in order.
  [[nodiscard]] const std::vector<Nanoseconds>& requests(std::size_t server) const;
  /// The transmit timestamps in them.
  [[nodiscard]] const std::vector<std::uint64_t>& transmit_stamps(std::size_t server) const;

 private:
  class Socket;
  struct Log {
    std::vector<Nanoseconds> instants;
    std::vector<std::uint64_t> transmit_stamps;
  };

  std::vector<FakeNtpServer> servers_;
  SimTime& time_;
  RawAt raw_at_;
  SleepTo sleep_to_;
  mutable std::mt19937_64 delays_;
  mutable std::mt19937_64 bits_;
  mutable std::vector<Log> logs_;
};

}  // namespace guestclock::support
