// A UDP socket bound to 127.0.0.1.
#pragma once

#include "base/unique_fd.h"
#include "system/system.h"

namespace guestclock::system {

class LoopbackListener final : public UdpListener {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LoopbackListener>> bind();

  [[nodiscard]] const Endpoint& endpoint() const override { return endpoint_; }
  [[nodiscard]] Result<std::optional<Request>> receive(Nanoseconds timeout) override;
  [[nodiscard]] Result<void> answer(const Endpoint& to,
                                    std::span<const std::uint8_t> bytes) override;

 private:
  LoopbackListener(UniqueFd fd, Endpoint endpoint)
      : fd_(std::move(fd)), endpoint_(std::move(endpoint)) {}

  UniqueFd fd_;
  Endpoint endpoint_;
};

}  // namespace guestclock::system
