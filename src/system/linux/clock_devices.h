// PTP hardware clocks and RTCs.
#pragma once

#include <memory>
#include <string_view>

#include "system/system.h"

namespace guestclock::system {

/// /dev/NAME of a ptpN or rtcN; `usage` for other names. An RTC can be open once at a time.
[[nodiscard]] Result<std::unique_ptr<ClockDevice>> open_clock_device(std::string_view name);

}  // namespace guestclock::system
