#include "model/member_json.h"

#include "base/text.h"

namespace guestclock::model {

const MemberReader::Json* MemberReader::find(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

const MemberReader::Json* MemberReader::require(const Json& object, const std::string& path,
                                                const char* name) {
  const Json* const node = find(object, name);
  if (node == nullptr) problem(below(path, name), "is missing");
  return node;
}

std::string MemberReader::text(const Json& object, const std::string& path, const char* name) {
  if (require(object, path, name) == nullptr) return {};
  return optional_text(object, path, name).value_or("");
}

std::optional<std::string> MemberReader::optional_text(const Json& object, const std::string& path,
                                                       const char* name) {
  const Json* const node = find(object, name);
  if (node == nullptr) return std::nullopt;
  if (!node->is_string()) {
    problem(below(path, name), "a string is expected");
    return std::nullopt;
  }
  return node->get<std::string>();
}

bool MemberReader::flag(const Json& object, const std::string& path, const char* name,
                        bool otherwise) {
  const Json* const node = find(object, name);
  if (node == nullptr) return otherwise;
  if (!node->is_boolean()) {
    problem(below(path, name), "true or false is expected");
    return otherwise;
  }
  return node->get<bool>();
}

std::vector<std::string> MemberReader::texts(const Json& object, const std::string& path,
                                             const char* name) {
  const Json* const node = find(object, name);
  return node == nullptr ? std::vector<std::string>{} : texts(*node, below(path, name));
}

std::vector<std::string> MemberReader::texts(const Json& list_node, const std::string& path) {
  std::vector<std::string> all;
  const Json* const elements = list(list_node, path);
  if (elements == nullptr) return all;
  for (const Json& node : *elements) {
    if (!node.is_string()) {
      problem(element(path, all.size()), "a string is expected");
      return all;
    }
    all.push_back(node.get<std::string>());
  }
  return all;
}

const MemberReader::Json* MemberReader::object(const Json& node, const std::string& path) {
  if (node.is_object()) return &node;
  problem(path, "an object is expected");
  return nullptr;
}

const MemberReader::Json* MemberReader::list(const Json& node, const std::string& path) {
  if (node.is_array()) return &node;
  problem(path, "a list is expected");
  return nullptr;
}

void MemberReader::problem(const std::string& path, std::string_view what) {
  if (error_) return;
  const std::string where = path.empty() ? std::string("the rule") : path;
  // Paths hold the file's own member names.
  error_ = Error{ErrorCode::malformed, printable(where) + ": " + std::string(what), {}, {}, 0};
}

std::string MemberReader::below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::string MemberReader::element(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

}  // namespace guestclock::model
