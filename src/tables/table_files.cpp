#include "tables/table_files.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "model/rule_json.h"
#include "tables/json_text.h"
#include "tables/row_tables.h"
#include "tables/rule_references.h"

namespace guestclock::tables {
namespace {

using Json = nlohmann::ordered_json;

std::string_view schema_name(FileKind kind) {
  switch (kind) {
    case FileKind::rule:
      return "schema/rule.schema.json";
    case FileKind::hypervisors:
      return "schema/hypervisors.schema.json";
    case FileKind::thresholds:
      return "schema/thresholds.schema.json";
    case FileKind::parameters:
      return "schema/parameters.schema.json";
    case FileKind::smearing:
      return "schema/smearing.schema.json";
    case FileKind::schema:
    case FileKind::other:
      break;
  }
  return {};
}

/// "ranges.kernel", "fix.changes[0].to": as model/ names the members of a rule.
std::string pointer_of_member(std::string_view member) {
  std::string pointer;
  std::string part;
  const auto flush = [&] {
    if (!part.empty()) pointer += pointer_part(part);
    part.clear();
  };
  for (const char c : member) {
    if (c == '.' || c == '[' || c == ']') {
      flush();
    } else {
      part += c;
    }
  }
  flush();
  return pointer;
}

/// Checks files one after another, remembering what has to be known across them.
class Checker {
 public:
  Checker(std::span<const NamedBytes> files, std::span<const NamedBytes> shipped)
      : shipped_(shipped) {
    for (const auto set : {files, shipped}) {
      for (const NamedBytes& file : set) {
        remember(file);
      }
    }
  }

  void check(const NamedBytes& file) {
    const FileKind kind = kind_of(file.name);
    if (kind == FileKind::other) return;
    FileCheck found(file, problems_);
    if (!found.readable() || kind == FileKind::schema) return;
    const nlohmann::json* const schema = schema_for(kind);
    if (schema == nullptr) {
      return found.report(
          "", fmt::format("there is no valid {} to check it against", schema_name(kind)));
    }
    if (!found.follows(*schema)) return;
    if (kind == FileKind::rule) check_rule(file, found);
    if (kind == FileKind::parameters) check_parameters(file, found);
  }

  [[nodiscard]] std::vector<FileProblem> take() { return std::move(problems_); }

 private:
  /// What rules may name.
  void remember(const NamedBytes& file) {
    const FileKind kind = kind_of(file.name);
    if (kind == FileKind::rule) names_.rules.emplace(stem_of(file.name));
    if (kind != FileKind::parameters) return;
    for (const Result<model::KnownParameter>& row :
         known_parameters(Json::parse(file.bytes, nullptr, false))) {
      if (row) names_.parameters.emplace(row->kind, row->name);
    }
  }

  static void check_parameters(const NamedBytes& file, FileCheck& found) {
    std::set<std::pair<model::FixKind, std::string>> seen;
    std::size_t index = 0;
    for (const Result<model::KnownParameter>& row :
         known_parameters(Json::parse(file.bytes, nullptr, false))) {
      const std::string pointer = fmt::format("/parameters/{}", index++);
      if (!row) {
        const std::string& what = row.error().message;
        found.report(pointer + pointer_of_member(what.substr(0, what.find(": "))), what);
      } else if (!seen.emplace(row->kind, row->name).second) {
        found.report(pointer + "/name", "the parameter has a row already");
      }
    }
  }

  const nlohmann::json* schema_for(FileKind kind) {
    const std::string_view name = schema_name(kind);
    const auto known = schemas_.find(kind);
    if (known != schemas_.end()) return &known->second;
    for (const NamedBytes& file : shipped_) {
      if (file.name != name) continue;
      auto parsed = nlohmann::json::parse(file.bytes, nullptr, false);
      if (parsed.is_discarded()) return nullptr;
      return &schemas_.emplace(kind, std::move(parsed)).first->second;
    }
    return nullptr;
  }

  void check_rule(const NamedBytes& file, FileCheck& found) {
    const auto rule = model::rule_from_json(Json::parse(file.bytes, nullptr, false));
    if (!rule) {
      const std::string& what = rule.error().message;
      return found.report(pointer_of_member(what.substr(0, what.find(": "))), what);
    }
    const auto [first, is_new] = files_of_rules_.emplace(rule->rule, file.name);
    if (!is_new) {
      found.report("/rule", fmt::format("rule {} stands in {} too", rule->rule, first->second));
    }
    if (rule->rule != stem_of(file.name)) {
      found.report("/rule", fmt::format("the file must have the rule's name: {}.json", rule->rule));
    }
    for (const RuleProblem& problem : rule_problems(*rule, names_))
      found.report(problem.pointer, problem.what);
  }

