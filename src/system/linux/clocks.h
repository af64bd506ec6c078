// The kernel's clocks.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class LiveClocks final : public Clocks {
 public:
  [[nodiscard]] Result<Nanoseconds> read(ClockId id) const override;
  [[nodiscard]] Result<Nanoseconds> tick() const override;
  [[nodiscard]] Result<Nanoseconds> resolution(ClockId id) const override;
  /// On x86-64 and arm64. By the instruction itself: syscall(3) is one more function that a preload
  /// library may replace.
  [[nodiscard]] Result<Nanoseconds> read_in_kernel(ClockId id) const override;
  [[nodiscard]] Result<std::uint64_t> read_counter() const override;
  [[nodiscard]] Result<std::unique_ptr<ClockDevice>> open_device(
      std::string_view name) const override;
  /// With clock_nanosleep, not a timerfd: an absolute one never fires under libfaketime.
  [[nodiscard]] Result<void> sleep_until(ClockId id, Nanoseconds instant) const override;
};

}  // namespace guestclock::system
