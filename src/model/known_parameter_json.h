// Rows of rules/parameters.json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "model/known_parameter.h"

namespace guestclock::model {

/// A row that the schema (rules/schema/parameters.schema.json) accepted; what a schema cannot say
/// is checked here (malformed, with the member's path).
[[nodiscard]] Result<KnownParameter> known_parameter_from_json(const nlohmann::ordered_json& json);

}  // namespace guestclock::model
