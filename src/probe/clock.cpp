// Which clocks does this platform offer, and which one did the kernel take?
#include <algorithm>
#include <array>

#include "base/text.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;

constexpr std::string_view kClocksource = "/sys/devices/system/clocksource/clocksource0/";
constexpr std::uint32_t kTopExtendedLeaf = 0x80000000;
constexpr std::uint32_t kPowerLeaf = 0x80000007;
constexpr std::uint32_t kInvariantTscBit = 1U << 8U;

Fact<std::string> text_file(const system::System& system, const std::string& path) {
  const auto text = system.files().read(path);
  if (!text) return Fact<std::string>::unknown(unknown_reason(system, text.error()));
  const std::string_view value = trim(*text);
  if (value.empty()) return Fact<std::string>::unknown(path + " is empty");
  return std::string(value);
}

/// Flags of the first CPU in /proc/cpuinfo.
Fact<std::vector<std::string>> cpu_flags(const system::System& system) {
  const auto text = system.files().read("/proc/cpuinfo");
  if (!text) return Fact<std::vector<std::string>>::unknown(unknown_reason(system, text.error()));
  for (const std::string_view line : lines(*text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trim(line.substr(0, colon)) != "flags") continue;
    return words(line.substr(colon + 1));
  }
  return Fact<std::vector<std::string>>::unknown("/proc/cpuinfo lists no flags");
}

Fact<bool> flag(const Fact<std::vector<std::string>>& flags, std::string_view name) {
  if (!flags.known()) return Fact<bool>::unknown(flags.reason());
  return std::find(flags.value().begin(), flags.value().end(), name) != flags.value().end();
}

model::Tsc probe_tsc(const system::System& system) {
  model::Tsc tsc;
  const auto flags = cpu_flags(system);
  tsc.known_freq = flag(flags, "tsc_known_freq");
  tsc.reliable = flag(flags, "tsc_reliable");
  tsc.adjust = flag(flags, "tsc_adjust");
  const auto top = system.cpuid().leaf(kTopExtendedLeaf);
  if (top && top->eax >= kPowerLeaf) {
    if (const auto power = system.cpuid().leaf(kPowerLeaf)) {
      tsc.invariant = (power->edx & kInvariantTscBit) != 0;
      return tsc;
    }
  }
  const Fact<bool> constant = flag(flags, "constant_tsc");
  const Fact<bool> nonstop = flag(flags, "nonstop_tsc");
  tsc.invariant = constant.known() ? Fact<bool>(constant.value() && nonstop.value()) : constant;
  return tsc;
}

Fact<std::string> attribute(const system::Device& device, std::string_view name) {
  const std::string* const value = device.attribute(name);
  if (value == nullptr) {
    return Fact<std::string>::unknown(device.path + " has no attribute " + std::string(name));
  }
  return std::string(trim(*value));
}

Fact<std::vector<model::PtpDevice>> probe_ptp(const system::System& system) {
  static constexpr std::array<std::string_view, 1> kAttributes{"clock_name"};
  const auto devices = system.devices().enumerate("ptp", kAttributes);
  if (!devices) {
    return Fact<std::vector<model::PtpDevice>>::unknown(unknown_reason(system, devices.error()));
  }
  std::vector<model::PtpDevice> found;
  for (const system::Device& device : *devices) {
    found.push_back({device.name, attribute(device, "clock_name")});
  }
  return found;
}

Fact<std::vector<model::RtcDevice>> probe_rtc(const system::System& system) {
  static constexpr std::array<std::string_view, 2> kAttributes{"name", "hctosys"};
  const auto devices = system.devices().enumerate("rtc", kAttributes);
  if (!devices) {
    return Fact<std::vector<model::RtcDevice>>::unknown(unknown_reason(system, devices.error()));
  }
  std::vector<model::RtcDevice> found;
  for (const system::Device& device : *devices) {
    const Fact<std::string> hctosys = attribute(device, "hctosys");
    found.push_back({device.name, attribute(device, "name"),
                     hctosys.known() ? Fact<bool>(hctosys.value() == "1")
                                     : Fact<bool>::unknown(hctosys.reason())});
  }
  return found;
}

/// FreeBSD: kern.timecounter.choice is "TSC(1000) HPET(950) i8254(0) dummy(-1000000)".
void add_timecounter(const system::System& system, model::Clock& clock) {
  const auto hardware = system.sysctl().get("kern.timecounter.hardware");
  if (!hardware) return;
  clock.source = std::string(trim(*hardware));
  if (const auto choice = system.sysctl().get("kern.timecounter.choice")) {
    std::vector<std::string> names;
    for (const std::string& word : words(*choice))
      names.push_back(word.substr(0, word.find('(')));
    clock.available = std::move(names);
  }
  if (const auto timer = system.sysctl().get("kern.eventtimer.timer")) {
    clock.event_device = std::string(trim(*timer));
  }
}

}  // namespace

model::Clock probe_clock(const system::System& system) {
  model::Clock clock;
  clock.source = text_file(system, std::string(kClocksource) + "current_clocksource");
  const auto available = text_file(system, std::string(kClocksource) + "available_clocksource");
  clock.available = available.known() ? Fact<std::vector<std::string>>(words(available.value()))
                                      : Fact<std::vector<std::string>>::unknown(available.reason());
  clock.event_device =
      text_file(system, "/sys/devices/system/clockevents/clockevent0/current_device");
  if (!clock.source.known()) add_timecounter(system, clock);
  clock.tsc = probe_tsc(system);
  clock.ptp = probe_ptp(system);
  clock.rtc = probe_rtc(system);
  return clock;
}

}  // namespace guestclock::probe
