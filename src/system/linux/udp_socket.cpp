#include "system/linux/udp_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>

#include <fmt/format.h>

namespace guestclock::system {
namespace {

constexpr std::size_t kMaxDatagram = 2048;
constexpr std::size_t kControlSize = 256;

tl::unexpected<Error> network_error(int error, std::string what, std::string peer) {
  Error out = error_from_errno(error, std::move(what), std::move(peer));
  out.code = ErrorCode::network;
  if (error == ECONNREFUSED) out.hint = "nothing listens on that port";
  return tl::make_unexpected(std::move(out));
}

/// Errors that say something about a datagram sent before, not about the call that returns them.
bool is_late_icmp(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
         error == EHOSTDOWN || error == ENOPROTOOPT || error == EPROTO;
}

Nanoseconds to_nanoseconds(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

Nanoseconds read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return to_nanoseconds(now);
}

/// A stamp of CLOCK_REALTIME carried to CLOCK_MONOTONIC_RAW: REALTIME is read between two readings
/// of RAW, and the narrowest of a few such sandwiches says how far apart the two clocks are.
Nanoseconds carry_to_raw(Nanoseconds realtime_stamp) {
  constexpr int kTries = 4;
  Nanoseconds width = Nanoseconds::max();
  Nanoseconds raw_minus_realtime{};
  for (int i = 0; i < kTries; ++i) {
    const Nanoseconds before = read_clock(CLOCK_MONOTONIC_RAW);
    const Nanoseconds realtime = read_clock(CLOCK_REALTIME);
    const Nanoseconds after = read_clock(CLOCK_MONOTONIC_RAW);
    if (after - before >= width) continue;
    width = after - before;
    raw_minus_realtime = before + width / 2 - realtime;
  }
  return realtime_stamp + raw_minus_realtime;
}

std::optional<Nanoseconds> kernel_stamp(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS) continue;
    if (header->cmsg_len < CMSG_LEN(sizeof(timespec))) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
    return to_nanoseconds(stamp);
  }
  return std::nullopt;
}

/// The sender, unless that is the peer.
std::optional<Endpoint> stranger(const sockaddr_storage& sender, socklen_t size,
                                 const Endpoint& peer) {
  auto from = to_endpoint(reinterpret_cast<const sockaddr*>(&sender), size);
  if (!from) return std::nullopt;
  const bool same =
      from->ipv6 == peer.ipv6 && from->address == peer.address && from->port == peer.port;
  return same ? std::nullopt : std::move(from);
}

}  // namespace

sockaddr_storage to_sockaddr(const Endpoint& endpoint, socklen_t& size) {
  sockaddr_storage storage{};
  if (endpoint.ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    address.sin6_scope_id = endpoint.scope;
    std::memcpy(&address.sin6_addr, endpoint.address.data(), sizeof address.sin6_addr);
    std::memcpy(&storage, &address, sizeof address);
    size = sizeof address;
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    std::memcpy(&address.sin_addr, endpoint.address.data(), sizeof address.sin_addr);
    std::memcpy(&storage, &address, sizeof address);
    size = sizeof address;
  }
  return storage;
}

std::optional<Endpoint> to_endpoint(const sockaddr* address, socklen_t size) {
  Endpoint endpoint;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    std::memcpy(endpoint.address.data(), &in.sin_addr, sizeof in.sin_addr);
    endpoint.port = ntohs(in.sin_port);
  } else if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    std::memcpy(endpoint.address.data(), &in.sin6_addr, sizeof in.sin6_addr);
    endpoint.port = ntohs(in.sin6_port);
    endpoint.scope = in.sin6_scope_id;
    endpoint.ipv6 = true;
  } else {
    return std::nullopt;
  }
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return std::nullopt;
  }
  endpoint.text = endpoint.ipv6 ? fmt::format("[{}]:{}", text.data(), endpoint.port)
                                : fmt::format("{}:{}", text.data(), endpoint.port);
  return endpoint;
}

Result<std::unique_ptr<LiveUdpSocket>> LiveUdpSocket::open(const Endpoint& endpoint,
                                                           Network::Answers answers) {
  // Plain SOCK_DGRAM and fcntl: shims that stand between a program and the network in tests know no
  // SOCK_NONBLOCK.
  UniqueFd fd(::socket(endpoint.ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0));
  if (!fd.valid()) return network_error(errno, "cannot make a UDP socket", endpoint.text);
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) < 0 ||
      ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) < 0) {
    return network_error(errno, "cannot set up the UDP socket", endpoint.text);
  }
  socklen_t size = 0;
  const sockaddr_storage address = to_sockaddr(endpoint, size);
  const bool connected = answers == Network::Answers::from_endpoint;
  if (connected && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return network_error(errno, "cannot reach it", endpoint.text);
  }
  // Asked for and not relied upon: stamps that do not come are not there in the datagrams.
  const int on = 1;
  static_cast<void>(::setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on));
  return std::unique_ptr<LiveUdpSocket>(new LiveUdpSocket(std::move(fd), endpoint, connected));
}

ssize_t LiveUdpSocket::send_once(std::span<const std::uint8_t> bytes) const {
  if (connected_) return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  socklen_t size = 0;
  const sockaddr_storage address = to_sockaddr(peer_, size);
  return ::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), size);
}

Result<void> LiveUdpSocket::send(std::span<const std::uint8_t> bytes) {
  constexpr int kAttempts = 3;
  int error = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (send_once(bytes) >= 0) return {};
    error = errno;
    if (error == EINTR) continue;
    if (!is_late_icmp(error)) break;
    pending_error_ = error;
  }
  pending_error_ = 0;  // reported here
  return network_error(error, "cannot send", peer_.text);
}

Result<std::optional<Datagram>> LiveUdpSocket::receive() {
  if (pending_error_ != 0) {
    return network_error(std::exchange(pending_error_, 0), "no answer", peer_.text);
  }
  Datagram datagram;
  datagram.bytes.resize(kMaxDatagram);
  alignas(cmsghdr) std::array<char, kControlSize> control{};
  iovec part{datagram.bytes.data(), datagram.bytes.size()};
  msghdr message{};
  sockaddr_storage sender{};
  ssize_t size = 0;
  do {
    if (!connected_) {
      message.msg_name = &sender;
      message.msg_namelen = sizeof sender;
    }
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    size = ::recvmsg(fd_.get(), &message, 0);
    datagram.received_raw = read_clock(CLOCK_MONOTONIC_RAW);
  } while (size < 0 && errno == EINTR);
  if (size < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::optional<Datagram>();
    return network_error(errno, "no answer", peer_.text);
  }
  // The control data first, while the two clocks are still where they were.
  if (const auto stamp = kernel_stamp(message)) datagram.kernel_raw = carry_to_raw(*stamp);
  if (!connected_) datagram.stranger = stranger(sender, message.msg_namelen, peer_);
  datagram.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  datagram.bytes.resize(std::min(static_cast<std::size_t>(size), kMaxDatagram));
  return std::optional<Datagram>(std::move(datagram));
}

}  // namespace guestclock::system
