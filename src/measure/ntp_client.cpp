#include "measure/ntp_client.h"

#include <algorithm>
#include <array>

#include "measure/clock_reading.h"

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using system::ClockId;

constexpr Nanoseconds kStopCheck = milliseconds(100);  // the seam returns early on a signal anyway
// A fake-time library scales a timeout and cuts it to whole milliseconds: one would become none.
constexpr Nanoseconds kShortestWait = milliseconds(2);
constexpr std::size_t kRealtimeTries = 5;
constexpr std::size_t kRemembered = 8;
constexpr std::int64_t kRoundTripsToWait = 8;
constexpr std::int64_t kWarmupShare = 10;  // of a run too short for the whole warm-up

/// What the kernel and we stamped; which one counts is known when the run is over.
struct Stamped {
  Nanoseconds t1{};
  Nanoseconds t2{};
  Nanoseconds t3{};
  Nanoseconds user{};
  std::optional<Nanoseconds> kernel;
};

struct PendingRequest {
  std::uint64_t transmit = 0;
  Nanoseconds sent{};
};

class Conversation {
 public:
  Conversation(const LocatedServer& server, const NtpPolicy& policy)
      : endpoints_(server.endpoints),
        policy_(policy),
        sends_(server.own ? policy.own : policy.foreign) {
    record_.seen.no_address = server.no_address;
    record_.seen.addresses = endpoints_.size();
  }

  void plan(Nanoseconds from, Nanoseconds to, double phase, const std::function<double()>& random) {
    if (!endpoints_.empty()) slots_ = plan_sends(sends_, from, to, phase, random);
  }

  /// Still to be asked, or an answer still awaited.
  [[nodiscard]] bool active() const { return !endpoints_.empty() && record_.seen.kiss.empty(); }
  [[nodiscard]] system::UdpSocket* listening() const {
    return active() && !muted_ ? socket_.get() : nullptr;
  }

  /// When the next request is due; nothing when there is none.
  [[nodiscard]] std::optional<Nanoseconds> due() const {
    if (!active() || next_ >= slots_.size()) return std::nullopt;
    return last_sent_ ? std::max(slots_[next_], *last_sent_ + sends_.gap) : slots_[next_];
  }

  void send_if_due(const system::System& system, Nanoseconds now) {
    const std::optional<Nanoseconds> instant = due();
    if (!instant || *instant > now) return;
    // After a pause of the guest the missed slots are gone: requests sent back to back queue
    // behind each other and say the same thing.
    while (next_ < slots_.size() && slots_[next_] <= now)
      ++next_;
    if (awaits_answer(now)) return;
    send(system);
  }

  /// Handles what has arrived, a bounded number of datagrams.
  void receive(const system::System& system, ReceiveStamps& stamps) {
    for (std::size_t i = 0; i < policy_.datagrams_per_wake && listening() != nullptr; ++i) {
      const Result<std::optional<system::Datagram>> datagram = socket_->receive();
      if (!datagram) {
        // Mostly "connection refused" by way of ICMP. The next request opens the ear again, so a
        // socket in error cannot keep the loop spinning.
        record_.seen.last_error = describe(datagram.error());
        give_up();
        muted_ = true;
        return;
      }
      if (!*datagram) return;
      handle(**datagram, system.clocks(), stamps);
    }
  }

  [[nodiscard]] bool awaits_answer(Nanoseconds now) const {
    return active() && outstanding_ && now - outstanding_->sent < patience();
  }

  [[nodiscard]] ServerRecord record(const ReceiveStamps& stamps) const {
    ServerRecord record = record_;
    record.exchanges.reserve(stamped_.size());
    for (const Stamped& s : stamped_) {
      record.exchanges.push_back({s.t1, s.t2, s.t3, stamps.receive_stamp(s.kernel, s.user)});
    }
    return record;
  }

 private:
  /// How long the outstanding request may keep the next one back.
  [[nodiscard]] Nanoseconds patience() const {
    if (!shortest_) return policy_.answer_wait;
    return std::min(policy_.answer_wait, *shortest_ * kRoundTripsToWait);
  }

