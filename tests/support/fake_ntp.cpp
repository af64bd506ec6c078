#include "support/fake_ntp.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace guestclock::support {
namespace {

constexpr std::uint64_t kUnixEpochInNtp = 2'208'988'800U;
constexpr Nanoseconds kForgeryGap = std::chrono::microseconds(10);
constexpr std::size_t kTransmitAt = 40;
constexpr std::size_t kOriginAt = 24;

double uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11U) * 0x1p-53;
}

Nanoseconds draw(const DelayLaw& law, std::mt19937_64& random) {
  Nanoseconds delay = law.floor;
  if (law.queue_mean > Nanoseconds(0)) {
    std::gamma_distribution<double> queue(
        law.queue_shape, static_cast<double>(law.queue_mean.count()) / law.queue_shape);
    delay += Nanoseconds(std::llround(queue(random)));
  }
  if (law.spike_share > 0 && uniform(random) < law.spike_share) {
    delay += Nanoseconds(std::llround(uniform(random) * static_cast<double>(law.spike.count())));
  }
  return delay;
}

std::uint64_t to_ntp(Nanoseconds since_1970) {
  const std::uint64_t ns = static_cast<std::uint64_t>(since_1970.count());
  const std::uint64_t seconds = ns / 1'000'000'000U + kUnixEpochInNtp;
  const auto fraction = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(ns % 1'000'000'000U) * 4.294967296));
  return (seconds << 32U) + fraction;
}

void put64(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }
}

std::uint64_t get64(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8U | bytes[at + i];
  return value;
}

std::optional<std::array<std::uint8_t, 16>> ipv4(std::string_view text) {
  std::array<std::uint8_t, 16> address{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < 4; ++i) {
    const auto [next, error] = std::from_chars(at, end, address[i]);
    if (error != std::errc()) return std::nullopt;
    at = next;
    if (i < 3 && (at == end || *at++ != '.')) return std::nullopt;
  }
  return at == end ? std::optional(address) : std::nullopt;
}

/// `address` is an IPv4 address.
system::Endpoint endpoint_of(const std::string& address, std::uint16_t port) {
  system::Endpoint endpoint;
  endpoint.text = address + ":" + std::to_string(port);
  endpoint.address = ipv4(address).value();
  endpoint.port = port;
  return endpoint;
}

struct Arrival {
  std::vector<std::uint8_t> bytes;
  bool refused = false;
};

}  // namespace

class FakeNetwork::Socket final : public system::UdpSocket {
 public:
  Socket(const FakeNetwork& network, std::size_t server, Answers answers)
      : network_(network),
        server_(network.servers_[server]),
        answers_(answers),
        log_(network.logs_[server]) {}

  Result<void> send(std::span<const std::uint8_t> bytes) override {
    const Nanoseconds now = network_.time_.now();
    const std::uint64_t origin = get64(bytes, kTransmitAt);
    log_.instants.push_back(now);
    log_.transmit_stamps.push_back(origin);
    std::mt19937_64& random = network_.delays_;
    const Nanoseconds there = now + draw(server_.forth, random);
    for (std::size_t i = 0; i < server_.bogus; ++i) {
      arrivals_.emplace(now + kForgeryGap * static_cast<int>(i + 1),
                        Arrival{answer(there, random()), false});
    }
    const bool heard = server_.answers_from.empty() || answers_ == Answers::from_anyone;
    if (server_.silent || !heard || uniform(random) < server_.loss) return {};
    const Nanoseconds here = there + server_.hold + draw(server_.back, random);
    if (server_.refuses) {
      arrivals_.emplace(here, Arrival{{}, true});
      return {};
    }
    const bool kiss = !server_.kiss.empty() && log_.instants.size() > server_.kiss_after;
    std::vector<std::uint8_t> bytes_back = answer(there, server_.wrong_origin ? ~origin : origin);
    if (kiss) make_kiss(bytes_back);
    bytes_back.resize(server_.answer_bytes);
    for (std::size_t i = 0; i <= server_.duplicates; ++i) {
      arrivals_.emplace(here + kForgeryGap * static_cast<int>(i), Arrival{bytes_back, false});
    }
    return {};
  }

  Result<std::optional<system::Datagram>> receive() override {
    const auto first = arrivals_.begin();
    if (first == arrivals_.end() || first->first > network_.time_.now()) {
      return std::optional<system::Datagram>();
    }
    const auto [arrived, arrival] = *first;
    arrivals_.erase(first);
    if (arrival.refused) return fail_errno(ECONNREFUSED, "cannot receive");
    network_.time_.spend(draw(server_.wake, network_.delays_));
    system::Datagram datagram;
    datagram.bytes = arrival.bytes;
    if (!server_.answers_from.empty()) datagram.stranger = endpoint_of(server_.answers_from, 123);
    datagram.received_raw = network_.raw_at_(network_.time_.now());
    if (server_.stamps == FakeNtpServer::Stamps::right) {
      datagram.kernel_raw = network_.raw_at_(arrived);
    } else if (server_.stamps == FakeNtpServer::Stamps::unscaled) {
      datagram.kernel_raw = network_.raw_at_(Nanoseconds(0)) + arrived;
    }
    return std::optional(datagram);
  }

