// UDP, name resolution and random bits.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class LiveNetwork final : public Network {
 public:
  [[nodiscard]] Result<std::vector<Endpoint>> resolve(std::string_view host,
                                                      std::uint16_t port) const override;
  [[nodiscard]] Result<std::unique_ptr<UdpSocket>> open(const Endpoint& endpoint,
                                                        Answers answers) const override;
  [[nodiscard]] Result<std::unique_ptr<UdpListener>> listen_on_loopback() const override;
  /// `usage` for sockets that open() did not make.
  [[nodiscard]] Result<bool> wait(std::span<UdpSocket* const> sockets,
                                  Nanoseconds timeout) const override;
  [[nodiscard]] Result<std::uint64_t> random_u64() const override;
};

}  // namespace guestclock::system
