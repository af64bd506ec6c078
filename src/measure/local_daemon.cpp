#include "measure/local_daemon.h"

#include <array>
#include <chrono>
#include <utility>

#include "measure/chrony_report.h"
#include "measure/daemon_judgement.h"
#include "measure/ntp_control.h"
#include "measure/timesync_report.h"

namespace guestclock::measure {
namespace {

using model::Fact;
using model::LocalDaemon;

constexpr Nanoseconds kPatience = std::chrono::seconds(2);
constexpr Nanoseconds kStopCheck = std::chrono::milliseconds(100);
constexpr std::uint16_t kNtpPort = 123;
constexpr std::size_t kDatagramsMax = 256;  // taken for one answer, whoever sends them

system::Endpoint own_ntp_port() {
  system::Endpoint endpoint;
  endpoint.text = "127.0.0.1:123";
  endpoint.address = {127, 0, 0, 1};
  endpoint.port = kNtpPort;
  return endpoint;
}

/// When the daemon has had its time.
class Deadline {
 public:
  explicit Deadline(const system::Clocks& clocks) : clocks_(clocks), start_(now()) {}

  /// None on a machine without the clock.
  [[nodiscard]] Nanoseconds left() const {
    const auto here = now();
    return start_ && here ? *start_ + kPatience - *here : Nanoseconds::zero();
  }

 private:
  [[nodiscard]] Result<Nanoseconds> now() const { return clocks_.read(system::ClockId::monotonic); }

  const system::Clocks& clocks_;
  Result<Nanoseconds> start_;
};

Result<Nanoseconds> wall_clock(const system::System& system) {
  return system.clocks().read(system::ClockId::realtime);
}

/// ntpd, over one socket.
class Conversation {
 public:
  Conversation(const system::System& system, const StopFlag& stop)
      : network_(system.network()), deadline_(system.clocks()), stop_(stop) {}

  Result<void> open() {
    auto socket = network_.open(own_ntp_port(), system::Network::Answers::from_endpoint);
    if (!socket) return tl::make_unexpected(std::move(socket).error());
    socket_ = std::move(*socket);
    return {};
  }

  Result<std::string> ask(ControlRequest::Operation operation, std::uint16_t association) {
    ControlRequest request;
    request.operation = operation;
    request.association = association;
    request.sequence = ++sequence_;
    if (auto sent = socket_->send(encode(request)); !sent) {
      return tl::make_unexpected(std::move(sent).error());
    }
    ControlAnswer answer(request);
    for (std::size_t taken = 0; taken < kDatagramsMax; ++taken) {
      auto datagram = receive();
      if (!datagram) return tl::make_unexpected(std::move(datagram).error());
      if (auto added = answer.add(datagram->bytes); !added) {
        return tl::make_unexpected(std::move(added).error());
      }
      if (answer.complete()) return answer.text();
    }
    return fail(ErrorCode::malformed, "what comes from its port is no answer");
  }

 private:
  Result<system::Datagram> receive() {
    while (!stop_.requested()) {
      auto datagram = socket_->receive();
      if (!datagram) return tl::make_unexpected(std::move(datagram).error());
      if (*datagram) return std::move(**datagram);
      const Nanoseconds left = deadline_.left();
      if (left <= Nanoseconds::zero()) {
        return fail(ErrorCode::timeout,
                    "it does not answer on 127.0.0.1: its restrict lines may forbid it (noquery)");
      }
      const std::array<system::UdpSocket*, 1> sockets{socket_.get()};
      const auto ready = network_.wait(sockets, std::min(left, kStopCheck));
      if (!ready) return tl::make_unexpected(ready.error());
    }
    return fail(ErrorCode::timeout, "interrupted before it answered");
  }

  const system::Network& network_;
  Deadline deadline_;
  const StopFlag& stop_;
  std::unique_ptr<system::UdpSocket> socket_;
  std::uint16_t sequence_ = 0;
};

Result<LocalDaemon> ask_ntpd(const system::System& system, const StopFlag& stop) {
  using Operation = ControlRequest::Operation;
  Conversation ntpd(system, stop);
  if (auto opened = ntpd.open(); !opened) return tl::make_unexpected(std::move(opened).error());
  const auto told = ntpd.ask(Operation::read_variables, 0);
  if (!told) return tl::make_unexpected(told.error());
  const ControlVariables variables = parse_control_variables(*told);
  auto daemon = daemon_of(variables);
  if (!daemon) return daemon;
  const auto associations = ntpd.ask(Operation::read_status, 0);
  if (!associations) return tl::make_unexpected(associations.error());
  for (const ControlAssociation& association : parse_control_associations(*associations)) {
    // It may have gone since: the others still count.
    const auto peer = ntpd.ask(Operation::read_variables, association.id);
    if (!peer) continue;
    const ControlVariables told_of_peer = parse_control_variables(*peer);
    if (is_pool_entry(told_of_peer)) continue;
    daemon->sources.push_back(source_of(association, told_of_peer, variables));
  }
  return daemon;
}

Result<LocalDaemon> ask_chronyd(const system::System& system, const StopFlag& stop) {
  const auto tracking =
      system.queries().answer(system::Query::chrony_tracking, kPatience / 2, stop);
  if (!tracking) return tl::make_unexpected(tracking.error());
  const auto now = wall_clock(system);
  if (!now) return tl::make_unexpected(now.error());
  auto daemon = parse_chrony_tracking(*tracking, *now);
  if (!daemon) return daemon;
  const auto told = system.queries().answer(system::Query::chrony_sources, kPatience / 2, stop);
  if (!told) return tl::make_unexpected(told.error());
  auto sources = parse_chrony_sources(*told);
  if (!sources) return tl::make_unexpected(std::move(sources).error());
  daemon->sources = std::move(*sources);
  return daemon;
}

Result<LocalDaemon> ask_timesyncd(const system::System& system, const StopFlag& stop) {
  const auto told = system.queries().answer(system::Query::timesyncd_state, kPatience, stop);
  if (!told) return tl::make_unexpected(told.error());
  const auto now = wall_clock(system);
  if (!now) return tl::make_unexpected(now.error());
  return parse_timesync(*told, *now);
}

Result<LocalDaemon> ask(const system::System& system, const std::string& name,
                        const StopFlag& stop) {
  if (name == "chronyd") return ask_chronyd(system, stop);
  if (name == "ntpd" || name == "ntpsec") return ask_ntpd(system, stop);
  if (name == "systemd-timesyncd") return ask_timesyncd(system, stop);
  return fail(ErrorCode::unsupported,
              "it cannot be asked over the network or by a program that "
              "writes nothing");
}

}  // namespace

std::vector<LocalDaemon> ask_local_daemons(const system::System& system,
                                           const std::vector<std::string>& names,
                                           const StopFlag& stop) {
  const auto timex = system.counters().timex();
  std::vector<LocalDaemon> daemons;
  for (const std::string& name : names) {
    auto told = ask(system, name, stop);
    LocalDaemon daemon = told ? std::move(*told) : unknown_daemon(name, describe(told.error()));
    daemon.name = name;
    daemon.kernel_synchronised =
        timex ? Fact<bool>(timex->synchronised) : Fact<bool>::unknown(timex.error().message);
    if (told) judge_daemon(daemon);
    daemons.push_back(std::move(daemon));
  }
  return daemons;
}

}  // namespace guestclock::measure
