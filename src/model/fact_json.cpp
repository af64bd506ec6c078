#include "model/fact_json.h"

#include <cmath>
#include <limits>

#include "base/text.h"

namespace guestclock::model {
namespace {

double scale_of(Form form) {
  switch (form) {
    case Form::ppm:
      return 1e6;
    case Form::seconds:
      return 1e9;
    case Form::nanoseconds:
    case Form::per_second:
      return 1e3;
    case Form::plain:
    case Form::word:
    case Form::word_or_null:
      break;
  }
  return 1;
}

}  // namespace

double rounded(double value, Form form) {
  // Up to 2^50 the two roundings of value * scale / scale stay below half a unit, so that rounding
  // again changes nothing.
  constexpr double kLargestRounded = 1125899906842624.0;
  const double scale = scale_of(form);
  const double scaled = value * scale;
  if (form == Form::plain || !(std::fabs(scaled) < kLargestRounded)) return value;
  return std::round(scaled) / scale + 0.0;  // + 0.0: no negative zero
}

Json FactWriter::number(double value, const std::string& path, Form form) {
  if (std::isfinite(value)) return rounded(value, form);
  unknown_.emplace_back(path, "not a finite number");
  return nullptr;
}

Json FactWriter::unknown() const {
  return Json::object_t(unknown_.begin(), unknown_.end());
}

FactReader::FactReader(const Json& document) {
  if (!expect(document.is_object(), document, "", "an object")) return;
  const Json* const unknown = find(&document, "unknown");
  if (is_missing(unknown) || !expect(unknown->is_object(), *unknown, "unknown", "an object"))
    return;
  for (const auto& [path, why] : unknown->items()) {
    if (!expect(why.is_string(), why, "unknown." + printable(path), "a string")) return;
    unknown_.emplace(path, why.get<std::string>());
  }
}

const Json* FactReader::find(const Json* object, const char* name) {
  if (object == nullptr) return nullptr;
  const auto at = object->find(name);
  return at == object->end() ? nullptr : &*at;
}

bool FactReader::expect(bool fits, const Json& node, const std::string& path,
                        std::string_view what) {
  if (fits) return true;
  if (!error_) {
    const std::string where = path.empty() ? std::string("the document") : path;
    error_ = Error{ErrorCode::malformed,
                   where + ": " + std::string(what) + " is expected, not " + node.type_name(),
                   {},
                   {},
                   0};
  }
  return false;
}

const std::string* FactReader::reason(const std::string& path) const {
  const auto at = unknown_.find(path);
  return at == unknown_.end() ? nullptr : &at->second;
}

void FactReader::scalar(const Json* node, bool& out, const std::string& path) {
  if (is_missing(node) || !expect(node->is_boolean(), *node, path, "true or false")) return;
  out = node->get<bool>();
}

void FactReader::scalar(const Json* node, std::int64_t& out, const std::string& path) {
  if (is_missing(node)) return;
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = node->is_number_integer() &&
                    !(node->is_number_unsigned() && node->get<std::uint64_t>() > kLargest);
  if (expect(fits, *node, path, "a whole number")) out = node->get<std::int64_t>();
}

void FactReader::scalar(const Json* node, double& out, const std::string& path) {
  if (is_missing(node) || !expect(node->is_number(), *node, path, "a number")) return;
  out = node->get<double>();
}

void FactReader::scalar(const Json* node, std::string& out, const std::string& path) {
  if (is_missing(node) || !expect(node->is_string(), *node, path, "a string")) return;
  out = node->get<std::string>();
}

void FactReader::interval(const Json* node, Interval& out, const std::string& path) {
  if (is_missing(node)) return;
  const bool fits = node->is_array() && node->size() == 2;
  if (!expect(fits, *node, path, "a list of two numbers")) return;
  scalar(&(*node)[0], out.low, element_path(path, 0));
  scalar(&(*node)[1], out.high, element_path(path, 1));
}

}  // namespace guestclock::model
