#include "support/sim_world.h"

#include <algorithm>
#include <cmath>

namespace guestclock::support {
namespace {

using system::ClockId;

tl::unexpected<Error> not_simulated() {
  return fail(ErrorCode::unsupported, "not simulated");
}

class NoFiles final : public system::Files {
 public:
  Result<std::string> read(std::string_view, std::size_t) const override { return not_simulated(); }
  Result<std::vector<std::string>> list(std::string_view) const override { return not_simulated(); }
  Result<system::FileStatus> status(std::string_view) const override { return not_simulated(); }
  Result<system::FileStatus> link_status(std::string_view) const override {
    return not_simulated();
  }
  Result<std::string> read_link(std::string_view) const override { return not_simulated(); }
  Result<std::string> resolve(std::string_view) const override { return not_simulated(); }
  Result<system::FileMetadata> metadata(std::string_view) const override { return not_simulated(); }
};

class NoCpuid final : public system::Cpuid {
 public:
  Result<system::CpuidRegisters> leaf(std::uint32_t, std::uint32_t) const override {
    return not_simulated();
  }
};

class NoSysctl final : public system::Sysctl {
 public:
  Result<std::string> get(std::string_view) const override { return not_simulated(); }
  Result<std::string> kenv(std::string_view) const override { return not_simulated(); }
};

class NoDevices final : public system::Devices {
 public:
  Result<std::vector<system::Device>> enumerate(std::string_view,
                                                std::span<const std::string_view>) const override {
    return not_simulated();
  }
};

Nanoseconds frozen_before(const std::vector<SimFreeze>& freezes, Nanoseconds now) {
  Nanoseconds frozen{};
  for (const SimFreeze& freeze : freezes) {
    frozen += std::clamp(now - freeze.from, Nanoseconds(0), freeze.length);
  }
  return frozen;
}

Nanoseconds shown(const SimClock& clock, const std::vector<SimFreeze>& freezes, Nanoseconds now) {
  const Nanoseconds active = now - frozen_before(freezes, now);
  Nanoseconds reading =
      clock.start + active +
      Nanoseconds(std::llround(static_cast<double>(active.count()) * clock.rate_error_ppm * 1e-6));
  for (const SimStep& step : clock.steps) {
    if (step.at <= now) reading += step.by;
  }
  return reading - reading % clock.resolution;
}

Nanoseconds ahead_on(const std::map<int, Nanoseconds>& ahead, int cpu) {
  const auto found = ahead.find(cpu);
  return found == ahead.end() ? Nanoseconds(0) : found->second;
}

class SimDevice final : public system::ClockDevice {
 public:
  SimDevice(const SimClock& clock, const SimConfig& config, SimTime& time)
      : clock_(clock), config_(config), time_(time) {}

  Result<Nanoseconds> read() const override {
    time_.spend(config_.read_cost);
    return shown(clock_, config_.freezes, time_.now());
  }

 private:
  const SimClock& clock_;
  const SimConfig& config_;
  SimTime& time_;
};

class SimClocks final : public system::Clocks {
 public:
  SimClocks(const SimConfig& config, SimTime& time) : config_(config), time_(time) {}

  Result<Nanoseconds> read(ClockId id) const override { return read_for(config_.read_cost, id); }

  Result<Nanoseconds> read_in_kernel(ClockId id) const override {
    if (!config_.system_call_cost) return Clocks::read_in_kernel(id);
    return read_for(*config_.system_call_cost, id);
  }

  Result<Nanoseconds> tick() const override {
    return config_.tick ? Result<Nanoseconds>(*config_.tick) : Clocks::tick();
  }

  Result<Nanoseconds> resolution(ClockId id) const override {
    const auto clock = config_.clocks.find(id);
    return clock == config_.clocks.end() ? Clocks::resolution(id)
                                         : Result<Nanoseconds>(clock->second.resolution);
  }

  Result<std::uint64_t> read_counter() const override {
    if (config_.counter_mhz == 0) return Clocks::read_counter();
    time_.spend(config_.read_cost);
    const Nanoseconds now = time_.now() + ahead_on(config_.counter_ahead_on_cpu, time_.cpu());
    return static_cast<std::uint64_t>(static_cast<double>(now.count()) * config_.counter_mhz /
                                      1000);
  }

  Result<std::unique_ptr<system::ClockDevice>> open_device(std::string_view name) const override {
    const auto device = config_.devices.find(std::string(name));
    if (device == config_.devices.end()) return Clocks::open_device(name);
    return std::make_unique<SimDevice>(device->second, config_, time_);
  }

  Result<void> sleep_until(ClockId id, Nanoseconds instant) const override {
    const auto clock = config_.clocks.find(id);
    if (clock == config_.clocks.end()) {
      return fail(ErrorCode::unsupported, "this machine lacks the clock");
    }
    Nanoseconds wake = true_instant(clock->second, time_.now(), instant);
    if (wake <= time_.now()) return {};
    if (config_.wake_delay) wake += config_.wake_delay(time_.cpu(), wake);
    sleep_through_stalls(wake);
    if (config_.wake_cost) time_.add_cpu_time(config_.wake_cost(time_.cpu_time()));
    return {};
  }