  std::span<const NamedBytes> shipped_;
  RuleNames names_;
  std::map<FileKind, nlohmann::json> schemas_;
  std::map<std::string, std::string> files_of_rules_;
  std::vector<FileProblem> problems_;
};

struct CatalogueOrder {
  /// Letter, number, then name: "V-04" is in front of "V-10".
  bool operator()(const model::Rule& a, const model::Rule& b) const { return key(a) < key(b); }
  static std::tuple<std::string_view, std::size_t, std::string_view, std::string_view> key(
      const model::Rule& rule) {
    const std::string_view row = rule.catalogue;
    const std::size_t dash = std::min(row.find('-'), row.size());
    return {row.substr(0, dash), row.size(), row, rule.rule};
  }
};

/// SHA-256 over the lengths, names and bytes of all files, in the order of their names.
std::string version_of(std::span<const NamedBytes> shipped, std::span<const NamedBytes> overlay) {
  std::vector<const NamedBytes*> all;
  for (const auto set : {shipped, overlay}) {
    for (const NamedBytes& file : set)
      all.push_back(&file);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const NamedBytes* a, const NamedBytes* b) { return a->name < b->name; });
  std::string everything;
  for (const NamedBytes* const file : all) {
    everything += fmt::format("{} {} {}\n", file->name.size(), file->bytes.size(), file->name);
    everything += file->bytes;
  }
  constexpr std::size_t kDigits = 12;
  return sha256_hex(everything).substr(0, kDigits);
}

/// Lays files over each other in the order they come.
class Builder {
 public:
  Result<void> add(const NamedBytes& file) {
    const FileKind kind = kind_of(file.name);
    if (kind == FileKind::other || kind == FileKind::schema) return {};
    const Json json = Json::parse(file.bytes, nullptr, false);
    if (json.is_discarded()) return fail(ErrorCode::malformed, "not JSON", file.name);
    if (kind == FileKind::hypervisors) {
      put_before(hypervisors_, hypervisors_from_json(json));
    } else if (kind == FileKind::thresholds) {
      for (const auto& [name, value] : thresholds_from_json(json))
        thresholds_.insert_or_assign(name, value);
    } else if (kind == FileKind::smearing) {
      const std::vector<SmearingRow> rows = smearing_from_json(json);
      smearing_.insert(smearing_.begin(), rows.begin(), rows.end());
    } else if (kind == FileKind::parameters) {
      for (Result<model::KnownParameter>& row : known_parameters(json)) {
        if (!row) return fail(ErrorCode::malformed, row.error().message, file.name);
        auto key = std::pair(row->name, row->kind);
        parameters_.insert_or_assign(std::move(key), std::move(*row));
      }
    } else {
      auto rule = model::rule_from_json(json);
      if (!rule) return fail(ErrorCode::malformed, rule.error().message, file.name);
      const std::string name = rule->rule;
      rules_.insert_or_assign(name, std::move(*rule));
    }
    return {};
  }

  Tables build(std::string version) {
    Tables tables;
    for (auto& [name, rule] : rules_)
      tables.rules.push_back(std::move(rule));
    std::stable_sort(tables.rules.begin(), tables.rules.end(), CatalogueOrder{});
    tables.hypervisors = std::move(hypervisors_);
    tables.thresholds = Thresholds(std::move(thresholds_));
    tables.smearing = std::move(smearing_);
    for (auto& [key, parameter] : parameters_)
      tables.parameters.push_back(std::move(parameter));
    tables.rules_version = std::move(version);
    return tables;
  }

 private:
  std::map<std::string, model::Rule> rules_;
  Hypervisors hypervisors_;
  std::map<std::string, double, std::less<>> thresholds_;
  std::vector<SmearingRow> smearing_;
  std::map<std::pair<std::string, model::FixKind>, model::KnownParameter> parameters_;
};

Result<void> check_overlay(std::span<const NamedBytes> overlay,
                           std::span<const NamedBytes> shipped) {
  const auto problems = check_files(overlay, shipped);
  if (problems.empty()) return {};
  return fail(ErrorCode::malformed, problems.front().what, problems.front().place(),
              "guestclock rules check DIR lists every problem");
}

}  // namespace

FileKind kind_of(std::string_view name) {
  if (!name.ends_with(".json")) return FileKind::other;
  if (name.starts_with("schema/")) return FileKind::schema;
  if (name == "hypervisors.json") return FileKind::hypervisors;
  if (name == "thresholds.json") return FileKind::thresholds;
  if (name == "smearing.json") return FileKind::smearing;
  if (name == "parameters.json") return FileKind::parameters;
  return FileKind::rule;
}

std::string_view stem_of(std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  if (name.ends_with(".json")) name.remove_suffix(std::string_view(".json").size());
  return name;
}

std::vector<FileProblem> check_files(std::span<const NamedBytes> files,
                                     std::span<const NamedBytes> shipped) {
  Checker checker(files, shipped);
  for (const NamedBytes& file : files)
    checker.check(file);
  return checker.take();
}

Result<Tables> build_tables(std::span<const NamedBytes> shipped,
                            std::span<const NamedBytes> overlay) {
  if (auto checked = check_overlay(overlay, shipped); !checked) {
    return tl::make_unexpected(checked.error());
  }
  Builder builder;
  for (const auto set : {shipped, overlay}) {
    for (const NamedBytes& file : set) {
      if (auto added = builder.add(file); !added) return tl::make_unexpected(added.error());
    }
  }
  return builder.build(version_of(shipped, overlay));
}

Hypervisors hypervisors_in(std::string_view bytes) {
  return hypervisors_from_json(Json::parse(bytes, nullptr, false));
}

Result<Hypervisors> build_hypervisors(Hypervisors table, std::span<const NamedBytes> overlay,
                                      std::span<const NamedBytes> (*check_against)()) {
  if (!overlay.empty()) {
    if (auto checked = check_overlay(overlay, check_against()); !checked) {
      return tl::make_unexpected(checked.error());
    }
  }
  for (const NamedBytes& file : overlay) {
    if (kind_of(file.name) != FileKind::hypervisors) continue;
    put_before(table, hypervisors_from_json(Json::parse(file.bytes, nullptr, false)));
  }
  return table;
}

}  // namespace guestclock::tables
