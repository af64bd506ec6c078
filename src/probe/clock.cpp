// Which clocks does this platform offer, and which one did the kernel take?
#include "base/text.h"
#include "probe/clock_devices.h"
#include "probe/clock_events.h"
#include "probe/clock_interfaces.h"
#include "probe/probe.h"
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

Fact<std::vector<model::ClockEvent>> probe_kernel_log(const system::System& system,
                                                      std::vector<model::Unread>& unread) {
  const auto log = system.kernel_log();
  if (log) return parse_clock_events(*log);
  note_unread(unread, log.error(), "the kernel log", "CAP_SYSLOG");
  return Fact<std::vector<model::ClockEvent>>::unknown(unknown_reason(system, log.error()));
}

}  // namespace

model::Clock probe_clock(const system::System& system, std::vector<model::Unread>& unread) {
  model::Clock clock;
  clock.source = text_file(system, std::string(kClocksource) + "current_clocksource");
  const auto available = text_file(system, std::string(kClocksource) + "available_clocksource");
  clock.available = available.known() ? Fact<std::vector<std::string>>(words(available.value()))
                                      : Fact<std::vector<std::string>>::unknown(available.reason());
  clock.event_device =
      text_file(system, "/sys/devices/system/clockevents/clockevent0/current_device");
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
