#include "measure/cpu_warp.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <system_error>
#include <thread>

namespace guestclock::measure {
namespace {

constexpr int kSpins = 2000;  // longer than any turn takes while both CPUs run

/// What is known of one clock so far.
struct Seen {
  Nanoseconds warp{};
  std::size_t comparisons = 0;
};

/// Two threads, each bound to its CPU, that read the clocks in turn.
class Relay {
 public:
  Relay(const system::System& system, std::span<const ReadClock> clocks, const ClockPolicy& policy,
        Nanoseconds deadline, const StopFlag& stop)
      : system_(system),
        clocks_(clocks),
        rounds_(policy.warp_rounds),
        deadline_(deadline),
        stop_(stop),
        seen_(clocks.size()) {}

  Result<void> run(int first, int second) {
    std::array<std::thread, 2> threads;
    try {
      threads[0] = std::thread(&Relay::take_part, this, 0, first);
      threads[1] = std::thread(&Relay::take_part, this, 1, second);
    } catch (const std::system_error& error) {
      failures_[1] = fail(ErrorCode::io, std::string("cannot start a thread: ") + error.what());
      ended_ = true;
    }
    for (std::thread& thread : threads) {
      if (thread.joinable()) thread.join();
    }
    for (const Result<void>& failure : failures_) {
      if (!failure) return failure;
    }
    return {};
  }

  [[nodiscard]] const std::vector<Seen>& seen() const { return seen_; }

 private:
  void take_part(std::size_t side, int cpu) {
    failures_[side] = system_.identity().pin_thread(cpu);
    if (!failures_[side]) {
      ended_ = true;
      return;
    }
    for (std::size_t clock = 0; clock < clocks_.size(); ++clock) {
      for (std::size_t round = 0; round < rounds_; ++round) {
        if (!await_turn(side)) return;
        take_turn(clock, side == 0 && round == 0);
        turn_.store(1 - side, std::memory_order_release);
      }
    }
  }

  /// False once the other side has given up.
  bool await_turn(std::size_t side) const {
    for (int spins = 0; turn_.load(std::memory_order_acquire) != side; ++spins) {
      if (ended_.load(std::memory_order_relaxed)) return false;
      if (spins >= kSpins) std::this_thread::yield();
    }
    return !ended_.load(std::memory_order_relaxed);
  }

  /// Holds the turn: nobody else touches what is read and written here.
  void take_turn(std::size_t clock, bool is_first) {
    const Result<Nanoseconds> raw = system_.clocks().read(system::ClockId::monotonic_raw);
    if (!raw || *raw >= deadline_ || stop_.requested()) ended_ = true;
    const Result<Nanoseconds> now = clocks_[clock]();
    if (!now) {
      ended_ = true;
      return;
    }
    if (!is_first) {
      seen_[clock].warp = std::max(seen_[clock].warp, previous_ - *now);
      ++seen_[clock].comparisons;
    }
    previous_ = *now;
  }

  const system::System& system_;
  std::span<const ReadClock> clocks_;
  std::size_t rounds_;
  Nanoseconds deadline_;
  const StopFlag& stop_;
  std::array<Result<void>, 2> failures_;
  std::atomic<std::size_t> turn_{0};
  std::atomic<bool> ended_{false};
  Nanoseconds previous_{};
  std::vector<Seen> seen_;
};

}  // namespace

std::vector<Result<Nanoseconds>> largest_warps(const system::System& system,
                                               std::span<const ReadClock> clocks,
                                               const ClockPolicy& policy, const StopFlag& stop) {
  std::vector<Result<Nanoseconds>> warps(clocks.size(), Nanoseconds(0));
  tl::unexpected<Error> why = fail(ErrorCode::timeout, "no two CPUs ran at the same time");
  const Result<std::vector<int>> cpus = system.identity().online_cpus();
  const Result<Nanoseconds> start = system.clocks().read(system::ClockId::monotonic_raw);
  if (!cpus) {
    why = tl::make_unexpected(cpus.error());
  } else if (!start) {
    why = tl::make_unexpected(start.error());
  } else if (cpus->size() < 2) {
    why = fail(ErrorCode::unsupported, "only one CPU is online");
  }
  const std::size_t count = cpus && start ? cpus->size() : 0;

  std::vector<ReadClock> readable;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < clocks.size(); ++i) {
    if (const Result<Nanoseconds> now = clocks[i](); !now) {
      warps[i] = tl::make_unexpected(now.error());
    } else {
      readable.push_back(clocks[i]);
      places.push_back(i);
    }
  }
  std::vector<Seen> seen(readable.size());
  const Nanoseconds deadline = start.value_or(Nanoseconds(0)) + policy.warp_time;
  for (std::size_t other = 1; other < count && !stop.requested(); ++other) {
    const Result<Nanoseconds> now = system.clocks().read(system::ClockId::monotonic_raw);
    if (!now || *now >= deadline) break;
    Relay relay(system, readable, policy, deadline, stop);
    if (auto ran = relay.run(cpus->front(), (*cpus)[other]); !ran) {
      why = tl::make_unexpected(ran.error());
      continue;
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
      seen[i].warp = std::max(seen[i].warp, relay.seen()[i].warp);
      seen[i].comparisons += relay.seen()[i].comparisons;
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    warps[places[i]] =
        seen[i].comparisons > 0 ? Result<Nanoseconds>(seen[i].warp) : Result<Nanoseconds>(why);
  }
  return warps;
}

}  // namespace guestclock::measure