  void send(const system::System& system) {
    const Result<std::uint64_t> transmit = system.network().random_u64();
    if (!transmit) {
      record_.seen.last_error = describe(transmit.error());
      return;
    }
    give_up();
    muted_ = false;
    if (!open_socket(system.network())) return;

    NtpHeader request;
    request.mode = kNtpModeClient;
    request.transmit = *transmit;
    const std::array<std::uint8_t, kNtpHeaderBytes> bytes = encode(request);
    const Result<Nanoseconds> t1 = system.clocks().read(ClockId::monotonic_raw);
    if (!t1) {
      record_.seen.last_error = describe(t1.error());
      return;
    }
    last_sent_ = *t1;
    const Result<void> sent = socket_->send(bytes);
    if (!sent) {
      record_.seen.last_error = describe(sent.error());
      return;
    }
    ++record_.seen.sent;
    record_.seen.reach = static_cast<std::uint8_t>(record_.seen.reach << 1U);
    outstanding_ = PendingRequest{*transmit, *t1};
  }

  /// False where there is no way to the address whose turn it is.
  [[nodiscard]] bool open_socket(const system::Network& network) {
    if (socket_ != nullptr && record_.seen.answers > 0) return true;
    // One address after the other, then the same again with an ear for whoever answers.
    const system::Endpoint& endpoint = endpoints_[attempts_ % endpoints_.size()];
    const bool from_anyone = attempts_ / endpoints_.size() % 2 == 1;
    ++attempts_;
    record_.seen.endpoint = endpoint.text;
    auto opened = network.open(endpoint, from_anyone ? system::Network::Answers::from_anyone
                                                     : system::Network::Answers::from_endpoint);
    if (!opened) {
      record_.seen.last_error = describe(opened.error());
      socket_.reset();
      return false;
    }
    socket_ = std::move(*opened);
    return true;
  }

  void give_up() {
    if (outstanding_) remember(outstanding_->transmit);
    outstanding_.reset();
  }

  void remember(std::uint64_t transmit) {
    finished_.at(finished_count_ % kRemembered) = transmit;
    ++finished_count_;
  }

  [[nodiscard]] bool remembered(std::uint64_t origin) const {
    const auto end =
        finished_.begin() + static_cast<std::ptrdiff_t>(std::min(finished_count_, kRemembered));
    return std::find(finished_.begin(), end, origin) != end;
  }

  void handle(const system::Datagram& datagram, const system::Clocks& clocks,
              ReceiveStamps& stamps) {
    BogusCounts& bogus = record_.seen.bogus;
    if (datagram.truncated) {
      ++bogus.oversized;
      return;
    }
    const std::optional<NtpHeader> header = parse_header(datagram.bytes);
    if (!header) {
      ++bogus.too_short;
      return;
    }
    if (header->mode != kNtpModeServer || header->version == 0) {
      ++bogus.wrong_mode;
      return;
    }
    if (!outstanding_ || header->origin != outstanding_->transmit) {
      // A second answer to the same request, or one that came after we had given it up: late, but
      // no lie. It is dropped without a word.
      if (!remembered(header->origin)) ++bogus.wrong_origin;
      return;
    }
    if (datagram.stranger) {
      ++bogus.from_elsewhere;
      record_.seen.answers_from = datagram.stranger->text;
      return;
    }
    accept(*header, datagram, clocks, stamps);
  }

  void accept(const NtpHeader& header, const system::Datagram& datagram,
              const system::Clocks& clocks, ReceiveStamps& stamps) {
    const PendingRequest request = *outstanding_;
    give_up();

    const std::string refid = refid_text(header.stratum, header.refid);
    if (header.stratum == 0 && is_stop_code(refid)) {
      record_.seen.kiss = refid;
      record_.seen.last = header;
      return;
    }
    const Stamped stamped{request.sent, since_1970(header.receive), since_1970(header.transmit),
                          datagram.received_raw, datagram.kernel_raw};
    const Nanoseconds round_trip = stamped.user - stamped.t1;
    const Nanoseconds hold = stamped.t3 - stamped.t2;
    if (header.receive == 0 || header.transmit == 0 || hold < -policy_.coarse_clock ||
        round_trip - hold < -policy_.coarse_clock) {
      ++record_.seen.bogus.contradictory;
      return;
    }
    stamps.observe(stamped.t1, stamped.kernel, stamped.user);
    stamped_.push_back(stamped);
    shortest_ = shortest_ ? std::min(*shortest_, round_trip) : round_trip;
    record_.seen.last = header;
    ++record_.seen.answers;
    record_.seen.reach |= 1U;
    const Result<Sandwich> realtime = narrowest_sandwich(clocks, ClockId::realtime, kRealtimeTries);
    record_.realtime_minus_raw.push_back(realtime ? std::optional(realtime->clock - realtime->raw)
                                                  : std::nullopt);
  }

