#include "system/linux/udp_listener.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "system/linux/poll_timeout.h"
#include "system/linux/udp_socket.h"

namespace guestclock::system {
namespace {

constexpr std::size_t kMaxDatagram = 2048;

tl::unexpected<Error> listener_error(int error, const char* what) {
  Error out = error_from_errno(error, what, "127.0.0.1");
  out.code = ErrorCode::network;
  return tl::make_unexpected(std::move(out));
}

}  // namespace

Result<std::unique_ptr<LoopbackListener>> LoopbackListener::bind() {
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return listener_error(errno, "cannot make a UDP socket");
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
    return listener_error(errno, "cannot listen");
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return listener_error(errno, "cannot tell the port");
  }
  auto endpoint = to_endpoint(reinterpret_cast<const sockaddr*>(&bound), size);
  if (!endpoint) return listener_error(EAFNOSUPPORT, "cannot tell the port");
  return std::unique_ptr<LoopbackListener>(
      new LoopbackListener(std::move(fd), std::move(*endpoint)));
}

Result<std::optional<UdpListener::Request>> LoopbackListener::receive(Nanoseconds timeout) {
  pollfd waited{fd_.get(), POLLIN, 0};
  const int ready = ::poll(&waited, 1, poll_timeout(timeout));
  if (ready == 0 || (ready < 0 && errno == EINTR)) return std::optional<Request>();
  if (ready < 0) return listener_error(errno, "cannot wait for a request");

  Request request;
  Datagram& datagram = request.datagram;
  datagram.bytes.resize(kMaxDatagram);
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const ssize_t length = ::recvfrom(fd_.get(), datagram.bytes.data(), datagram.bytes.size(),
                                    MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &size);
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  datagram.received_raw = std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::optional<Request>();
    return listener_error(errno, "cannot receive");
  }
  datagram.truncated = static_cast<std::size_t>(length) > kMaxDatagram;
  datagram.bytes.resize(std::min(static_cast<std::size_t>(length), kMaxDatagram));
  auto sender = to_endpoint(reinterpret_cast<const sockaddr*>(&from), size);
  if (!sender) return std::optional<Request>();
  request.from = std::move(*sender);
  return std::optional<Request>(std::move(request));
}

Result<void> LoopbackListener::answer(const Endpoint& to, std::span<const std::uint8_t> bytes) {
  socklen_t size = 0;
  const sockaddr_storage address = to_sockaddr(to, size);
  if (::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size) < 0) {
    return listener_error(errno, "cannot send");
  }
  return {};
}

}  // namespace guestclock::system
