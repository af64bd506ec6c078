// The clocks of the guest whose rates one run gives, opened once and looked at at both its ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/stop_flag.h"
#include "measure/clock_reading.h"
#include "measure/policy.h"
#include "system/system.h"

namespace guestclock::measure {

/// What is known of this guest's clocks beforehand.
struct ClockInventory {
  std::string source;  ///< clocksource (Linux) or timecounter (FreeBSD) in use; empty: not known
  std::optional<std::int64_t> tsc_khz;  ///< as the hypervisor or the CPU tells it
  std::optional<bool> tsc_invariant;    ///< it counts at one rate whatever the CPU does
  bool raw_counts_tsc = false;          ///< the current clocksource is tsc: RAW is made of it
  std::vector<std::string> ptp;         ///< device names: ptp0
  std::vector<std::string> rtc;         ///< rtc0
};

struct GuestClock {
  enum class Kind { kernel, counter, device };

  std::string name;  ///< of the contract: realtime ... tsc ptpN rtcN
  Kind kind = Kind::kernel;
  /// adjtimex(2) steers it: its rate is what the timekeeper adds to the clocksource's.
  bool steered = false;
  /// One look. A counter's reading is its count, a nanosecond each (Sandwich::clock).
  std::function<Result<Sandwich>()> look;
  /// One read, for its cost; empty where a read says nothing about that.
  ReadClock read;
  ReadClock read_in_kernel;  ///< one read by a system call, where that is a choice
  std::function<Result<Nanoseconds>()> resolution;  ///< empty where nobody tells it
};

/// monotonic_raw has no look: it is what the others are looked at with. Devices
/// that cannot be opened stay in the list, so that their rows say why. `system`, `stop` must
/// outlive it.
[[nodiscard]] std::vector<GuestClock> open_clocks(const system::System& system,
                                                  const ClockInventory& inventory,
                                                  const ClockPolicy& policy, const StopFlag& stop);

/// The instant of RAW at which a clock of whole seconds goes on to the next: between the last read
/// that showed the old second and the first that showed the new one. Waits in the seam, at most
/// three seconds; `timeout` where the clock stands still, or `stop` is raised.
[[nodiscard]] Result<Sandwich> second_edge(const system::System& system, const ReadClock& read,
                                           const StopFlag& stop);

}  // namespace guestclock::measure
