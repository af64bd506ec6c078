// The running kernel's clocksource, changed for the time being.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "system/clocksource_control.h"

namespace guestclock::settings {

/// Called with a clocksource's name while the kernel uses it; `taken` fails where it does not.
using OnClocksource = std::function<void(const std::string& name, const Result<void>& taken)>;

/// Puts the kernel on each available clocksource, the one in use first. Whatever happens, an
/// exception of `look` included, that one is chosen again before this returns; fails where the
/// kernel does not take it back, and, before anything is changed, where it cannot be told.
[[nodiscard]] Result<void> on_each_clocksource(system::ClocksourceControl& control,
                                               const OnClocksource& look);

}  // namespace guestclock::settings
