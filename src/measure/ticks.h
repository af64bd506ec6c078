// Lost, late and stalled ticks of every CPU while something else is being measured: a bound thread
// per online CPU that sleeps from tick to tick and for a while spins, one CPU at a time; the timer
// interrupts taken, and the steal the hypervisor admits.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/stop_flag.h"
#include "measure/policy.h"
#include "measure/stall_log.h"
#include "model/measurements.h"
#include "system/system.h"

namespace guestclock::measure {

/// Every tick fact unknown for one reason.
[[nodiscard]] model::Ticks unknown_ticks(const std::string& reason);

/// Starts in its constructor, which returns once every sleeper is bound to its CPU; the destructor
/// ends and joins them.
class TickProbe {
 public:
  /// `duration`: how long the run is meant to last. The CPUs spin in turn from its start on, each
  /// for `policy.spin` or as long as `policy.spin_share` of the run leaves it.
  TickProbe(const system::System& system, const TickPolicy& policy, Nanoseconds duration,
            const StopFlag& stop);
  TickProbe(const TickProbe&) = delete;
  TickProbe& operator=(const TickProbe&) = delete;
  ~TickProbe();

  /// Ends the sleepers (each wakes within its period), joins them, and sums up.
  [[nodiscard]] model::Ticks finish();

 private:
  struct Watch {
    int cpu = 0;
    std::atomic<bool> bound{false};  ///< or failed to be
    std::atomic<bool> finished{false};
    std::string failure;  ///< why it could not be watched to the end; empty: it was
    /// On CLOCK_MONOTONIC_RAW; nothing where it is not to spin.
    std::optional<Nanoseconds> spin_from;
    Nanoseconds period{};  ///< of the sleeper, in the end
    model::CpuTicks ticks;
    StallTotals totals;
    double longest_stall_s = 0;
    std::int64_t stalls = 0;
    std::thread thread;
  };

  void start(int cpu);
  void run(Watch& watch) const;
  void watch_cpu(Watch& watch) const;
  void join();
  void count_interrupts(model::Ticks& ticks) const;
  void count_steal(model::Ticks& ticks) const;
  [[nodiscard]] model::Fact<std::string> independent_counter() const;

  const system::System& system_;
  TickPolicy policy_;
  Nanoseconds spin_each_{};
  const StopFlag& stop_;
  Nanoseconds raw_start_{};
  std::atomic<bool> done_{false};
  std::string failure_;  ///< why nothing could be watched
  std::vector<std::unique_ptr<Watch>> watches_;
  Result<std::vector<std::pair<int, std::uint64_t>>> interrupts_at_start_;
  Result<std::vector<std::pair<int, system::CpuTimes>>> times_at_start_;
};

}  // namespace guestclock::measure
