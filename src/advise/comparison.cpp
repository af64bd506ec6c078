#include "advise/comparison.h"

#include <algorithm>
#include <compare>

#include "base/text.h"
#include "model/version.h"

namespace guestclock::advise {
namespace {

using Operator = model::Condition::Operator;
using Words = std::vector<std::string>;
using model::ConditionValue;
using model::LookupValue;

bool is_absent(const LookupValue& value) {
  if (const auto* const list = std::get_if<Words>(&value)) return list->empty();
  return std::holds_alternative<model::AbsentValue>(value);
}

template <class T>
bool same(const LookupValue& value, const ConditionValue& wanted) {
  const T* const left = std::get_if<T>(&value);
  const T* const right = std::get_if<T>(&wanted);
  return left != nullptr && right != nullptr && *left == *right;
}

bool equal(const LookupValue& value, const ConditionValue& wanted) {
  return same<bool>(value, wanted) || same<double>(value, wanted) ||
         same<std::string>(value, wanted) || same<Words>(value, wanted);
}

bool listed(const LookupValue& value, const ConditionValue& wanted) {
  const auto* const text = std::get_if<std::string>(&value);
  const auto* const words = std::get_if<Words>(&wanted);
  return text != nullptr && words != nullptr &&
         std::find(words->begin(), words->end(), *text) != words->end();
}

bool contains(const LookupValue& value, const ConditionValue& wanted) {
  const auto* const part = std::get_if<std::string>(&wanted);
  if (part == nullptr) return false;
  if (const auto* const list = std::get_if<Words>(&value)) {
    return std::any_of(list->begin(), list->end(), [&](const std::string& element) {
      return element == *part || element.starts_with(*part + ": ");
    });
  }
  const auto* const text = std::get_if<std::string>(&value);
  return text != nullptr && text->find(*part) != std::string::npos;
}

/// value <=> wanted; unordered where they cannot be compared.
std::partial_ordering order(const LookupValue& value, const ConditionValue& wanted) {
  if (const auto* const amount = std::get_if<double>(&wanted)) {
    if (const auto* const number = std::get_if<double>(&value)) return *number <=> *amount;
    const auto* const list = std::get_if<Words>(&value);
    if (list == nullptr || list->empty()) return std::partial_ordering::unordered;
    return static_cast<double>(list->size()) <=> *amount;
  }
  const auto* const text = std::get_if<std::string>(&value);
  const auto* const bound = std::get_if<std::string>(&wanted);
  if (text == nullptr || bound == nullptr) return std::partial_ordering::unordered;
  const auto versions = model::compare_version(*text, *bound);
  return versions ? std::partial_ordering(*versions) : std::partial_ordering::unordered;
}

}  // namespace

bool compare(const LookupValue& value, Operator op, const ConditionValue& wanted) {
  switch (op) {
    case Operator::is:
      return equal(value, wanted);
    case Operator::is_not:
      return !equal(value, wanted);
    case Operator::one_of:
      return listed(value, wanted);
    case Operator::none_of:
      return !listed(value, wanted);
    case Operator::contains:
      return contains(value, wanted);
    case Operator::less:
      return order(value, wanted) == std::partial_ordering::less;
    case Operator::greater:
      return order(value, wanted) == std::partial_ordering::greater;
    case Operator::present:
      return !is_absent(value);
    case Operator::absent:
      return is_absent(value);
  }
  return false;
}

bool compare_parameter(const ParameterValues& values, Operator op, const ConditionValue& wanted) {
  const std::optional<std::string> value = effective(values);
  if (!value) return compare(model::AbsentValue{}, op, wanted);
  if (op == Operator::contains) return compare(values, op, wanted);
  if (std::holds_alternative<double>(wanted)) {
    const std::optional<double> number = parse_number(*value);
    return compare(number ? LookupValue(*number) : LookupValue(*value), op, wanted);
  }
  return compare(*value, op, wanted);
}

}  // namespace guestclock::advise
