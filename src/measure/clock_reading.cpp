#include "measure/clock_reading.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace guestclock::measure {

ReadClock counter_reader(const system::Clocks& clocks) {
  return [&clocks]() -> Result<Nanoseconds> {
    const Result<std::uint64_t> count = clocks.read_counter();
    if (!count) return tl::make_unexpected(count.error());
    return Nanoseconds(static_cast<std::int64_t>(*count));
  };
}

Result<Sandwich> narrowest_sandwich(const system::Clocks& clocks, const ReadClock& read,
                                    std::size_t tries) {
  std::optional<Sandwich> best;
  for (std::size_t i = 0; i < std::max<std::size_t>(tries, 1); ++i) {
    const Result<Nanoseconds> before = clocks.read(system::ClockId::monotonic_raw);
    if (!before) return tl::make_unexpected(before.error());
    const Result<Nanoseconds> clock = read();
    if (!clock) return tl::make_unexpected(clock.error());
    const Result<Nanoseconds> after = clocks.read(system::ClockId::monotonic_raw);
    if (!after) return tl::make_unexpected(after.error());
    const Nanoseconds width = *after - *before;
    if (!best || width < best->width) best = Sandwich{*before + width / 2, *clock, width};
  }
  return *best;
}

Result<Sandwich> narrowest_sandwich(const system::Clocks& clocks, system::ClockId id,
                                    std::size_t tries) {
  return narrowest_sandwich(
      clocks, [&clocks, id] { return clocks.read(id); }, tries);
}

Result<ReadCost> read_cost(const ReadClock& read, std::size_t reads) {
  std::vector<std::int64_t> costs;
  costs.reserve(reads);
  Result<Nanoseconds> previous = read();
  for (std::size_t i = 0; i < std::max<std::size_t>(reads, 1) && previous; ++i) {
    Result<Nanoseconds> next = read();
    if (next) costs.push_back((*next - *previous).count());
    previous = std::move(next);
  }
  if (!previous) return tl::make_unexpected(previous.error());
  std::sort(costs.begin(), costs.end());
  const std::int64_t median = costs[costs.size() / 2];
  if (median <= 0) {
    return fail(ErrorCode::unsupported, "one read takes less than this clock's resolution");
  }
  const std::int64_t p99 = costs[(costs.size() * 99 + 99) / 100 - 1];
  return ReadCost{static_cast<double>(median), static_cast<double>(p99)};
}

}  // namespace guestclock::measure
