// Why did the kernel take the clock it has? What its log says of that.
#pragma once

#include <string_view>
#include <vector>

#include "model/facts.h"

namespace guestclock::probe {

/// Name of the event whose text ends with the hypervisor's name as the kernel sees it:
/// "Hypervisor detected: KVM".
inline constexpr std::string_view kHypervisorDetected = "hypervisor-detected";

/// The lines of dmesg(1) that concern the kernel's clock, in the log's order. Of each line the
/// first 1024 bytes count; at most 8 events of one name and 64 in all are kept, the first ones.
/// `time_s` comes from a stamp "[    1.234567]" at the line's start. Linear in the log's size.
[[nodiscard]] std::vector<model::ClockEvent> parse_clock_events(std::string_view log);

}  // namespace guestclock::probe
