#include "model/condition_json.h"

#include "model/word_table.h"

namespace guestclock::model {
namespace {

using Json = nlohmann::ordered_json;
using Operator = Condition::Operator;
using Where = Condition::Where;

constexpr int kDeepest = 32;

constexpr WordTable<Operator, 9> kOperators{{
    {Operator::is, "is"},
    {Operator::is_not, "is_not"},
    {Operator::one_of, "one_of"},
    {Operator::none_of, "none_of"},
    {Operator::contains, "contains"},
    {Operator::less, "less"},
    {Operator::greater, "greater"},
    {Operator::present, "present"},
    {Operator::absent, "absent"},
}};

constexpr WordTable<Where, 3> kPlaces{{
    {Where::default_entry, "default-entry"},
    {Where::any_entry, "any-entry"},
    {Where::running, "running"},
}};

class ConditionReader {
 public:
  explicit ConditionReader(MemberReader& reader) : reader_(reader) {}

  Condition condition(const Json& json, const std::string& path, int depth) {
    Condition out;
    if (reader_.object(json, path) == nullptr) return out;
    if (depth > kDeepest) {
      reader_.problem(path, "conditions are nested too deeply");
      return out;
    }
    if (json.contains("all")) return several(json, path, depth, Condition::Kind::all, "all");
    if (json.contains("any")) return several(json, path, depth, Condition::Kind::any, "any");
    if (json.contains("not")) return negation(json, path, depth);
    if (json.contains("fact")) return test(json, path, Condition::Kind::fact, "fact");
    if (json.contains("parameter")) {
      return test(json, path, Condition::Kind::parameter, "parameter");
    }
    reader_.problem(path, "one of all, any, not, fact, parameter is expected");
    return out;
  }

 private:
  Condition several(const Json& json, const std::string& path, int depth, Condition::Kind kind,
                    const char* name) {
    Condition out;
    out.kind = kind;
    only_member(json, path, name);
    const std::string inside = MemberReader::below(path, name);
    const Json* const children = reader_.list(json[name], inside);
    if (children == nullptr) return out;
    for (const Json& child : *children) {
      const std::string where = MemberReader::element(inside, out.children.size());
      out.children.push_back(condition(child, where, depth + 1));
      if (reader_.failed()) return out;
    }
    return out;
  }

  Condition negation(const Json& json, const std::string& path, int depth) {
    Condition out;
    out.kind = Condition::Kind::negation;
    only_member(json, path, "not");
    out.children.push_back(condition(json["not"], MemberReader::below(path, "not"), depth + 1));
    return out;
  }

  Condition test(const Json& json, const std::string& path, Condition::Kind kind,
                 const char* subject) {
    Condition out;
    out.kind = kind;
    out.path = reader_.text(json, path, subject);
    if (out.path.empty()) reader_.problem(MemberReader::below(path, subject), "a name is expected");
    if (kind == Condition::Kind::parameter) {
      const std::optional<Where> where = value_of(kPlaces, reader_.text(json, path, "in"));
      if (!where) {
        reader_.problem(MemberReader::below(path, "in"),
                        "one of default-entry, any-entry, running is expected");
      }
      out.where = where.value_or(Where::default_entry);
    }
    comparison(json, path, subject, out);
    return out;
  }

  void comparison(const Json& json, const std::string& path, const char* subject, Condition& out) {
    int operators = 0;
    for (const auto& [name, value] : json.items()) {
      if (name == subject || (name == "in" && out.kind == Condition::Kind::parameter)) continue;
      const std::optional<Operator> op = value_of(kOperators, name);
      if (!op) {
        reader_.problem(MemberReader::below(path, name), "no such comparison");
        return;
      }
      ++operators;
      out.op = *op;
      out.value = operand(*op, value, MemberReader::below(path, name));
    }
    if (operators != 1) reader_.problem(path, "exactly one comparison is expected");
  }

  ConditionValue operand(Operator op, const Json& value, const std::string& path) {
    switch (op) {
      case Operator::is:
      case Operator::is_not:
        if (value.is_boolean()) return value.get<bool>();
        if (value.is_number()) return value.get<double>();
        if (value.is_string()) return value.get<std::string>();
        reader_.problem(path, "a string, a number, true or false is expected");
        break;
      case Operator::one_of:
      case Operator::none_of:
        return reader_.texts(value, path);
      case Operator::contains:
        if (value.is_string()) return value.get<std::string>();
        reader_.problem(path, "a string is expected");
        break;
      case Operator::less:
      case Operator::greater:
        if (value.is_number()) return value.get<double>();
        if (value.is_string()) return value.get<std::string>();
        reader_.problem(path, "a number is expected");
        break;
      case Operator::present:
      case Operator::absent:
        if (value != true) reader_.problem(path, "true is expected");
        return true;
    }
    return false;
  }

  void only_member(const Json& json, const std::string& path, const char* name) {
    if (json.size() != 1) {
      reader_.problem(path, "nothing but \"" + std::string(name) + "\" may stand here");
    }
  }

  MemberReader& reader_;
};

Json value_to_json(const ConditionValue& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

}  // namespace

Condition condition_from_json(MemberReader& reader, const nlohmann::ordered_json& json,
                              const std::string& path) {
  return ConditionReader(reader).condition(json, path, 1);
}

nlohmann::ordered_json condition_to_json(const Condition& condition) {
  Json json = Json::object();
  Json children = Json::array();
  for (const Condition& child : condition.children)
    children.push_back(condition_to_json(child));
  switch (condition.kind) {
    case Condition::Kind::all:
      json["all"] = std::move(children);
      return json;
    case Condition::Kind::any:
      json["any"] = std::move(children);
      return json;
    case Condition::Kind::negation:
      json["not"] = children.empty() ? Json::object() : children.front();
      return json;
    case Condition::Kind::fact:
      json["fact"] = condition.path;
      break;
    case Condition::Kind::parameter:
      json["parameter"] = condition.path;
      json["in"] = word_of(kPlaces, condition.where);
      break;
  }
  json[std::string(word_of(kOperators, condition.op))] = value_to_json(condition.value);
  return json;
}

}  // namespace guestclock::model
