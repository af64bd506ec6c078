// True time of a simulated machine: it passes only while every thread of the machine sleeps, and
// exactly one of them runs at a time, so a run is the same on every host and ten minutes take
// milliseconds.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/units.h"

namespace guestclock::support {

class SimTime {
 public:
  /// The calling thread is the machine's first.
  SimTime();
  ~SimTime();
  SimTime(const SimTime&) = delete;
  SimTime& operator=(const SimTime&) = delete;

  [[nodiscard]] Nanoseconds now() const;
  /// The calling thread works for `cost`.
  void spend(Nanoseconds cost);
  /// The calling thread sleeps to `instant`; a past one returns at once.
  void sleep_to(Nanoseconds instant);
  /// Makes the calling thread one of the machine's, on a CPU; it leaves by ending.
  void join_as(int cpu);

  /// CPU that the calling thread is bound to; -1: none.
  [[nodiscard]] int cpu() const;
  /// Time the calling thread was ready and did not run.
  [[nodiscard]] Nanoseconds run_delay() const;
  void add_run_delay(Nanoseconds delay);
  /// Of this thread.
  [[nodiscard]] Nanoseconds cpu_time() const;
  void add_cpu_time(Nanoseconds used);

 private:
  struct Sleeper {
    int cpu = -1;
    bool asleep = false;
    bool gone = false;
    Nanoseconds wake{};
    Nanoseconds run_delay{};
    Nanoseconds cpu_time{};
    std::condition_variable woken;
  };
  struct Membership;

  [[nodiscard]] Sleeper& self() const;
  void leave(Sleeper& sleeper);
  void wake_next();

  static thread_local Membership membership;

  mutable std::mutex mutex_;
  Nanoseconds now_{};
  int running_ = 1;
  std::vector<std::unique_ptr<Sleeper>> sleepers_;  ///< the first is the machine's first thread
};

}  // namespace guestclock::support
