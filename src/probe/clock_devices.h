// Which devices can tell the time, or that it jumped?
#pragma once

#include "model/facts.h"
#include "system/system.h"

namespace guestclock::probe {

[[nodiscard]] model::Fact<std::vector<model::PtpDevice>> probe_ptp(const system::System& system);
[[nodiscard]] model::Fact<std::vector<model::RtcDevice>> probe_rtc(const system::System& system);

/// vmclock and vmgenid, by the names of ACPI devices, the device tree's nodes and the devices that
/// drivers made.
struct HypervisorDevices {
  model::VmclockDevice vmclock;
  model::Fact<bool> vmgenid;
};
[[nodiscard]] HypervisorDevices probe_hypervisor_devices(const system::System& system);

}  // namespace guestclock::probe
