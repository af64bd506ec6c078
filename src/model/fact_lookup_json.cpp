#include "model/fact_lookup_json.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "model/fact_json.h"
#include "model/facts_json.h"
#include "model/measurements_json.h"

namespace guestclock::model {
namespace {

constexpr std::string_view kMeasurements = "measurements";

std::string in_words(double value) {
  constexpr double kLargestExact = 9007199254740992.0;
  if (std::trunc(value) == value && std::fabs(value) < kLargestExact) {
    return fmt::format("{}", static_cast<std::int64_t>(value));
  }
  return fmt::format("{}", value);
}

/// What stands for a list element: objects by their name.
std::string element_in_words(const Json& element) {
  if (element.is_string()) return element.get<std::string>();
  if (element.is_boolean()) return element.get<bool>() ? "true" : "false";
  if (element.is_number()) return in_words(element.get<double>());
  if (element.is_object()) {
    for (const char* key : {"name", "title", "address", "source", "cpu"}) {
      const auto name = element.find(key);
      if (name != element.end()) return element_in_words(*name);
    }
  }
  return {};
}

/// Walks one part of the tree; `unknown` has the reasons, by path inside that part.
class Walk {
 public:
  explicit Walk(const Json& part) : part_(part), unknown_(part["unknown"]) {}

  [[nodiscard]] LookupValue at(std::string_view path) const { return at(part_, {}, path); }

  [[nodiscard]] std::string words_at(std::string_view path) const {
    const Json* node = &part_;
    std::string here;
    std::string_view rest = path;
    while (node->is_object() && !rest.empty() && !unknown_.contains(here)) {
      const std::size_t dot = rest.find('.');
      const auto member = node->find(std::string(rest.substr(0, dot)));
      if (member == node->end()) break;
      here = member_path(here, rest.substr(0, dot));
      node = &*member;
      rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    }
    const bool of_objects = node->is_array() && !node->empty() && node->front().is_object();
    if (!of_objects || rest.empty()) return describe(at(path));
    return named(*node, here, rest);
  }

 private:
  /// One member of every element behind the element's name.
  [[nodiscard]] std::string named(const Json& list, const std::string& here,
                                  std::string_view rest) const {
    std::vector<std::string> parts;
    bool several = false;
    std::size_t index = 0;
    for (const Json& element : list) {
      const LookupValue value = at(element, element_path(here, index++), rest);
      if (std::holds_alternative<AbsentValue>(value)) continue;
      several = several || std::holds_alternative<std::vector<std::string>>(value);
      const std::string name = describe(element_in_words(element));
      parts.push_back((name.empty() ? name : name + ": ") + describe(value));
    }
    return parts.empty() ? describe(AbsentValue{}) : join(parts, several ? "; " : ", ");
  }

  [[nodiscard]] LookupValue at(const Json& node, const std::string& here,
                               std::string_view rest) const {
    const auto reason = unknown_.find(here);
    if (reason != unknown_.end()) return UnknownValue{reason->get<std::string>()};
    if (rest.empty()) return value_of(node);
    if (is_interval(node) && (rest == "low" || rest == "high")) {
      return (rest == "low" ? node.front() : node.back()).get<double>();
    }
    if (node.is_array()) return collect(node, here, rest);
    if (!node.is_object()) return AbsentValue{};
    const std::size_t dot = rest.find('.');
    const std::string name(rest.substr(0, dot));
    const auto member = node.find(name);
    if (member == node.end() || member_path(here, name) == "unknown") return AbsentValue{};
    const bool last = dot == std::string_view::npos;
    return at(*member, member_path(here, name), last ? std::string_view{} : rest.substr(dot + 1));
  }

