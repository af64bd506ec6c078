#include "system/linux/network.h"

#include <algorithm>
#include <cerrno>

#include <netdb.h>
#include <poll.h>
#include <sys/random.h>

#include <fmt/format.h>

#include "base/text.h"
#include "system/linux/poll_timeout.h"
#include "system/linux/udp_listener.h"
#include "system/linux/udp_socket.h"

namespace guestclock::system {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

Result<std::vector<Endpoint>> LiveNetwork::resolve(std::string_view host,
                                                   std::uint16_t port) const {
  if (host.empty() || host.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::usage, "is no host name", printable(host));
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICSERV;  // not AI_ADDRCONFIG: it hides ::1 where only loopback is up
  const std::string name(host);
  const std::string service = fmt::format("{}", port);
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(name.c_str(), service.c_str(), &hints, &list);
  const int system_error = errno;
  const std::unique_ptr<addrinfo, FreeAddresses> owned(list);
  if (error != 0) {
    Error out;
    out.code = ErrorCode::network;
    out.message = ::gai_strerror(error);
    out.path = printable(host);
    out.system_errno = error == EAI_SYSTEM ? system_error : 0;
    return tl::make_unexpected(std::move(out));
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    auto endpoint = to_endpoint(entry->ai_addr, entry->ai_addrlen);
    if (!endpoint) continue;
    const bool known = std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint& other) {
      return other.text == endpoint->text;
    });
    if (!known) endpoints.push_back(std::move(*endpoint));
  }
  if (endpoints.empty()) {
    return fail(ErrorCode::network, "has no IPv4 or IPv6 address", printable(host));
  }
  return endpoints;
}

Result<std::unique_ptr<UdpSocket>> LiveNetwork::open(const Endpoint& endpoint,
                                                     Answers answers) const {
  auto socket = LiveUdpSocket::open(endpoint, answers);
  if (!socket) return tl::make_unexpected(std::move(socket).error());
  return std::unique_ptr<UdpSocket>(std::move(*socket));
}

Result<std::unique_ptr<UdpListener>> LiveNetwork::listen_on_loopback() const {
  auto listener = LoopbackListener::bind();
  if (!listener) return tl::make_unexpected(std::move(listener).error());
  return std::unique_ptr<UdpListener>(std::move(*listener));
}

Result<bool> LiveNetwork::wait(std::span<UdpSocket* const> sockets, Nanoseconds timeout) const {
  std::vector<pollfd> polled;
  polled.reserve(sockets.size());
  for (UdpSocket* const socket : sockets) {
    const auto* const own = dynamic_cast<const LiveUdpSocket*>(socket);
    if (own == nullptr) return fail(ErrorCode::usage, "is no socket of this network");
    if (own->has_pending_error()) return true;
    polled.push_back({own->fd(), POLLIN, 0});
  }
  const int ready = ::poll(polled.data(), polled.size(), poll_timeout(timeout));
  if (ready >= 0) return ready > 0;
  if (errno == EINTR) return false;
  return fail_errno(errno, "cannot wait for an answer");
}

Result<std::uint64_t> LiveNetwork::random_u64() const {
  std::uint64_t bits = 0;
  if (::getentropy(&bits, sizeof bits) != 0) {
    return fail_errno(errno, "cannot get random bits from the kernel");
  }
  return bits;
}

}  // namespace guestclock::system
