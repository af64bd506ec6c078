// Measurements to and from JSON, in the shape of the contract's `measure` document.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "model/measurements.h"

namespace guestclock::model {

/// The parts of the measure document: drift, clocks, servers, ticks, `unknown{path: reason}`.
[[nodiscard]] nlohmann::ordered_json measurements_to_json(const Measurements& measurements);

/// One of the objects of the `fit` document, with an `unknown` of its own.
[[nodiscard]] nlohmann::ordered_json file_fit_to_json(const FileFit& fit);

/// The `selftest` document.
[[nodiscard]] nlohmann::ordered_json selftest_to_json(const Selftest& selftest);

/// The inverse of measurements_to_json; a missing member counts as "not in the document".
[[nodiscard]] Result<Measurements> measurements_from_json(const nlohmann::ordered_json& json);

}  // namespace guestclock::model
