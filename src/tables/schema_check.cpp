#include "tables/schema_check.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/text.h"
#include "tables/json_text.h"

namespace guestclock::tables {
namespace {

using valijson::ValidationResults;

/// valijson's context is "<root>", "[ranges]", "[vm]", "[0]".
std::string pointer_of(const ValidationResults::Error& error) {
  std::string pointer;
  for (const std::string& part : error.context) {
    if (part.size() < 2 || part.front() != '[') continue;
    pointer += pointer_part(std::string_view(part).substr(1, part.size() - 2));
  }
  return pointer;
}

/// Says only that something further in is wrong, which has a message of its own.
bool is_wrapper(std::string_view what) {
  return what.starts_with("Failed to validate against schema associated with") ||
         what.starts_with("Failed to validate item #") ||
         what.starts_with("Failed to validate against a conditional schema");
}

/// No alternative fits. The reasons why each one does not are noise.
bool is_alternative(std::string_view what) {
  return what.find("allowed by oneOf constraint") != std::string_view::npos ||
         what.find("allowed by anyOf constraint") != std::string_view::npos;
}

struct Wording {
  std::string_view starts;
  std::string_view ours;
};
constexpr std::array<Wording, 6> kWordings{{
    {"Failed to match against any enum values", "none of the words that are allowed here"},
    {"Failed to match regex", "not written as the schema asks (its 'pattern')"},
    {"Failed to match expected value set by 'const'", "not the value that must stand here"},
    {"Value type not permitted", "a value of the wrong type"},
    {"Array should contain no more than 0 elements",
     "must be empty: a rule with applies false changes nothing"},
    {"Failed to validate against exactly one child schema",
     "fits more than one of the forms that are allowed here"},
}};

constexpr std::string_view kUnknownMember = "Object contains a property that could not";

/// The name in quotes at the end of that message.
std::string unknown_member(std::string_view what) {
  constexpr std::string_view kBefore = "constraints: '";
  const std::size_t before = what.find(kBefore);
  const std::size_t end = what.rfind('\'');
  if (before == std::string_view::npos || end < before + kBefore.size()) return {};
  return std::string(what.substr(before + kBefore.size(), end - before - kBefore.size()));
}

SchemaProblem in_our_words(std::string pointer, std::string_view what) {
  if (what.starts_with(kUnknownMember)) {
    const std::string name = unknown_member(what);
    return {pointer + pointer_part(name), "unknown member '" + printable(name) + "'"};
  }
  if (is_alternative(what)) {
    return {std::move(pointer), "fits none of the forms that the schema allows here"};
  }
  for (const Wording& wording : kWordings) {
    if (what.starts_with(wording.starts)) return {std::move(pointer), std::string(wording.ours)};
  }
  return {std::move(pointer), printable(what)};
}

}  // namespace

std::vector<SchemaProblem> schema_problems(const nlohmann::json& schema,
                                           const nlohmann::json& document) {
  using valijson::adapters::NlohmannJsonAdapter;
  valijson::Schema compiled;
  valijson::SchemaParser parser;
  parser.populateSchema(NlohmannJsonAdapter(schema), compiled);
  valijson::Validator validator;
  ValidationResults results;
  if (validator.validate(compiled, NlohmannJsonAdapter(document), &results)) return {};

  std::set<std::string> without_alternative;
  for (const ValidationResults::Error& error : results) {
    if (is_alternative(error.description)) without_alternative.insert(pointer_of(error));
  }
  std::vector<SchemaProblem> problems;
  std::set<std::pair<std::string, std::string>> seen;
  for (const ValidationResults::Error& error : results) {
    const std::string pointer = pointer_of(error);
    if (is_wrapper(error.description)) continue;
    if (without_alternative.count(pointer) != 0 && !is_alternative(error.description) &&
        !error.description.starts_with(kUnknownMember)) {
      continue;
    }
    SchemaProblem problem = in_our_words(pointer, error.description);
    if (seen.emplace(problem.pointer, problem.what).second) problems.push_back(std::move(problem));
  }
  if (problems.empty()) problems.push_back({"", "does not follow the schema"});
  return problems;
}

}  // namespace guestclock::tables
