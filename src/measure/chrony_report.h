// What chronyc -c says, in the model's words: one line of values with commas between them. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// `chronyc -c tracking`: 14 values of which the signs are those of its text form (system time
/// positive: slow; frequency positive: fast; chrony's client.c, 4.3). `now` is CLOCK_REALTIME, for
/// the age of its reference. Verdict, reasons and sources are left empty.
[[nodiscard]] Result<model::LocalDaemon> parse_chrony_tracking(std::string_view text,
                                                               Nanoseconds now);

/// `chronyc -c sources`: ten values a line; its offsets are local minus source. At most 64 lines
/// are taken.
[[nodiscard]] Result<std::vector<model::DaemonSource>> parse_chrony_sources(std::string_view text);

}  // namespace guestclock::measure