  Result<Gap> spin(ClockId id, Nanoseconds from, Nanoseconds until,
                   Nanoseconds gap) const override {
    const auto clock = config_.clocks.find(id);
    if (clock == config_.clocks.end()) {
      return fail(ErrorCode::unsupported, "this machine lacks the clock");
    }
    const auto show = [&](Nanoseconds at) { return shown(clock->second, config_.freezes, at); };
    const Nanoseconds end = true_instant(clock->second, time_.now(), until);
    if (const SimStall* const stall = first_stall(time_.now(), end, gap)) {
      time_.sleep_to(stall->from);
      const Nanoseconds before = std::max(from, show(std::max(stall->from, time_.now())));
      if (stall->cause == SimStall::Cause::scheduler) time_.add_run_delay(stall->length);
      time_.sleep_to(stall->from + stall->length);
      return Gap{before, show(time_.now())};
    }
    time_.sleep_to(end);
    return Gap{show(time_.now()), show(time_.now())};
  }

  /// Sleeps to a true instant, or to the end of the stalls that cover it.
  void sleep_through_stalls(Nanoseconds wake) const {
    const int cpu = time_.cpu();
    wake = std::max(wake, time_.now());
    for (const SimStall& stall : config_.stalls) {
      const Nanoseconds end = stall.from + stall.length;
      if ((stall.cpu >= 0 && stall.cpu != cpu) || wake < stall.from || wake >= end) continue;
      if (stall.cause == SimStall::Cause::scheduler) time_.add_run_delay(end - wake);
      wake = end;
    }
    time_.sleep_to(wake);
  }

 private:
  /// When a clock will show `instant`, from `now` on.
  [[nodiscard]] Nanoseconds true_instant(const SimClock& clock, Nanoseconds now,
                                         Nanoseconds instant) const {
    Nanoseconds at = now;
    Nanoseconds left = instant - shown(clock, config_.freezes, at);
    const double rate = 1 + clock.rate_error_ppm * 1e-6;
    while (left > Nanoseconds(0)) {
      const auto guess = static_cast<std::int64_t>(static_cast<double>(left.count()) / rate);
      at += Nanoseconds(std::max<std::int64_t>(guess, 1));
      left = instant - shown(clock, config_.freezes, at);
    }
    return at;
  }

  /// The first that stops this thread's CPU for `least` or more of [from, to).
  [[nodiscard]] const SimStall* first_stall(Nanoseconds from, Nanoseconds to,
                                            Nanoseconds least) const {
    const int cpu = time_.cpu();
    const SimStall* first = nullptr;
    for (const SimStall& stall : config_.stalls) {
      const Nanoseconds end = stall.from + stall.length;
      if (stall.cpu >= 0 && stall.cpu != cpu) continue;
      if (stall.from >= to || end <= from || end - std::max(stall.from, from) < least) continue;
      if (first == nullptr || stall.from < first->from) first = &stall;
    }
    return first;
  }

  Result<Nanoseconds> read_for(Nanoseconds cost, ClockId id) const {
    const auto clock = config_.clocks.find(id);
    if (clock == config_.clocks.end()) {
      return fail(ErrorCode::unsupported, "this machine lacks the clock");
    }
    time_.spend(cost);
    return shown(clock->second, config_.freezes, time_.now()) +
           ahead_on(clock->second.ahead_on_cpu, time_.cpu());
  }

  const SimConfig& config_;
  SimTime& time_;
};

class SimCounters final : public system::KernelCounters {
 public:
  SimCounters(const SimConfig& config, SimTime& time) : config_(config), time_(time) {}

  Result<system::Timex> timex() const override {
    if (config_.timex.empty()) return not_simulated();
    system::Timex now = config_.timex.front().second;
    for (const auto& [from, timex] : config_.timex) {
      if (from <= time_.now()) now = timex;
    }
    return now;
  }

  Result<std::vector<std::pair<int, std::uint64_t>>> timer_interrupts() const override {
    std::vector<std::pair<int, std::uint64_t>> counts;
    for (const int cpu : config_.cpus) {
      counts.emplace_back(cpu, static_cast<std::uint64_t>(to_seconds(time_.now()) *
                                                          config_.timer_interrupts_per_s));
    }
    return counts;
  }

  Result<std::vector<std::pair<int, system::CpuTimes>>> cpu_times() const override {
    std::vector<std::pair<int, system::CpuTimes>> all;
    for (const int cpu : config_.cpus) {
      system::CpuTimes times;
      for (const SimStall& stall : config_.stalls) {
        if (stall.cause != SimStall::Cause::steal || (stall.cpu >= 0 && stall.cpu != cpu)) continue;
        times.steal_s +=
            to_seconds(std::clamp(time_.now() - stall.from, Nanoseconds(0), stall.length));
      }
      all.emplace_back(cpu, times);
    }
    return all;
  }

