// Ranges of rules and of known parameters from JSON. Private to this module.
#pragma once

#include "model/member_json.h"
#include "model/rule.h"

namespace guestclock::model {

/// {"vm": [...], "os": [...], "arch": [...], "distributions": [{"ids": [...], "from", "to"}],
/// "not_distributions": ..., "kernel": {"from", "to"}}, each optional.
[[nodiscard]] Ranges ranges_from_json(MemberReader& reader, const nlohmann::ordered_json& json,
                                      const std::string& path);

}  // namespace guestclock::model
