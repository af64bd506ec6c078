// Facts to and from JSON, in the shape of the contract's `detect` document.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "model/facts.h"

namespace guestclock::model {

/// The parts of the detect document: virtualization, kernel, clock, boot, timesync, tuning, and
/// `unknown{path: reason}`. Without "schema".
[[nodiscard]] nlohmann::ordered_json facts_to_json(const Facts& facts);

/// The inverse. A missing member counts as "not in the document"; a member of the wrong type is
/// malformed, its path in the message.
[[nodiscard]] Result<Facts> facts_from_json(const nlohmann::ordered_json& json);

[[nodiscard]] nlohmann::ordered_json assumptions_to_json(const std::vector<Assumption>& all);

}  // namespace guestclock::model
