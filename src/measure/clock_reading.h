// One clock's reading at an instant of CLOCK_MONOTONIC_RAW.
#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::measure {

/// Reads a clock once.
using ReadClock = std::function<Result<Nanoseconds>()>;

/// Reads the CPU's counter: each count as a nanosecond. `clocks` must outlive it.
[[nodiscard]] ReadClock counter_reader(const system::Clocks& clocks);

/// RAW, clock, RAW read in a row: the clock showed `clock` within width / 2 of `raw`.
struct Sandwich {
  Nanoseconds raw{};  ///< middle of the two RAW reads
  Nanoseconds clock{};
  Nanoseconds width{};  ///< between them
};

/// The narrowest of `tries` sandwiches (64-bit integers throughout: a double of CLOCK_REALTIME has
/// steps of 256 ns). Fails where either clock cannot be read.
[[nodiscard]] Result<Sandwich> narrowest_sandwich(const system::Clocks& clocks,
                                                  const ReadClock& read, std::size_t tries);
[[nodiscard]] Result<Sandwich> narrowest_sandwich(const system::Clocks& clocks, system::ClockId id,
                                                  std::size_t tries);

/// What single reads cost: nanoseconds, of a counter counts.
struct ReadCost {
  double median = 0;
  double p99 = 0;  ///< 99 of 100 reads cost no more
};
/// By the clock's own advance between successive reads. Unsupported where the clock is too coarse
/// to show it.
[[nodiscard]] Result<ReadCost> read_cost(const ReadClock& read, std::size_t reads);

}  // namespace guestclock::measure
