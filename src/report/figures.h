// Measured figures in words. Signs as everywhere: a positive rate error is fast, a positive offset
// means that this guest is behind.
#pragma once

#include <string>

#include "model/measurements.h"

namespace guestclock::report {

/// "runs fast by 37.8 ppm (95 %: 37.1 to 38.5)"; "unknown: REASON".
[[nodiscard]] std::string rate_in_words(const model::Fact<double>& rate_error_ppm,
                                        const model::Fact<model::Interval>& ci95_ppm);
/// "behind by 12.3 ms", "ahead by 1.20 s"; "unknown: REASON".
[[nodiscard]] std::string offset_in_words(const model::Fact<double>& offset_s);
/// "12.3 ms", three digits where there are decimals.
[[nodiscard]] std::string seconds_in_words(double seconds);
[[nodiscard]] std::string seconds_in_words(const model::Fact<double>& seconds);
/// Gain or loss of a day: "gains 3.27 s a day".
[[nodiscard]] std::string per_day_in_words(double rate_error_ppm);

}  // namespace guestclock::report
