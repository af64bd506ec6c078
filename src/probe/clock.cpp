// Which clocks does this platform offer, and which one did the kernel take?
#include "base/text.h"
#include "probe/clock_devices.h"
#include "probe/clock_events.h"
#include "probe/clock_interfaces.h"
#include "probe/probe.h"
#include "probe/timer_list.h"
#include "probe/tsc.h"
#include "probe/unknown_reason.h"
#include "probe/unread.h"

namespace guestclock::probe {
namespace {

using model::Fact;

constexpr std::string_view kClocksource = "/sys/devices/system/clocksource/clocksource0/";
Fact<std::string> text_file(const system::System& system, const std::string& path) {
  const auto text = system.files().read(path);
  if (!text) return Fact<std::string>::unknown(unknown_reason(system, text.error()));
  const std::string_view value = trim(*text);
  if (value.empty()) return Fact<std::string>::unknown(path + " is empty");
  return std::string(value);
}

template <class T>
Fact<T> told(const std::optional<T>& value) {
  return value ? Fact<T>(*value) : Fact<T>::unknown("/proc/timer_list does not say");
}

/// With high-resolution timers, and only then, MONOTONIC's timers go by single nanoseconds
/// (clock_getres(2)); the tick is one of them, so its device is set anew for each.
bool has_high_resolution(const system::System& system) {
  const auto resolution = system.clocks().resolution(system::ClockId::monotonic);
  return resolution && *resolution == Nanoseconds(1);
}

void add_tick_state(const system::System& system, const model::Kernel& kernel,
                    model::Clock& clock) {
  clock.broadcast_device =
      text_file(system, "/sys/devices/system/clockevents/broadcast/current_device");
  // The list of all timers is dear to make: asked only for what nothing else tells.
  if (kernel.os.value_or("") == "linux" && kernel.tickless.known() && has_high_resolution(system)) {
    clock.high_resolution = true;
    clock.event_mode = std::string("one-shot");
    clock.tick_stops = kernel.tickless;
    return;
  }
  const auto text = system.files().read_start("/proc/timer_list", kTimerListStart);
  if (!text) {
    const std::string why = unknown_reason(system, text.error());
    clock.event_mode = Fact<std::string>::unknown(why);
    clock.tick_stops = Fact<bool>::unknown(why);
    clock.high_resolution = Fact<bool>::unknown(why);
    return;
  }
  const TickState state = parse_timer_list(*text);
  clock.event_mode =
      told(state.one_shot ? std::optional<std::string>(*state.one_shot ? "one-shot" : "periodic")
                          : std::nullopt);
  clock.tick_stops = told(state.stops);
  clock.high_resolution = told(state.high_resolution);
}

/// FreeBSD: kern.eventtimer.periodic and .idletick are 0 or 1.
void add_eventtimer(const system::System& system, model::Clock& clock) {
  const auto periodic = system.sysctl().get("kern.eventtimer.periodic");
  const auto idle_tick = system.sysctl().get("kern.eventtimer.idletick");
  if (!periodic) return;
  const bool is_periodic = trim(*periodic) == "1";
  clock.event_mode = std::string(is_periodic ? "periodic" : "one-shot");
  clock.high_resolution = !is_periodic;
  if (idle_tick) clock.tick_stops = !is_periodic && trim(*idle_tick) == "0";
}

Fact<std::vector<model::ClockEvent>> probe_kernel_log(const system::System& system,
                                                      std::vector<model::Unread>& unread) {
  const auto log = system.kernel_log();
  if (log) return parse_clock_events(*log);
  note_unread(unread, log.error(), "the kernel log", "CAP_SYSLOG");
  return Fact<std::vector<model::ClockEvent>>::unknown(unknown_reason(system, log.error()));
}

}  // namespace

model::Clock probe_clock(const system::System& system, const model::Kernel& kernel,
                         std::vector<model::Unread>& unread) {
  model::Clock clock;
  clock.source = text_file(system, std::string(kClocksource) + "current_clocksource");
  const auto available = text_file(system, std::string(kClocksource) + "available_clocksource");
  clock.available = available.known() ? Fact<std::vector<std::string>>(words(available.value()))
                                      : Fact<std::vector<std::string>>::unknown(available.reason());
  clock.event_device =
      text_file(system, "/sys/devices/system/clockevents/clockevent0/current_device");
  add_tick_state(system, kernel, clock);
  add_eventtimer(system, clock);
  ClockInterfacesFound by_cpuid = probe_clock_interfaces(system, hypervisor_blocks(system.cpuid()));
  HypervisorDevices devices = probe_hypervisor_devices(system);
  clock.tsc = probe_tsc(system, by_cpuid.tsc);
  clock.ptp = probe_ptp(system);
  clock.rtc = probe_rtc(system);
  clock.interfaces = std::move(by_cpuid.interfaces);
  clock.interfaces.vmclock = std::move(devices.vmclock);
  clock.interfaces.vmgenid = std::move(devices.vmgenid);
  clock.kernel_log = probe_kernel_log(system, unread);
  return clock;
}

}  // namespace guestclock::probe
