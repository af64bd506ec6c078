// The groups of a machine that is not running: every question is answered with the same Error.
#pragma once

#include "system/system.h"

namespace guestclock::system {

/// Only the running system shows it: model::kLiveOnly.
[[nodiscard]] Error live_only();
/// The capture could hold it and does not.
[[nodiscard]] Error not_in_capture();

class UnavailableCpuid final : public Cpuid {
 public:
  explicit UnavailableCpuid(Error why) : why_(std::move(why)) {}
  [[nodiscard]] Result<CpuidRegisters> leaf(std::uint32_t leaf,
                                            std::uint32_t subleaf) const override;

 private:
  Error why_;
};

class UnavailableSysctl final : public Sysctl {
 public:
  explicit UnavailableSysctl(Error why) : why_(std::move(why)) {}
  [[nodiscard]] Result<std::string> get(std::string_view name) const override;
  [[nodiscard]] Result<std::string> kenv(std::string_view name) const override;

 private:
  Error why_;
};

class UnavailableClocks final : public Clocks {
 public:
  [[nodiscard]] Result<Nanoseconds> read(ClockId id) const override;
  [[nodiscard]] Result<void> sleep_until(ClockId id, Nanoseconds instant) const override;
};

class UnavailableCounters final : public KernelCounters {
 public:
  [[nodiscard]] Result<Timex> timex() const override;
  [[nodiscard]] Result<std::vector<std::pair<int, std::uint64_t>>> timer_interrupts()
      const override;
  [[nodiscard]] Result<std::vector<std::pair<int, CpuTimes>>> cpu_times() const override;
  [[nodiscard]] Result<Nanoseconds> run_delay() const override;
};

class UnavailableNetwork final : public Network {
 public:
  [[nodiscard]] Result<std::vector<Endpoint>> resolve(std::string_view host,
                                                      std::uint16_t port) const override;
  [[nodiscard]] Result<std::unique_ptr<UdpSocket>> open(const Endpoint& endpoint,
                                                        Answers answers) const override;
  [[nodiscard]] Result<bool> wait(std::span<UdpSocket* const> sockets,
                                  Nanoseconds timeout) const override;
  [[nodiscard]] Result<std::uint64_t> random_u64() const override;
};

class UnavailableQueries final : public Queries {
 public:
  [[nodiscard]] Result<std::string> answer(Query query, Nanoseconds patience,
                                           const StopFlag& stop) const override;
};

}  // namespace guestclock::system
