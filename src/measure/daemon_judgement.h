// What a time daemon's own account amounts to: is the clock in its hands, not yet, or no longer?
// Pure: from what was told to a verdict with reasons.
#pragma once

#include "model/measurements.h"

namespace guestclock::measure {

/// Fills in verdict, reasons, selectable_in_s and will_step; reasons already there stay in front.
/// synchronised: it follows a source and hears from it. not-yet: it has sources that answer, and
/// has not selected one so far. stale: it says synchronised, and its sources are gone.
/// unsynchronised: it follows nothing, or only this guest's own clock.
void judge_daemon(model::LocalDaemon& daemon);

/// One that could not be asked; every figure is unknown for that reason.
[[nodiscard]] model::LocalDaemon unknown_daemon(const std::string& name, const std::string& reason);

}  // namespace guestclock::measure
