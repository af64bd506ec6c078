#include "support/sim_time.h"

#include <algorithm>

namespace guestclock::support {

struct SimTime::Membership {
  SimTime* time = nullptr;
  Sleeper* sleeper = nullptr;

  ~Membership() {
    if (time != nullptr) time->leave(*sleeper);
  }
};

thread_local SimTime::Membership SimTime::membership;

SimTime::SimTime() {
  sleepers_.push_back(std::make_unique<Sleeper>());
}

SimTime::~SimTime() = default;

Nanoseconds SimTime::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void SimTime::spend(Nanoseconds cost) {
  const std::lock_guard lock(mutex_);
  now_ += cost;
}

void SimTime::sleep_to(Nanoseconds instant) {
  std::unique_lock lock(mutex_);
  if (instant <= now_) return;
  Sleeper& sleeper = self();
  sleeper.wake = instant;
  sleeper.asleep = true;
  --running_;
  wake_next();
  sleeper.woken.wait(lock, [&sleeper] { return !sleeper.asleep; });
}

void SimTime::join_as(int cpu) {
  const std::lock_guard lock(mutex_);
  sleepers_.push_back(std::make_unique<Sleeper>());
  sleepers_.back()->cpu = cpu;
  ++running_;
  membership.time = this;
  membership.sleeper = sleepers_.back().get();
}

int SimTime::cpu() const {
  const std::lock_guard lock(mutex_);
  return self().cpu;
}

Nanoseconds SimTime::run_delay() const {
  const std::lock_guard lock(mutex_);
  return self().run_delay;
}

void SimTime::add_run_delay(Nanoseconds delay) {
  const std::lock_guard lock(mutex_);
  self().run_delay += delay;
}

Nanoseconds SimTime::cpu_time() const {
  const std::lock_guard lock(mutex_);
  return self().cpu_time;
}

void SimTime::add_cpu_time(Nanoseconds used) {
  const std::lock_guard lock(mutex_);
  self().cpu_time += used;
}

SimTime::Sleeper& SimTime::self() const {
  return membership.time == this ? *membership.sleeper : *sleepers_.front();
}

void SimTime::leave(Sleeper& sleeper) {
  const std::lock_guard lock(mutex_);
  sleeper.gone = true;
  --running_;
  wake_next();
}

void SimTime::wake_next() {
  if (running_ > 0) return;
  Sleeper* next = nullptr;
  for (const auto& sleeper : sleepers_) {
    if (!sleeper->asleep || sleeper->gone) continue;
    if (next == nullptr || sleeper->wake < next->wake) next = sleeper.get();
  }
  if (next == nullptr) return;
  now_ = std::max(now_, next->wake);
  next->asleep = false;
  ++running_;
  next->woken.notify_one();
}

}  // namespace guestclock::support
