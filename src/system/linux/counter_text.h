// The text files in which Linux shows its counters. Pure: text in, numbers out.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::system {

/// /proc/interrupts: timer interrupts by CPU. Row LOC where the local timer ticks; where it does
/// not (nolapic: IRQ 0; other architectures: arch_timer) the rows whose device is a timer.
/// `unsupported` where no row is.
[[nodiscard]] Result<std::vector<std::pair<int, std::uint64_t>>> parse_timer_interrupts(
    std::string_view text);

/// /proc/stat, its rows cpuN. `ticks_per_second` is sysconf(_SC_CLK_TCK).
[[nodiscard]] Result<std::vector<std::pair<int, CpuTimes>>> parse_cpu_times(
    std::string_view text, std::int64_t ticks_per_second);

/// /proc/PID/schedstat: its second number, nanoseconds on a run queue.
[[nodiscard]] Result<Nanoseconds> parse_run_delay(std::string_view text);

/// A list such as "0-3,8": /sys/devices/system/cpu/online. `malformed` above 65536 CPUs.
[[nodiscard]] Result<std::vector<int>> parse_cpu_list(std::string_view text);

}  // namespace guestclock::system