  Result<Nanoseconds> run_delay() const override { return time_.run_delay(); }

  Result<Nanoseconds> thread_time() const override {
    return config_.wake_cost ? time_.cpu_time() : KernelCounters::thread_time();
  }

  Result<Nanoseconds> ticked() const override {
    if (!config_.ticked) return KernelCounters::ticked();
    return shown(*config_.ticked, config_.freezes, time_.now());
  }

 private:
  const SimConfig& config_;
  SimTime& time_;
};

class SimQueries final : public system::Queries {
 public:
  explicit SimQueries(const SimConfig& config) : config_(config) {}

  Result<std::string> answer(system::Query query, Nanoseconds /*patience*/,
                             const StopFlag& /*stop*/) const override {
    const auto found = config_.answers.find(query);
    if (found == config_.answers.end()) return not_simulated();
    return found->second;
  }

 private:
  const SimConfig& config_;
};

class SimIdentity final : public system::Identity {
 public:
  static constexpr int kElsewhere = 1000;

  SimIdentity(const SimConfig& config, SimTime& time) : config_(config), time_(time) {}

  Result<system::KernelName> kernel() const override { return not_simulated(); }
  Result<std::string> host_name() const override { return not_simulated(); }
  std::uint32_t effective_uid() const override { return 1000; }
  Result<std::vector<int>> online_cpus() const override { return config_.cpus; }

  Result<void> pin_thread(int cpu) const override {
    if (std::find(config_.cpus.begin(), config_.cpus.end(), cpu) == config_.cpus.end()) {
      return fail(ErrorCode::unsupported, "no such CPU");
    }
    time_.join_as(cpu);
    return {};
  }

  Result<int> current_cpu() const override {
    const auto offline = config_.offline_from.find(time_.cpu());
    const bool gone = offline != config_.offline_from.end() && time_.now() >= offline->second;
    return gone ? kElsewhere : time_.cpu();
  }

 private:
  const SimConfig& config_;
  SimTime& time_;
};

}  // namespace

SimConfig SimConfig::with_rate(double ppm) {
  const auto clock = [ppm](Nanoseconds start) {
    SimClock made;
    made.start = start;
    made.rate_error_ppm = ppm;
    return made;
  };
  SimConfig config;
  config.clocks[ClockId::monotonic_raw] = clock(std::chrono::seconds(1000));
  config.clocks[ClockId::monotonic] = clock(std::chrono::seconds(1001));
  config.clocks[ClockId::boottime] = clock(std::chrono::seconds(1002));
  config.clocks[ClockId::realtime] = clock(kSimEpoch);
  config.clocks[ClockId::tai] = clock(kSimEpoch + std::chrono::seconds(37));
  return config;
}

struct SimWorld::Parts {
  explicit Parts(SimConfig given)
      : config(std::move(given)),
        clocks(config, time),
        counters(config, time),
        queries(config),
        identity(config, time),
        network(
            config.servers, config.seed, time, [this](Nanoseconds at) { return raw_at(at); },
            [this](Nanoseconds wake) { clocks.sleep_through_stalls(wake); }) {}

  [[nodiscard]] Nanoseconds raw_at(Nanoseconds at) const {
    const auto raw = config.clocks.find(ClockId::monotonic_raw);
    return raw == config.clocks.end() ? at : shown(raw->second, config.freezes, at);
  }

  SimConfig config;
  SimTime time;
  std::string root = "/";
  NoFiles files;
  NoCpuid cpuid;
  NoSysctl sysctl;
  NoDevices devices;
  SimClocks clocks;
  SimCounters counters;
  SimQueries queries;
  SimIdentity identity;
  FakeNetwork network;
};

SimWorld::SimWorld(SimConfig config) : parts_(std::make_unique<Parts>(std::move(config))) {}
SimWorld::~SimWorld() = default;

const std::string& SimWorld::root() const {
  return parts_->root;
}
const system::Files& SimWorld::files() const {
  return parts_->files;
}
const system::Cpuid& SimWorld::cpuid() const {
  return parts_->cpuid;
}
const system::Sysctl& SimWorld::sysctl() const {
  return parts_->sysctl;
}
const system::Clocks& SimWorld::clocks() const {
  return parts_->clocks;
}
const system::KernelCounters& SimWorld::counters() const {
  return parts_->counters;
}
const system::Devices& SimWorld::devices() const {
  return parts_->devices;
}
const system::Network& SimWorld::network() const {
  return parts_->network;
}
const system::Queries& SimWorld::queries() const {
  return parts_->queries;
}
const system::Identity& SimWorld::identity() const {
  return parts_->identity;
}
Result<std::string_view> SimWorld::kernel_log() const {
  return not_simulated();
}
SimTime& SimWorld::time() const {
  return parts_->time;
}
const FakeNetwork& SimWorld::servers() const {
  return parts_->network;
}

}  // namespace guestclock::support
