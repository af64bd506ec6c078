#include "report/condition_words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::report {
namespace {

using Operator = model::Condition::Operator;
using Where = model::Condition::Where;

std::string range_in_words(const model::VersionRange& range) {
  if (range.from && range.to) {
    return *range.from == *range.to ? " " + *range.from : " " + *range.from + " to " + *range.to;
  }
  if (range.from) return " from " + *range.from;
  return range.to ? " up to " + *range.to : "";
}

std::string distributions_in_words(const std::vector<model::DistributionRange>& all) {
  std::vector<std::string> parts;
  parts.reserve(all.size());
  for (const model::DistributionRange& one : all) {
    parts.push_back(join(one.ids, "/") + range_in_words(one.version));
  }
  return join(parts, " or ");
}

struct ValueInWords {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::string>& values) const {
    return join(values, ", ");
  }
};

std::string_view operator_in_words(Operator op) {
  switch (op) {
    case Operator::is:
      return "is";
    case Operator::is_not:
      return "is not";
    case Operator::one_of:
      return "is one of";
    case Operator::none_of:
      return "is none of";
    case Operator::contains:
      return "contains";
    case Operator::less:
      return "is less than";
    case Operator::greater:
      return "is greater than";
    case Operator::present:
      return "is there";
    case Operator::absent:
      return "is not there";
  }
  return "";
}

std::string_view where_in_words(Where where) {
  switch (where) {
    case Where::default_entry:
      return "in the default boot entry";
    case Where::any_entry:
      return "in some boot entry";
    case Where::running:
      return "in the running kernel";
  }
  return "";
}

std::string test_in_words(const model::Condition& condition) {
  std::string text = condition.path;
  if (condition.kind == model::Condition::Kind::parameter) {
    text += fmt::format(" {}", where_in_words(condition.where));
  }
  text += fmt::format(" {}", operator_in_words(condition.op));
  if (condition.op == Operator::present || condition.op == Operator::absent) return text;
  return text + " " + std::visit(ValueInWords{}, condition.value);
}

std::string in_words(const model::Condition& condition, bool inside);

std::string children_in_words(const model::Condition& condition, std::string_view between,
                              bool inside) {
  std::vector<std::string> parts;
  for (const model::Condition& child : condition.children) {
    parts.push_back(in_words(child, condition.children.size() > 1));
  }
  const std::string text = join(parts, between);
  return inside && parts.size() > 1 ? "(" + text + ")" : text;
}

std::string in_words(const model::Condition& condition, bool inside) {
  switch (condition.kind) {
    case model::Condition::Kind::all:
      return condition.children.empty() ? "always" : children_in_words(condition, " and ", inside);
    case model::Condition::Kind::any:
      return condition.children.empty() ? "never" : children_in_words(condition, " or ", inside);
    case model::Condition::Kind::negation:
      return "not (" + children_in_words(condition, "", false) + ")";
    case model::Condition::Kind::fact:
    case model::Condition::Kind::parameter:
      break;
  }
  return test_in_words(condition);
}

}  // namespace

std::string ranges_in_words(const model::Ranges& ranges) {
  const bool any = ranges.vm.size() == 1 && ranges.vm.front() == "any";
  std::vector<std::string> parts{any ? "any hypervisor" : join(ranges.vm, " or ")};
  if (!ranges.os.empty()) parts.push_back(join(ranges.os, " or "));
  if (!ranges.arch.empty()) parts.push_back(join(ranges.arch, " or "));
  if (!ranges.distributions.empty()) parts.push_back(distributions_in_words(ranges.distributions));
  if (!ranges.not_distributions.empty()) {
    parts.push_back("not " + distributions_in_words(ranges.not_distributions));
  }
  if (ranges.kernel.from || ranges.kernel.to) {
    parts.push_back("kernel" + range_in_words(ranges.kernel));
  }
  return join(parts, ", ");
}

std::string condition_in_words(const model::Condition& condition) {
  return in_words(condition, false);
}

}  // namespace guestclock::report
