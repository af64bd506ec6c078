#include "tables/tables.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace guestclock::tables {

Thresholds::Thresholds(std::map<std::string, double, std::less<>> values)
    : values_(std::move(values)) {}

double Thresholds::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    throw std::logic_error("rules/thresholds.json has no " + std::string(name));
  }
  return found->second;
}

const model::Rule* Tables::rule(std::string_view name_or_catalogue) const {
  const auto first = [this](auto matches) -> const model::Rule* {
    const auto found = std::find_if(rules.begin(), rules.end(), matches);
    return found == rules.end() ? nullptr : &*found;
  };
  if (const model::Rule* const named =
          first([&](const model::Rule& rule) { return rule.rule == name_or_catalogue; })) {
    return named;
  }
  if (const model::Rule* const of_row =
          first([&](const model::Rule& rule) { return rule.catalogue == name_or_catalogue; })) {
    return of_row;
  }
  return first([&](const model::Rule& rule) { return contains(rule.covers, name_or_catalogue); });
}

}  // namespace guestclock::tables
