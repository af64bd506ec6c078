// One comparison of a condition: a value that is known, an operator, what the rule asks for.
#pragma once

#include "advise/boot_parameters.h"
#include "model/fact_lookup_json.h"
#include "model/rule.h"

namespace guestclock::advise {

/// `value` is known or absent. An absent value, and one of another type than the rule's, is not
/// equal to anything, less than or greater than nothing. An empty list counts as absent.
/// less and greater compare numbers, how many elements a list has, or two texts as versions.
/// contains asks for an element of a list (or for the code that stands before ": " in it), or for a
/// part of a text.
[[nodiscard]] bool compare(const model::LookupValue& value, model::Condition::Operator op,
                           const model::ConditionValue& wanted);

/// The same for a parameter: its effective value counts (contains: any of its values), a number
/// where the rule asks for one.
[[nodiscard]] bool compare_parameter(const ParameterValues& values, model::Condition::Operator op,
                                     const model::ConditionValue& wanted);

}  // namespace guestclock::advise
