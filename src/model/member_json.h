// Members of hand-written JSON (rule files), one at a time: the first problem is kept, with the
// path of the member it is about. Private to this module.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace guestclock::model {

class MemberReader {
 public:
  using Json = nlohmann::ordered_json;

  /// Null where it is missing or null.
  [[nodiscard]] static const Json* find(const Json& object, const char* name);
  /// As find, but a missing member is a problem.
  const Json* require(const Json& object, const std::string& path, const char* name);

  std::string text(const Json& object, const std::string& path, const char* name);
  std::optional<std::string> optional_text(const Json& object, const std::string& path,
                                           const char* name);
  bool flag(const Json& object, const std::string& path, const char* name, bool otherwise);
  /// Missing: empty.
  std::vector<std::string> texts(const Json& object, const std::string& path, const char* name);
  std::vector<std::string> texts(const Json& list, const std::string& path);
  /// Null unless `node` is an object, a list; then a problem.
  const Json* object(const Json& node, const std::string& path);
  const Json* list(const Json& node, const std::string& path);

  void problem(const std::string& path, std::string_view what);
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const Error& error() const { return *error_; }

  [[nodiscard]] static std::string below(const std::string& path, std::string_view name);
  [[nodiscard]] static std::string element(const std::string& path, std::size_t index);

 private:
  std::optional<Error> error_;
};

}  // namespace guestclock::model
