#include "model/rule_json.h"

#include <algorithm>

#include "base/text.h"
#include "model/condition_json.h"
#include "model/version.h"

namespace guestclock::model {
namespace {

using Json = nlohmann::ordered_json;

/// A kernel parameter or tunable that can be written without quoting tricks.
bool is_parameter_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '=' && c != '"' && c != '\'' && c != '\\' && c != '#';
  });
}

bool is_parameter_value(const std::string& value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\' && c != '#';
  });
}

class RuleReader {
 public:
  Result<Rule> rule(const Json& json) {
    Rule out;
    if (reader_.object(json, "") != nullptr) {
      words(json, out);
      if (const Json* ranges_node = reader_.require(json, "", "ranges")) ranges(*ranges_node, out);
      if (const Json* when = MemberReader::find(json, "when")) {
        out.when = condition_from_json(reader_, *when, "when");
      }
      if (const Json* fix_node = reader_.require(json, "", "fix")) fix(*fix_node, out);
    }
    if (reader_.failed()) return tl::make_unexpected(reader_.error());
    return out;
  }

 private:
  void words(const Json& json, Rule& out) {
    out.rule = reader_.text(json, "", "rule");
    out.catalogue = reader_.text(json, "", "catalogue");
    out.title = reader_.text(json, "", "title");
    out.severity = word(json, "", "severity", severity_from, Severity::info);
    out.risk = word(json, "", "risk", risk_from, Risk::none);
    reader_.require(json, "", "applies");
    out.applies = reader_.flag(json, "", "applies", false);
    out.why = reader_.text(json, "", "why");
    reader_.require(json, "", "sources");
    out.sources = reader_.texts(json, "", "sources");
    out.shows = reader_.texts(json, "", "shows");
    out.writes_before = reader_.texts(json, "", "writes_before");
  }

  template <class E>
  E word(const Json& json, const std::string& path, const char* name,
         std::optional<E> (*parse)(std::string_view), E otherwise) {
    const std::string text = reader_.text(json, path, name);
    const std::optional<E> value = parse(text);
    if (!value)
      reader_.problem(MemberReader::below(path, name), "no such word: " + printable(text));
    return value.value_or(otherwise);
  }

  void ranges(const Json& json, Rule& out) {
    if (reader_.object(json, "ranges") == nullptr) return;
    out.ranges.vm = reader_.texts(json, "ranges", "vm");
    if (out.ranges.vm.empty()) {
      reader_.problem("ranges.vm", "at least one hypervisor, or \"any\", is expected");
    }
    out.ranges.os = reader_.texts(json, "ranges", "os");
    out.ranges.arch = reader_.texts(json, "ranges", "arch");
    out.ranges.distributions = distributions(json, "distributions");
    out.ranges.not_distributions = distributions(json, "not_distributions");
    if (const Json* kernel = MemberReader::find(json, "kernel")) {
      out.ranges.kernel = version(*kernel, "ranges.kernel");
    }
  }

  std::vector<DistributionRange> distributions(const Json& json, const char* name) {
    std::vector<DistributionRange> out;
    const Json* const node = MemberReader::find(json, name);
    const std::string path = MemberReader::below("ranges", name);
    if (node == nullptr || reader_.list(*node, path) == nullptr) return out;
    for (const Json& element : *node) {
      const std::string here = MemberReader::element(path, out.size());
      if (reader_.object(element, here) == nullptr) return out;
      out.push_back({reader_.texts(element, here, "ids"), version(element, here)});
      if (out.back().ids.empty()) reader_.problem(here + ".ids", "at least one name is expected");
    }
    return out;
  }

  VersionRange version(const Json& json, const std::string& path) {
    VersionRange out;
    if (reader_.object(json, path) == nullptr) return out;
    out.from = bound(json, path, "from");
    out.to = bound(json, path, "to");
    if (out.from && out.to) {
      const auto order = compare_version(*out.from, *out.to);
      // 5.3 to 5 is a range: the bound 5 takes all of 5.x in.
      if (order && *order == std::strong_ordering::greater) {
        reader_.problem(path, "\"from\" is behind \"to\"");
      }
    }
    return out;
  }

  std::optional<std::string> bound(const Json& json, const std::string& path, const char* name) {
    const std::optional<std::string> text = reader_.optional_text(json, path, name);
    if (text && !compare_version(*text, *text)) {
      reader_.problem(MemberReader::below(path, name),
                      "a version that starts with a digit is expected");
    }
    return text;
  }

