// What a schema cannot say about a rule: does everything that it names exist, do its parts agree?
// Private to this module.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "model/rule.h"

namespace guestclock::tables {

struct RuleProblem {
  std::string pointer;  ///< JSON pointer into the rule's file
  std::string what;
};

/// `rule_names` are all rules that `writes_before` may name.
[[nodiscard]] std::vector<RuleProblem> rule_problems(
    const model::Rule& rule, const std::set<std::string, std::less<>>& rule_names);

}  // namespace guestclock::tables
