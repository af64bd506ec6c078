#include "measure/guest_clocks.h"

#include <array>
#include <utility>

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using system::ClockId;
using Kind = GuestClock::Kind;

struct KernelClock {
  ClockId id;
  const char* name;
};
constexpr std::array<KernelClock, 5> kKernelClocks{{{ClockId::realtime, "realtime"},
                                                    {ClockId::monotonic, "monotonic"},
                                                    {ClockId::monotonic_raw, "monotonic_raw"},
                                                    {ClockId::boottime, "boottime"},
                                                    {ClockId::tai, "tai"}}};

constexpr milliseconds kCoarseStep(5);
// The second look for an edge begins this long before the edge: twice the coarse step.
constexpr milliseconds kLead(10);
constexpr seconds kEdgePatience(3);

/// A second's change between two readings of RAW.
struct Edge {
  Nanoseconds before{};
  Nanoseconds after{};
  Nanoseconds second{};  ///< that began
};

/// Reads until the second changes, waiting `step` between two reads.
Result<Edge> next_edge(const system::System& system, const ReadClock& read, Nanoseconds step,
                       Nanoseconds give_up, const StopFlag& stop) {
  Edge edge;
  std::optional<Nanoseconds> shown;
  while (!stop.requested()) {
    const Result<Nanoseconds> before = system.clocks().read(ClockId::monotonic_raw);
    if (!before) return tl::make_unexpected(before.error());
    const Result<Nanoseconds> now = read();
    if (!now) return tl::make_unexpected(now.error());
    const Result<Nanoseconds> after = system.clocks().read(ClockId::monotonic_raw);
    if (!after) return tl::make_unexpected(after.error());
    if (shown && *now != *shown) {
      edge.after = *after;
      edge.second = *now;
      return edge;
    }
    shown = *now;
    edge.before = *before;
    if (*after > give_up) return fail(ErrorCode::timeout, "the clock stands still");
    if (step > Nanoseconds(0)) {
      if (auto waited = system.network().wait({}, step); !waited) {
        return tl::make_unexpected(waited.error());
      }
    }
  }
  return fail(ErrorCode::timeout, "interrupted");
}

GuestClock kernel_clock(const system::System& system, const KernelClock& clock,
                        const ClockPolicy& policy) {
  GuestClock out;
  out.name = clock.name;
  out.steered = clock.id != ClockId::monotonic_raw;
  out.read = [&clocks = system.clocks(), id = clock.id] { return clocks.read(id); };
  out.read_in_kernel = [&clocks = system.clocks(), id = clock.id] {
    return clocks.read_in_kernel(id);
  };
  out.resolution = [&clocks = system.clocks(), id = clock.id] { return clocks.resolution(id); };
  if (!out.steered) return out;
  out.look = [&clocks = system.clocks(), read = out.read, tries = policy.sandwiches] {
    return narrowest_sandwich(clocks, read, tries);
  };
  return out;
}

GuestClock counter_clock(const system::System& system, const ClockPolicy& policy) {
  GuestClock out;
  out.name = "tsc";
  out.kind = Kind::counter;
  out.read = counter_reader(system.clocks());
  out.look = [&clocks = system.clocks(), read = out.read, tries = policy.sandwiches] {
    return narrowest_sandwich(clocks, read, tries);
  };
  return out;
}

GuestClock device_clock(const system::System& system, const std::string& name) {
  GuestClock out;
  out.name = name;
  out.kind = Kind::device;
  // Shared, because functions are copied.
  const auto device = std::make_shared<Result<std::unique_ptr<system::ClockDevice>>>(
      system.clocks().open_device(name));
  out.read = [device]() -> Result<Nanoseconds> {
    if (!*device) return tl::make_unexpected(device->error());
    return (**device)->read();
  };
  return out;
}

}  // namespace

Result<Sandwich> second_edge(const system::System& system, const ReadClock& read,
                             const StopFlag& stop) {
  const Result<Nanoseconds> start = system.clocks().read(ClockId::monotonic_raw);
  if (!start) return tl::make_unexpected(start.error());
  const Nanoseconds give_up = *start + kEdgePatience;
  Result<Edge> edge = next_edge(system, read, kCoarseStep, give_up, stop);
  if (!edge) return tl::make_unexpected(edge.error());
  if (auto waited = system.network().wait({}, seconds(1) - kLead); !waited) {
    return tl::make_unexpected(waited.error());
  }
  edge = next_edge(system, read, Nanoseconds(0), give_up, stop);
  if (!edge) return tl::make_unexpected(edge.error());
  const Nanoseconds width = edge->after - edge->before;
  return Sandwich{edge->before + width / 2, edge->second, width};
}

std::vector<GuestClock> open_clocks(const system::System& system, const ClockInventory& inventory,
                                    const ClockPolicy& policy, const StopFlag& stop) {
  std::vector<GuestClock> clocks;
  clocks.reserve(kKernelClocks.size() + 1 + inventory.ptp.size() + inventory.rtc.size());
  for (const KernelClock& clock : kKernelClocks) {
    clocks.push_back(kernel_clock(system, clock, policy));
  }
  clocks.push_back(counter_clock(system, policy));
  for (const std::string& name : inventory.ptp) {
    GuestClock clock = device_clock(system, name);
    clock.look = [&c = system.clocks(), read = clock.read, tries = policy.sandwiches] {
      return narrowest_sandwich(c, read, tries);
    };
    clocks.push_back(std::move(clock));
  }
  for (const std::string& name : inventory.rtc) {
    GuestClock clock = device_clock(system, name);
    clock.look = [&system, &stop, read = clock.read] { return second_edge(system, read, stop); };
    clock.read = nullptr;  // it counts whole seconds
    clock.resolution = [] { return Result<Nanoseconds>(seconds(1)); };
    clocks.push_back(std::move(clock));
  }
  return clocks;
}

}  // namespace guestclock::measure
