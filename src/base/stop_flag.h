// "The user wants us to stop": set by a signal handler, read by whatever takes long.
#pragma once

#include <atomic>

namespace guestclock {

/// Holds the number of the signal that asked us to stop, 0 while nobody did.
/// Lock-free, so a signal handler may set it.
class StopFlag {
 public:
  void request(int signal_number) { signal_.store(signal_number, std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const { return signal() != 0; }
  [[nodiscard]] int signal() const { return signal_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0};
  static_assert(std::atomic<int>::is_always_lock_free);
};

}  // namespace guestclock
