#include "include_rules.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace guestclock::layering {
namespace {

/// Modules that read the machine and must never see the writing half of the seam, not even through
/// a header of somebody else.
constexpr std::string_view kReaders[] = {"probe", "measure", "advise", "report"};
constexpr std::string_view kWriting[] = {"system/writer.h", "system/sink.h",
                                         "system/clocksource_control.h"};

bool is_one_of(std::string_view word, const auto& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::string first_component(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

bool known_module(const std::string& name) {
  return name == "cli" || allowed_modules().count(name) != 0;
}

/// The path of a header of our own from the source root.
std::string file_of_target(const std::string& target) {
  const std::string module = first_component(target);
  return module == "grub" || module == "freebsd" ? target : "src/" + target;
}

std::string_view stem(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? file : file.substr(slash + 1);
  return name.substr(0, name.rfind('.'));
}

bool may_use_json(std::string_view file) {
  if (file.starts_with("src/tables/") || file.starts_with("src/report/")) return true;
  if (file.starts_with("src/change/")) return stem(file).starts_with("journal");
  return file.starts_with("src/model/") && stem(file).ends_with("_json");
}

/// Why a third-party header may not be included here.
std::optional<std::string> third_party_fault(std::string_view file, std::string_view target) {
  if (target.starts_with("nlohmann/") && !may_use_json(file)) {
    return "nlohmann/json stays in model/*_json, tables/, report/ and change/journal*";
  }
  if (target.starts_with("boost/program_options") && !file.starts_with("src/cli/")) {
    return "Boost.Program_options stays in cli/";
  }
  if (target == "libudev.h" && !file.starts_with("src/system/")) return "libudev stays in system/";
  for (const std::string_view tests : {"gtest/", "gmock/", "rapidcheck", "benchmark/"}) {
    if (target.starts_with(tests)) return "test libraries stay in tests/";
  }
  return std::nullopt;
}

std::optional<std::string> module_fault(const Include& include) {
  if (include.target.starts_with("support/") || include.target.starts_with("tests/")) {
    return "product code includes nothing of tests/";
  }
  if (include.target.find("..") != std::string::npos)
    return "headers are named from the source root";
  const std::string from = module_of_file(include.file);
  const std::string to = first_component(include.target);
  if (!known_module(to) || from == to || from == "cli") return std::nullopt;
  const auto allowed = allowed_modules().find(from);
  if (allowed == allowed_modules().end() || allowed->second.count(to) == 0) {
    return from + " may not include " + to;
  }
  return std::nullopt;
}

using Graph = std::map<std::string, std::vector<const Include*>>;

/// "a.h -> b.h -> system/writer.h", or empty: how one include leads to the writing half.
std::string way_to_writing(const Graph& graph, const std::string& target,
                           std::set<std::string>& visited) {
  if (is_one_of(target, kWriting)) return target;
  if (!visited.insert(target).second) return {};
  const auto below = graph.find(file_of_target(target));
  if (below == graph.end()) return {};
  for (const Include* const include : below->second) {
    const std::string way = way_to_writing(graph, include->target, visited);
    if (!way.empty()) return target + " -> " + way;
  }
  return {};
}

}  // namespace

const std::map<std::string, std::set<std::string>>& allowed_modules() {
  static const std::map<std::string, std::set<std::string>> table = {
      {"base", {}},
      {"model", {"base"}},
      {"tables", {"base", "model"}},
      {"system", {"base", "model"}},
      {"settings", {"base", "model", "tables", "system"}},
      {"boot", {"base", "model", "tables", "system", "settings"}},
      {"grub", {"base", "model", "tables", "system", "settings", "boot"}},
      {"freebsd", {"base", "model", "tables", "system", "settings", "boot"}},
      {"probe", {"base", "model", "tables", "system", "settings", "boot"}},
      {"measure", {"base", "model", "tables", "system"}},
      {"advise", {"base", "model", "tables"}},
      {"change", {"base", "model", "tables", "system", "settings", "boot", "advise"}},
      {"report", {"base", "model"}},
  };
  return table;
}

std::string module_of_file(std::string_view file) {
  if (file.starts_with("grub/") || file.starts_with("freebsd/")) return first_component(file);
  if (!file.starts_with("src/")) return {};
  return first_component(file.substr(4));
}

std::vector<Include> includes_in(std::string_view file, std::string_view text) {
  std::vector<Include> found;
  int number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    line = trim(line);
    if (!line.starts_with('#')) continue;
    line = trim(line.substr(1));
    if (!line.starts_with("include")) continue;
    const std::size_t open = line.find_first_of("\"<");
    const std::size_t close = line.find_last_of("\">");
    if (open == std::string_view::npos || close <= open) continue;
    found.push_back(
        {std::string(file), std::string(line.substr(open + 1, close - open - 1)), number});
  }
  return found;
}

std::vector<std::string> violations(const std::vector<Include>& includes) {
  Graph graph;
  for (const Include& include : includes)
    graph[include.file].push_back(&include);
  std::vector<std::string> found;
  for (const Include& include : includes) {
    const std::string where = include.file + ":" + std::to_string(include.line) + ": ";
    if (const auto fault = module_fault(include)) found.push_back(where + *fault);
    if (const auto fault = third_party_fault(include.file, include.target)) {
      found.push_back(where + *fault);
    }
    if (!is_one_of(module_of_file(include.file), kReaders)) continue;
    std::set<std::string> visited;
    const std::string way = way_to_writing(graph, include.target, visited);
    if (!way.empty()) found.push_back(where + "reaches the writing half: " + way);
  }
  return found;
}

}  // namespace guestclock::layering
