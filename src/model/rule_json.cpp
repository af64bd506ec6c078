#include "model/rule_json.h"

#include <algorithm>

#include "base/text.h"
#include "model/condition_json.h"
#include "model/ranges_json.h"
#include "model/word_table.h"

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

constexpr WordTable<FixStep::Action, 3> kStepMembers{{
    {FixStep::Action::run, "run"},
    {FixStep::Action::write, "write"},
    {FixStep::Action::erase, "delete"},
}};

class RuleReader {
 public:
  Result<Rule> rule(const Json& json) {
    Rule out;
    if (reader_.object(json, "") != nullptr) {
      words(json, out);
      if (const Json* ranges = reader_.require(json, "", "ranges")) {
        out.ranges = ranges_from_json(reader_, *ranges, "ranges");
        if (out.ranges.vm.empty()) {
          reader_.problem("ranges.vm", "at least one hypervisor, or \"any\", is expected");
        }
      }
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
    out.covers = reader_.texts(json, "", "covers");
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
    if (const Json* const steps = MemberReader::find(json, "steps"))
      out.fix.steps = all_steps(*steps);
    const bool only_words = out.fix.kind == FixKind::host || out.fix.kind == FixKind::none;
    if (only_words && !out.fix.changes.empty()) {
      reader_.problem("fix.changes", "a fix of this kind changes nothing here");
    }
  }

  std::vector<FixStep> all_steps(const Json& json) {
    std::vector<FixStep> out;
    if (reader_.list(json, "fix.steps") == nullptr) return out;
    for (const Json& element : json) {
      const std::string path = MemberReader::element("fix.steps", out.size());
      if (reader_.object(element, path) == nullptr) return out;
      out.push_back(step(element, path));
    }
    return out;
  }

  FixStep step(const Json& json, const std::string& path) {
    const auto named = std::find_if(kStepMembers.begin(), kStepMembers.end(), [&](const auto& one) {
      return MemberReader::find(json, std::string(one.second).c_str()) != nullptr;
    });
    if (named == kStepMembers.end()) {
      reader_.problem(path, "run, write or delete is expected");
      return {};
    }
    FixStep out;
    out.action = named->first;
    out.text = reader_.text(json, path, std::string(named->second).c_str());
    out.file = reader_.optional_text(json, path, "file").value_or("");
    out.found_at = reader_.optional_text(json, path, "found_at").value_or("");
    out.where = reader_.optional_text(json, path, "where").value_or("");
    const bool has_file = out.file.starts_with('/');
    if (out.action == FixStep::Action::run ? !out.file.empty() : !has_file) {
      reader_.problem(path + ".file",
                      "what is written or deleted stands in a file, with its whole "
                      "path; what is run in none");
    }
    return out;
  }

  MemberReader reader_;
};

Json or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json steps_to_json(const std::vector<FixStep>& steps) {
  Json json = Json::array();
  for (const FixStep& step : steps) {
    Json one{{word_of(kStepMembers, step.action), step.text}};
    if (!step.file.empty()) one["file"] = step.file;
    if (!step.found_at.empty()) one["found_at"] = step.found_at;
    if (!step.where.empty()) one["where"] = step.where;
    json.push_back(std::move(one));
  }
  return json;
}

Json fix_to_json(const Fix& fix) {
  Json changes = Json::array();
  for (const FixChange& change : fix.changes) {
    changes.push_back(Json{{"parameter", change.parameter}, {"to", or_null(change.to)}});
  }
  return Json{{"kind", to_string(fix.kind)},
              {"changes", std::move(changes)},
              {"steps", steps_to_json(fix.steps)},
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
              {"covers", rule.covers},
              {"shows", rule.shows},
              {"writes_before", rule.writes_before}};
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
           {"steps", steps_to_json(finding.fix.steps)},
           {"obstacle", finding.obstacle.empty() ? Json(nullptr) : Json(finding.obstacle)},
           {"rivals", finding.rivals},
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

nlohmann::ordered_json acceptance_to_json(const Acceptance& acceptance) {
  return Json{{"reason", acceptance.reason}, {"expires", rfc3339(acceptance.expires)}};
}

}  // namespace guestclock::model