  /// A member of the element that the path names, else of every element: unknown as soon as one
  /// element's is.
  [[nodiscard]] LookupValue collect(const Json& list, const std::string& here,
                                    std::string_view rest) const {
    const std::size_t dot = rest.find('.');
    std::size_t index = 0;
    for (const Json& element : list) {
      if (dot != std::string_view::npos && element.is_object() &&
          element.value("name", std::string()) == rest.substr(0, dot)) {
        return at(element, element_path(here, index), rest.substr(dot + 1));
      }
      ++index;
    }
    std::vector<std::string> all;
    index = 0;
    for (const Json& element : list) {
      const LookupValue value = at(element, element_path(here, index++), rest);
      if (std::holds_alternative<UnknownValue>(value)) return value;
      if (std::holds_alternative<AbsentValue>(value)) continue;
      if (const auto* several = std::get_if<std::vector<std::string>>(&value)) {
        all.insert(all.end(), several->begin(), several->end());
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        all.push_back(*text);
      } else {
        all.push_back(describe(value));
      }
    }
    return some(std::move(all));
  }

  [[nodiscard]] static bool is_interval(const Json& node) {
    return node.is_array() && node.size() == 2 && node.front().is_number() &&
           node.back().is_number();
  }

  [[nodiscard]] static LookupValue value_of(const Json& node) {
    if (node.is_boolean()) return node.get<bool>();
    if (node.is_number()) return node.get<double>();
    if (node.is_string()) return node.get<std::string>();
    std::vector<std::string> all;
    if (node.is_array()) {
      for (const Json& element : node)
        all.push_back(element_in_words(element));
    }
    return some(std::move(all));
  }

  [[nodiscard]] static LookupValue some(std::vector<std::string> all) {
    if (all.empty()) return AbsentValue{};
    return all;
  }

  const Json& part_;
  const Json& unknown_;
};

struct InWords {
  std::string operator()(const AbsentValue&) const { return "absent"; }
  std::string operator()(const UnknownValue& unknown) const {
    return "unknown: " + printable(unknown.reason, unknown.reason.size());
  }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(double value) const { return in_words(value); }
  std::string operator()(const std::string& value) const { return printable(value, value.size()); }
  std::string operator()(const std::vector<std::string>& values) const {
    return (*this)(join(values, ", "));
  }
};

}  // namespace

struct FactLookup::Tree {
  Tree(const Facts& known, const Measurements* measured)
      : facts(facts_to_json(known)),
        measurements(measured != nullptr ? measurements_to_json(*measured) : Json()) {}

  [[nodiscard]] LookupValue look_up(std::string_view path) const {
    if (path.empty()) return AbsentValue{};
    const bool is_measured = path.substr(0, path.find('.')) == kMeasurements;
    if (!is_measured) return Walk(facts).at(path);
    if (measurements.is_null()) return UnknownValue{"not measured"};
    path.remove_prefix(std::min(path.size(), kMeasurements.size() + 1));
    return Walk(measurements).at(path);
  }

  Json facts;
  Json measurements;  ///< null: not measured
  std::map<std::string, LookupValue, std::less<>> seen;
};

FactLookup::FactLookup(const Facts& facts, const Measurements* measurements)
    : tree_(std::make_unique<Tree>(facts, measurements)) {}
FactLookup::~FactLookup() = default;
FactLookup::FactLookup(FactLookup&&) noexcept = default;
FactLookup& FactLookup::operator=(FactLookup&&) noexcept = default;

const LookupValue& FactLookup::at(std::string_view path) const {
  const auto seen = tree_->seen.find(path);
  if (seen != tree_->seen.end()) return seen->second;
  return tree_->seen.emplace(path, tree_->look_up(path)).first->second;
}

std::string FactLookup::words_at(std::string_view path) const {
  const bool is_measured = path.substr(0, path.find('.')) == kMeasurements;
  if (!is_measured) return Walk(tree_->facts).words_at(path);
  if (tree_->measurements.is_null()) return describe(at(path));
  path.remove_prefix(std::min(path.size(), kMeasurements.size() + 1));
  return Walk(tree_->measurements).words_at(path);
}

std::string describe(const LookupValue& value) {
  return std::visit(InWords{}, value);
}

}  // namespace guestclock::model