  [[nodiscard]] std::optional<Nanoseconds> next_arrival() const {
    if (arrivals_.empty()) return std::nullopt;
    return arrivals_.begin()->first;
  }

 private:
  [[nodiscard]] Nanoseconds server_clock(Nanoseconds at) const {
    const double gain = static_cast<double>(at.count()) * server_.rate_error_ppm * 1e-6;
    return kSimEpoch + server_.offset + at + Nanoseconds(std::llround(gain));
  }

  [[nodiscard]] std::vector<std::uint8_t> answer(Nanoseconds there, std::uint64_t origin) const {
    std::vector<std::uint8_t> bytes(48);
    bytes[0] = static_cast<std::uint8_t>((server_.leap & 3U) << 6U | (server_.version & 7U) << 3U |
                                         (server_.mode & 7U));
    bytes[1] = server_.stratum;
    bytes[2] = 6;
    bytes[3] = static_cast<std::uint8_t>(server_.precision);
    bytes[6] = 0x10;   // root delay 1/16 s
    bytes[10] = 0x08;  // root dispersion 1/32 s
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[12 + i] = i < server_.refid.size() ? static_cast<std::uint8_t>(server_.refid[i]) : 0;
    }
    if (!server_.reference_zero) put64(bytes, 16, to_ntp(kSimEpoch - std::chrono::seconds(16)));
    put64(bytes, kOriginAt, origin);
    put64(bytes, 32, to_ntp(server_clock(there)));
    put64(bytes, kTransmitAt, to_ntp(server_clock(there + server_.hold) + server_.transmit_lie));
    return bytes;
  }

  void make_kiss(std::vector<std::uint8_t>& bytes) const {
    bytes[0] = static_cast<std::uint8_t>(3U << 6U | 4U << 3U | 4U);
    bytes[1] = 0;
    for (std::size_t i = 0; i < 4; ++i)
      bytes[12 + i] = static_cast<std::uint8_t>(server_.kiss[i]);
  }

  const FakeNetwork& network_;
  const FakeNtpServer& server_;
  Answers answers_;
  Log& log_;
  std::multimap<Nanoseconds, Arrival> arrivals_;
};

FakeNetwork::FakeNetwork(std::vector<FakeNtpServer> servers, std::uint64_t seed, SimTime& time,
                         RawAt raw_at, SleepTo sleep_to)
    : servers_(std::move(servers)),
      time_(time),
      raw_at_(std::move(raw_at)),
      sleep_to_(std::move(sleep_to)),
      delays_(seed),
      bits_(seed ^ 0x9e3779b97f4a7c15U),
      logs_(servers_.size()) {}

FakeNetwork::~FakeNetwork() = default;

Result<std::vector<system::Endpoint>> FakeNetwork::resolve(std::string_view host,
                                                           std::uint16_t port) const {
  std::vector<system::Endpoint> endpoints;
  for (const FakeNtpServer& server : servers_) {
    if (server.host != host && server.address != host) continue;
    if (ipv4(server.address)) endpoints.push_back(endpoint_of(server.address, port));
  }
  if (endpoints.empty()) return fail(ErrorCode::network, "Name or service not known");
  return endpoints;
}

Result<std::unique_ptr<system::UdpSocket>> FakeNetwork::open(const system::Endpoint& endpoint,
                                                             Answers answers) const {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (ipv4(servers_[i].address) == endpoint.address)
      return std::make_unique<Socket>(*this, i, answers);
  }
  return fail_errno(ENETUNREACH, "cannot connect");
}

Result<bool> FakeNetwork::wait(std::span<system::UdpSocket* const> sockets,
                               Nanoseconds timeout) const {
  const Nanoseconds deadline = time_.now() + timeout;
  std::optional<Nanoseconds> arrival;
  for (const system::UdpSocket* socket : sockets) {
    const auto next = dynamic_cast<const Socket&>(*socket).next_arrival();
    if (next && (!arrival || *next < *arrival)) arrival = next;
  }
  if (arrival && *arrival <= deadline) {
    sleep_to_(*arrival);
    return true;
  }
  sleep_to_(deadline);
  return false;
}

Result<std::uint64_t> FakeNetwork::random_u64() const {
  return bits_();
}

const std::vector<Nanoseconds>& FakeNetwork::requests(std::size_t server) const {
  return logs_.at(server).instants;
}

const std::vector<std::uint64_t>& FakeNetwork::transmit_stamps(std::size_t server) const {
  return logs_.at(server).transmit_stamps;
}

}  // namespace guestclock::support