  std::span<const system::Endpoint> endpoints_;
  std::unique_ptr<system::UdpSocket> socket_;
  std::size_t attempts_ = 0;  ///< sockets opened
  const NtpPolicy& policy_;
  const SendPolicy& sends_;
  std::vector<Nanoseconds> slots_;
  std::size_t next_ = 0;
  std::optional<Nanoseconds> last_sent_;
  std::optional<PendingRequest> outstanding_;
  std::array<std::uint64_t, kRemembered> finished_{};  ///< transmit stamps answered or given up
  std::size_t finished_count_ = 0;
  std::optional<Nanoseconds> shortest_;  ///< round trip
  bool muted_ = false;
  std::vector<Stamped> stamped_;
  ServerRecord record_;
};

/// Uniform in [0, 1); the middle where the machine has no random numbers.
double uniform(const system::Network& network) {
  const Result<std::uint64_t> bits = network.random_u64();
  return bits ? static_cast<double>(*bits >> 11U) * 0x1p-53 : 0.5;
}

/// Notices a time base that stands still: without it, the run would never end.
class StandstillWatch {
 public:
  /// A wait that may have taken `timeout` began at `now`.
  void waited(Nanoseconds timeout, Nanoseconds now) {
    stood_ = now == last_ ? stood_ + timeout : Nanoseconds(0);
    last_ = now;
  }
  [[nodiscard]] bool longer_than(Nanoseconds duration) const {
    return stood_ > duration + std::chrono::seconds(1);
  }

 private:
  Nanoseconds last_{};
  Nanoseconds stood_{};
};

NtpRun outcome_of(const std::vector<Conversation>& conversations, const ReceiveStamps& stamps) {
  NtpRun run;
  run.kernel_stamps = stamps.believed();
  run.servers.reserve(conversations.size());
  for (const Conversation& conversation : conversations)
    run.servers.push_back(conversation.record(stamps));
  return run;
}

}  // namespace

NtpRun run_ntp(const system::System& system, std::span<const LocatedServer> servers,
               const NtpPolicy& policy, const RunLimits& limits, const StopFlag& stop) {
  const Nanoseconds duration = limits.duration;
  const system::Network& network = system.network();
  const Result<Nanoseconds> start = system.clocks().read(ClockId::monotonic_raw);
  const Nanoseconds from = start.value_or(Nanoseconds(0));
  const Nanoseconds warmup = std::min(policy.warmup, duration / kWarmupShare);
  std::vector<Conversation> conversations;
  conversations.reserve(servers.size());
  for (const LocatedServer& server : servers) {
    const double phase =
        static_cast<double>(conversations.size()) / static_cast<double>(servers.size());
    conversations.emplace_back(server, policy);
    conversations.back().plan(from + warmup, from + duration - warmup, phase,
                              [&network] { return uniform(network); });
  }

  ReceiveStamps stamps;
  StandstillWatch standstill;
  Nanoseconds next_look = from + policy.refit;
  std::vector<system::UdpSocket*> sockets;
  while (!stop.requested() && !standstill.longer_than(duration)) {
    const Result<Nanoseconds> now = system.clocks().read(ClockId::monotonic_raw);
    if (!now) break;
    const bool anyone = std::any_of(conversations.begin(), conversations.end(),
                                    [](const Conversation& c) { return c.active(); });
    const Nanoseconds end = from + (anyone ? duration : std::min(duration, limits.alone));
    if (*now >= end) break;
    const bool quiet = std::none_of(conversations.begin(), conversations.end(),
                                    [&](const Conversation& c) { return c.awaits_answer(*now); });
    if (limits.enough && quiet && *now >= next_look) {
      next_look = *now + policy.refit;
      if (limits.enough(outcome_of(conversations, stamps))) break;
      continue;  // that took time
    }

    Nanoseconds wake = std::min(*now + kStopCheck, end);
    sockets.clear();
    for (Conversation& conversation : conversations) {
      conversation.send_if_due(system, *now);
      if (const auto due = conversation.due()) wake = std::min(wake, *due);
      if (conversation.listening() != nullptr) sockets.push_back(conversation.listening());
    }
    const Nanoseconds timeout = std::max(wake - *now, kShortestWait);
    const Result<bool> ready = network.wait(sockets, timeout);
    if (!ready) break;
    standstill.waited(*ready ? kShortestWait : timeout, *now);
    if (!*ready) continue;
    for (Conversation& conversation : conversations)
      conversation.receive(system, stamps);
  }

  return outcome_of(conversations, stamps);
}

}  // namespace guestclock::measure
