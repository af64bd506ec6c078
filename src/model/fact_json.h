// Structs with fields() to and from JSON, private to this module.
//
// A fact that is not known is null (identifiers: "unknown") with its reason in `unknown{path:
// reason}`; paths are relative to the document part: "clock.tsc.invariant", "servers[0].drift".
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "model/fields.h"
#include "model/measurements.h"

namespace guestclock::model {

using Json = nlohmann::ordered_json;

inline constexpr std::string_view kUnknownWord = "unknown";
inline constexpr std::string_view kNotInDocument = "not in the document";
inline constexpr std::string_view kNoReason = "the document gives no reason";

[[nodiscard]] inline std::string member_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}
[[nodiscard]] inline std::string element_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

/// Rounded to the digits of `form`, so that documents are the same byte for byte everywhere.
[[nodiscard]] double rounded(double value, Form form);

class FactWriter {
 public:
  template <class T>
  [[nodiscard]] Json write(const T& value, const std::string& path = {}, Form form = Form::plain) {
    if constexpr (kIsFact<T>) {
      return fact(value, path, form);
    } else if constexpr (kIsList<T>) {
      Json list = Json::array();
      for (const auto& element : value) {
        list.push_back(write(element, element_path(path, list.size()), form));
      }
      return list;
    } else if constexpr (kIsOptional<T>) {
      return value ? write(*value, path, form) : Json(nullptr);
    } else if constexpr (std::is_same_v<T, double>) {
      return number(value, path, form);
    } else if constexpr (std::is_same_v<T, Interval>) {
      return Json::array({number(value.low, path, form), number(value.high, path, form)});
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      Json object = Json::object();
      fields(value, [&](const char* name, const auto& member, Form member_form) {
        if constexpr (kIsOptionalPart<std::decay_t<decltype(member)>>) {
          if (!member) return;
        }
        object[name] = write(member, member_path(path, name), member_form);
      });
      return object;
    } else {
      return Json(value);
    }
  }

  /// `unknown{path: reason}` of everything written so far.
  [[nodiscard]] Json unknown() const;

 private:
  template <class T>
  [[nodiscard]] Json fact(const Fact<T>& value, const std::string& path, Form form) {
    if (!value.known()) {
      unknown_.emplace_back(path, value.reason());
      return form == Form::word ? Json(kUnknownWord) : Json(nullptr);
    }
    if constexpr (std::is_same_v<T, std::string>) {
      if (form == Form::word_or_null && value.value().empty()) return nullptr;
    }
    if constexpr (std::is_same_v<T, Interval>) {
      if (!std::isfinite(value.value().half_width())) return number(NAN, path, form);
    }
    return write(value.value(), path, form);
  }

  [[nodiscard]] Json number(double value, const std::string& path, Form form);

  // Not a Json object: those look every key up from the start.
  std::vector<std::pair<std::string, Json>> unknown_;
};

/// Reads what FactWriter wrote. Missing members leave plain members as they are and make facts
/// unknown; the first member of a wrong type becomes the error.
class FactReader {
 public:
  /// `document` holds `unknown`.
  explicit FactReader(const Json& document);

  /// `node` is null where the member is missing.
  template <class T>
  void read(const Json* node, T& out, const std::string& path = {}, Form form = Form::plain) {
    if constexpr (kIsFact<T>) {
      fact(node, out, path, form);
    } else if constexpr (kIsOptional<T>) {
      if (!is_missing(node)) read(node, out.emplace(), path, form);
    } else if constexpr (std::is_same_v<T, Interval>) {
      interval(node, out, path);
    } else if constexpr (kIsList<T>) {
      if (is_missing(node) || !expect(node->is_array(), *node, path, "a list")) return;
      for (const Json& element : *node) {
        const std::string where = element_path(path, out.size());
        read(&element, out.emplace_back(), where, form);
        if (error_) return;
      }
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      if (is_missing(node)) node = nullptr;
      if (node != nullptr && !expect(node->is_object(), *node, path, "an object")) return;
      fields(out, [&](const char* name, auto& member, Form member_form) {
        read(find(node, name), member, member_path(path, name), member_form);
      });
    } else {
      scalar(node, out, path);
    }
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  [[nodiscard]] static bool is_missing(const Json* node) {
    return node == nullptr || node->is_null();
  }
  [[nodiscard]] static const Json* find(const Json* object, const char* name);
  /// Records "path: `what` is expected, not TYPE" unless `fits`.
  bool expect(bool fits, const Json& node, const std::string& path, std::string_view what);
  [[nodiscard]] const std::string* reason(const std::string& path) const;

  void scalar(const Json* node, bool& out, const std::string& path);
  void scalar(const Json* node, std::int64_t& out, const std::string& path);
  void scalar(const Json* node, double& out, const std::string& path);
  void scalar(const Json* node, std::string& out, const std::string& path);
  void interval(const Json* node, Interval& out, const std::string& path);

  template <class T>
  void fact(const Json* node, Fact<T>& out, const std::string& path, Form form) {
    const std::string* const why = reason(path);
    const bool says_unknown = node != nullptr && node->is_string() && form == Form::word &&
                              node->get_ref<const std::string&>() == kUnknownWord;
    if (is_missing(node) || says_unknown) {
      if (node != nullptr && why == nullptr && form == Form::word_or_null) {
        out = T{};
      } else {
        const std::string_view otherwise = node == nullptr ? kNotInDocument : kNoReason;
        out = Fact<T>::unknown(why != nullptr ? *why : std::string(otherwise));
      }
      return;
    }
    T value{};
    read(node, value, path, form);
    out = std::move(value);
  }

  std::unordered_map<std::string, std::string> unknown_;
  std::optional<Error> error_;
};

}  // namespace guestclock::model
