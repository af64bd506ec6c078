// What a schema cannot say about a rule: does everything that it names exist, do its parts agree?
// Private to this module.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/rule.h"

namespace guestclock::tables {

struct RuleProblem {
  std::string pointer;  ///< JSON pointer into the rule's file
  std::string what;
};

/// What rules may name.
struct RuleNames {
  std::set<std::string, std::less<>> rules;                     ///< in `writes_before`
  std::set<std::pair<model::FixKind, std::string>> parameters;  ///< that a fix writes
};

[[nodiscard]] std::vector<RuleProblem> rule_problems(const model::Rule& rule,
                                                     const RuleNames& names);

}  // namespace guestclock::tables
