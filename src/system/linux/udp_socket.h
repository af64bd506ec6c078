// A UDP socket that says when datagrams arrived.
#pragma once

#include <optional>

#include <sys/socket.h>

#include "base/unique_fd.h"
#include "system/system.h"

namespace guestclock::system {

class LiveUdpSocket final : public UdpSocket {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LiveUdpSocket>> open(const Endpoint& endpoint,
                                                                   Network::Answers answers);

  /// `network` where it cannot be sent. An ICMP error about an earlier datagram, which the kernel
  /// hands to whatever call comes next, is kept for receive() and does not stop this one.
  [[nodiscard]] Result<void> send(std::span<const std::uint8_t> bytes) override;
  /// `network` where an ICMP error came instead of an answer: the socket stays usable.
  [[nodiscard]] Result<std::optional<Datagram>> receive() override;

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// receive() has something to say even though no datagram is there.
  [[nodiscard]] bool has_pending_error() const { return pending_error_ != 0; }

 private:
  LiveUdpSocket(UniqueFd fd, Endpoint peer, bool connected)
      : fd_(std::move(fd)), peer_(std::move(peer)), connected_(connected) {}
  [[nodiscard]] ssize_t send_once(std::span<const std::uint8_t> bytes) const;

  UniqueFd fd_;
  Endpoint peer_;
  bool connected_;
  int pending_error_ = 0;
};

/// As the kernel wants it; the size in `size`.
[[nodiscard]] sockaddr_storage to_sockaddr(const Endpoint& endpoint, socklen_t& size);
/// Nothing for another family than IPv4 and IPv6.
[[nodiscard]] std::optional<Endpoint> to_endpoint(const sockaddr* address, socklen_t size);

}  // namespace guestclock::system
