// Conditions of rules to and from JSON. Private to this module.
#pragma once

#include "model/member_json.h"
#include "model/rule.h"

namespace guestclock::model {

/// {"all": [...]}, {"any": [...]}, {"not": C}, {"fact": PATH, OP: VALUE} or
/// {"parameter": KEY, "in": WHERE, OP: VALUE}; at most 32 levels.
[[nodiscard]] Condition condition_from_json(MemberReader& reader,
                                            const nlohmann::ordered_json& json,
                                            const std::string& path);
[[nodiscard]] nlohmann::ordered_json condition_to_json(const Condition& condition);

}  // namespace guestclock::model
