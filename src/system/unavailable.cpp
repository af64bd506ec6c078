#include "system/unavailable.h"

#include "model/fact.h"

namespace guestclock::system {
namespace {

tl::unexpected<Error> refuse() {
  return tl::make_unexpected(live_only());
}

}  // namespace

Error live_only() {
  return {ErrorCode::unsupported, std::string(model::kLiveOnly), {}, {}, 0};
}

Error not_in_capture() {
  return {ErrorCode::unsupported, "not in the capture", {}, {}, 0};
}

Result<CpuidRegisters> UnavailableCpuid::leaf(std::uint32_t /*leaf*/,
                                              std::uint32_t /*subleaf*/) const {
  return tl::make_unexpected(why_);
}

Result<std::string> UnavailableSysctl::get(std::string_view /*name*/) const {
  return tl::make_unexpected(why_);
}

Result<std::string> UnavailableSysctl::kenv(std::string_view /*name*/) const {
  return tl::make_unexpected(why_);
}

Result<Nanoseconds> UnavailableClocks::read(ClockId /*id*/) const {
  return refuse();
}

Result<void> UnavailableClocks::sleep_until(ClockId /*id*/, Nanoseconds /*instant*/) const {
  return refuse();
}

Result<Timex> UnavailableCounters::timex() const {
  return refuse();
}

Result<std::vector<std::pair<int, std::uint64_t>>> UnavailableCounters::timer_interrupts() const {
  return refuse();
}

Result<std::vector<std::pair<int, CpuTimes>>> UnavailableCounters::cpu_times() const {
  return refuse();
}

Result<Nanoseconds> UnavailableCounters::run_delay() const {
  return refuse();
}

Result<std::vector<Endpoint>> UnavailableNetwork::resolve(std::string_view /*host*/,
                                                          std::uint16_t /*port*/) const {
  return refuse();
}

Result<std::unique_ptr<UdpSocket>> UnavailableNetwork::open(const Endpoint& /*endpoint*/,
                                                            Answers /*answers*/) const {
  return refuse();
}

Result<bool> UnavailableNetwork::wait(std::span<UdpSocket* const> /*sockets*/,
                                      Nanoseconds /*timeout*/) const {
  return refuse();
}

Result<std::uint64_t> UnavailableNetwork::random_u64() const {
  return refuse();
}

Result<std::string> UnavailableQueries::answer(Query /*query*/, Nanoseconds /*patience*/,
                                               const StopFlag& /*stop*/) const {
  return refuse();
}

}  // namespace guestclock::system