  void fix(const Json& json, Rule& out) {
    if (reader_.object(json, "fix") == nullptr) return;
    out.fix.kind = word(json, "fix", "kind", fix_kind_from, FixKind::none);
    out.fix.reboot = reader_.flag(json, "fix", "reboot", false);
    out.fix.what = reader_.text(json, "fix", "what");
    out.fix.undo = reader_.text(json, "fix", "undo");
    out.fix.check = reader_.text(json, "fix", "check");
    const Json* const changes = MemberReader::find(json, "changes");
    if (changes == nullptr || reader_.list(*changes, "fix.changes") == nullptr) return;
    for (const Json& element : *changes) {
      const std::string path = MemberReader::element("fix.changes", out.fix.changes.size());
      if (reader_.object(element, path) == nullptr) return;
      FixChange change{reader_.text(element, path, "parameter"),
                       reader_.optional_text(element, path, "to")};
      if (!is_parameter_name(change.parameter)) {
        reader_.problem(path + ".parameter", "no name that a boot loader could pass on");
      }
      if (change.to && !is_parameter_value(*change.to)) {
        reader_.problem(path + ".to", "no value that a boot loader could pass on");
      }
      out.fix.changes.push_back(std::move(change));
    }
    const bool only_words = out.fix.kind == FixKind::host || out.fix.kind == FixKind::none;
    if (only_words && !out.fix.changes.empty()) {
      reader_.problem("fix.changes", "a fix of this kind changes nothing here");
    }
  }

  MemberReader reader_;
};

void put_list(Json& json, const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) json[name] = values;
}

void put_version(Json& json, const VersionRange& range) {
  if (range.from) json["from"] = *range.from;
  if (range.to) json["to"] = *range.to;
}

void put_distributions(Json& json, const char* name, const std::vector<DistributionRange>& all) {
  if (all.empty()) return;
  json[name] = Json::array();
  for (const DistributionRange& range : all) {
    Json element{{"ids", range.ids}};
    put_version(element, range.version);
    json[name].push_back(std::move(element));
  }
}

Json or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json fix_to_json(const Fix& fix) {
  Json changes = Json::array();
  for (const FixChange& change : fix.changes) {
    changes.push_back(Json{{"parameter", change.parameter}, {"to", or_null(change.to)}});
  }
  return Json{{"kind", to_string(fix.kind)},
              {"changes", std::move(changes)},
              {"reboot", fix.reboot},
              {"what", fix.what},
              {"undo", fix.undo},
              {"check", fix.check}};
}

}  // namespace

Result<Rule> rule_from_json(const nlohmann::ordered_json& json) {
  return RuleReader().rule(json);
}

nlohmann::ordered_json rule_to_json(const Rule& rule) {
  return Json{{"rule", rule.rule},
              {"catalogue", rule.catalogue},
              {"title", rule.title},
              {"severity", to_string(rule.severity)},
              {"risk", to_string(rule.risk)},
              {"applies", rule.applies},
              {"ranges", ranges_to_json(rule.ranges)},
              {"when", condition_to_json(rule.when)},
              {"why", rule.why},
              {"fix", fix_to_json(rule.fix)},
              {"sources", rule.sources},
              {"shows", rule.shows},
              {"writes_before", rule.writes_before}};
}

nlohmann::ordered_json ranges_to_json(const Ranges& ranges) {
  Json json = Json::object();
  put_list(json, "vm", ranges.vm);
  put_list(json, "os", ranges.os);
  put_list(json, "arch", ranges.arch);
  put_distributions(json, "distributions", ranges.distributions);
  put_distributions(json, "not_distributions", ranges.not_distributions);
  Json kernel = Json::object();
  put_version(kernel, ranges.kernel);
  if (!kernel.empty()) json["kernel"] = std::move(kernel);
  return json;
}

nlohmann::ordered_json finding_to_json(const Finding& finding) {
  Json evidence = Json::array();
  for (const FindingEvidence& seen : finding.evidence) {
    evidence.push_back(Json{{"fact", seen.fact}, {"value", seen.value}});
  }
  Json changes = Json::array();
  for (const FindingChange& change : finding.changes) {
    changes.push_back(Json{{"target", change.target},
                           {"parameter", change.parameter},
                           {"from", or_null(change.from)},
                           {"to", or_null(change.to)}});
  }
  Json fix{{"kind", to_string(finding.fix.kind)},
           {"changes", std::move(changes)},
           {"reboot", finding.fix.reboot},
           {"risk", to_string(finding.risk)},
           {"what", finding.fix.what},
           {"undo", finding.fix.undo},
           {"check", finding.fix.check}};
  return Json{{"rule", finding.rule},
              {"catalogue", finding.catalogue},
              {"severity", to_string(finding.severity)},
              {"title", finding.title},
              {"held", finding.held},
              {"evidence", std::move(evidence)},
              {"why", finding.why},
              {"fix", std::move(fix)},
              {"sources", finding.sources}};
}

}  // namespace guestclock::model
