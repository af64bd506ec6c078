#include "advise/steps_here.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace guestclock::advise {
namespace {

using model::AbsentValue;
using model::LookupValue;

/// A text, or the first of a list.
std::optional<std::string> first_text(const LookupValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  const auto* const list = std::get_if<std::vector<std::string>>(&value);
  return list != nullptr && !list->empty() ? std::optional(list->front()) : std::nullopt;
}

bool is_absent(const LookupValue& value) {
  const auto* const list = std::get_if<std::vector<std::string>>(&value);
  return std::holds_alternative<AbsentValue>(value) || (list != nullptr && list->empty());
}

bool is_plain_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos;
}

std::string with_facts(std::string_view text, const model::FactLookup& facts) {
  std::string made;
  while (true) {
    const std::size_t open = text.find("%{");
    const std::size_t close = text.find('}', std::min(open, text.size()));
    if (close == std::string_view::npos) return made.append(text);
    const auto value = first_text(facts.at(text.substr(open + 2, close - open - 2)));
    made.append(text.substr(0, open));
    made.append(value && is_plain_word(*value) ? std::string_view(*value)
                                               : text.substr(open, close - open + 1));
    text.remove_prefix(close + 1);
  }
}

}  // namespace

std::vector<model::FixStep> steps_here(const std::vector<model::FixStep>& steps,
                                       const model::FactLookup& facts) {
  std::vector<model::FixStep> here;
  for (model::FixStep step : steps) {
    if (!step.found_at.empty()) {
      const LookupValue& file = facts.at(step.found_at);
      if (is_absent(file)) continue;
      step.file = first_text(file).value_or(step.file);
    }
    step.text = with_facts(step.text, facts);
    here.push_back(std::move(step));
  }
  return here;
}

}  // namespace guestclock::advise
