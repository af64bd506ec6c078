// A simulated machine behind the seam: clocks with rates, steps and freezes, CPUs that stop, a
// network of fake NTP servers. Everything follows from one seed. Files, cpuid, sysctl, devices and
// the kernel's log are not simulated: they answer `unsupported`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "support/fake_ntp.h"
#include "support/sim_time.h"
#include "system/system.h"

namespace guestclock::support {

/// True instants are nanoseconds since the simulation's start.
struct SimStep {
  Nanoseconds at{};
  Nanoseconds by{};
};

/// What a clock shows: start + (true time - freezes) * (1 + rate error) + steps.
struct SimClock {
  Nanoseconds start{};
  double rate_error_ppm = 0;
  Nanoseconds resolution{1};
  std::vector<SimStep> steps;
  std::map<int, Nanoseconds> ahead_on_cpu{};  ///< what a thread bound to it reads on top
};

/// Nothing runs on a CPU (-1: on any), while clocks and network go on.
struct SimStall {
  enum class Cause { none, scheduler, steal };

  Nanoseconds from{};
  Nanoseconds length{};
  int cpu = -1;
  Cause cause = Cause::none;
};

/// Every clock of the guest stands still (a paused machine whose TSC is paused with it).
struct SimFreeze {
  Nanoseconds from{};
  Nanoseconds length{};
};

struct SimConfig {
  std::uint64_t seed = 1;
  std::map<system::ClockId, SimClock> clocks;  ///< those not listed cannot be read
  std::map<std::string, SimClock> devices;     ///< ptp0, rtc0
  double counter_mhz = 0;                      ///< of the CPU's counter at the true rate; 0: none
  /// From the true instants on, ascending; none: it cannot be read.
  std::vector<std::pair<Nanoseconds, system::Timex>> timex;
  std::map<int, Nanoseconds> counter_ahead_on_cpu;
  Nanoseconds read_cost{};
  std::optional<Nanoseconds>
      system_call_cost;             ///< of a clock's reading; none: there is no such way
  std::optional<Nanoseconds> tick;  ///< what the kernel tells
  std::optional<SimClock> ticked;   ///< the kernel's count of ticks
  std::vector<int> cpus{0, 1};
  std::map<int, Nanoseconds> offline_from;  ///< what was bound to the CPU runs elsewhere then
  std::vector<SimStall> stalls;
  std::vector<SimFreeze> freezes;
  /// Delay of the wake-up meant for a true instant, on top of stalls.
  std::function<Nanoseconds(int cpu, Nanoseconds instant)> wake_delay;
  /// CPU time that a wake-up takes, in a thread's account only, where it has used `so_far`; none:
  /// no such account.
  std::function<Nanoseconds(Nanoseconds so_far)> wake_cost;
  double timer_interrupts_per_s = 250;
  std::vector<FakeNtpServer> servers;
  std::map<system::Query, std::string> answers;  ///< what programs print; others: not installed

  /// All five clocks running fast by `ppm`; RAW starts at 1000 s, REALTIME at the true time.
  [[nodiscard]] static SimConfig with_rate(double ppm);
};

class SimWorld final : public system::System {
 public:
  explicit SimWorld(SimConfig config);
  ~SimWorld() override;

  [[nodiscard]] bool live() const override { return true; }
  [[nodiscard]] const std::string& root() const override;
  [[nodiscard]] const system::Files& files() const override;
  [[nodiscard]] const system::Cpuid& cpuid() const override;
  [[nodiscard]] const system::Sysctl& sysctl() const override;
  [[nodiscard]] const system::Clocks& clocks() const override;
  [[nodiscard]] const system::KernelCounters& counters() const override;
  [[nodiscard]] const system::Devices& devices() const override;
  [[nodiscard]] const system::Network& network() const override;
  [[nodiscard]] const system::Queries& queries() const override;
  [[nodiscard]] const system::Identity& identity() const override;
  [[nodiscard]] Result<std::string_view> kernel_log() const override;

  [[nodiscard]] SimTime& time() const;
  /// What the servers saw.
  [[nodiscard]] const FakeNetwork& servers() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace guestclock::support
