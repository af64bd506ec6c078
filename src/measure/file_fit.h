// From recorded exchanges to a row of `fit`. Pure.
#pragma once

#include <span>
#include <string>

#include "measure/policy.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// The statistical interval alone: nothing is known here of what the clocks did beside the
/// exchanges. Flags as `measure` has them.
[[nodiscard]] model::FileFit fit_file(const std::string& file,
                                      std::span<const model::Exchange> exchanges,
                                      const DriftPolicy& policy);

[[nodiscard]] model::FileFit unknown_file_fit(const std::string& file, const std::string& reason);

}  // namespace guestclock::measure
