// How does the kernel drive its tick? What /proc/timer_list says of that.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace guestclock::probe {

/// The first CPU's part and the tick devices fit into this on all but the largest machines.
inline constexpr std::size_t kTimerListStart = std::size_t{256} << 10U;

/// Of the first CPU that is listed; nothing where the text does not say.
struct TickState {
  std::optional<bool> one_shot;         ///< its device is set anew for each tick; else periodic
  std::optional<bool> stops;            ///< the tick stops while the CPU is idle
  std::optional<bool> high_resolution;  ///< timers do not wait for the tick
};

/// Takes any bytes. Kernels before 6.8 write one `nohz_mode`, later ones `nohz` and `highres`.
[[nodiscard]] TickState parse_timer_list(std::string_view text);

}  // namespace guestclock::probe
