// Rules and findings to and from JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "model/finding.h"
#include "model/rule.h"

namespace guestclock::model {

/// A rule file's content as a Rule. The schema (rules/schema/rule.schema.json) must have accepted
/// it; what a schema cannot say is checked here (malformed, with the member's path).
[[nodiscard]] Result<Rule> rule_from_json(const nlohmann::ordered_json& json);

/// The inverse: the shape of a rule file.
[[nodiscard]] nlohmann::ordered_json rule_to_json(const Rule& rule);
[[nodiscard]] nlohmann::ordered_json ranges_to_json(const Ranges& ranges);
[[nodiscard]] nlohmann::ordered_json finding_to_json(const Finding& finding);
[[nodiscard]] nlohmann::ordered_json acceptance_to_json(const Acceptance& acceptance);

}  // namespace guestclock::model
