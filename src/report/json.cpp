#include <nlohmann/json.hpp>

#include "model/facts_json.h"
#include "model/measurements_json.h"
#include "model/rule_json.h"
#include "report/format.h"

namespace guestclock::report {
namespace {

using Json = nlohmann::ordered_json;

Json with_schema(const std::string& name) {
  return Json{{"schema", "guestclock." + name + "/1"}};
}

/// Appends the members of `part`, in their order.
void put_all(Json& document, const Json& part) {
  for (const auto& [name, value] : part.items())
    document[name] = value;
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json waived_to_json(const model::WaivedFinding& waived) {
  Json json = model::finding_to_json(waived.finding);
  put_all(json, model::acceptance_to_json(waived.acceptance));
  return json;
}

Json not_judged_to_json(const std::vector<model::NotJudged>& all) {
  Json list = Json::array();
  for (const model::NotJudged& rule : all) {
    list.push_back(Json{{"rule", rule.rule},
                        {"fact", rule.fact},
                        {"reason", rule.reason},
                        {"live_only", rule.live_only}});
    if (rule.waived) list.back()["waived"] = model::acceptance_to_json(*rule.waived);
  }
  return list;
}

Json held_to_json(const std::vector<model::HeldChange>& all) {
  Json list = Json::array();
  for (const model::HeldChange& held : all) {
    list.push_back(Json{{"rule", held.rule},
                        {"risk", model::to_string(held.risk)},
                        {"change", held.change},
                        {"why", held.why}});
  }
  return list;
}

Json summary_to_json(const model::AuditReport& report) {
  Json counts{{"info", 0}, {"low", 0}, {"medium", 0}, {"high", 0}, {"held", 0}};
  for (const model::Finding& finding : report.judgement.findings) {
    const std::string_view word = finding.held ? "held" : model::to_string(finding.severity);
    Json& count = counts[std::string(word)];
    count = count.get<std::int64_t>() + 1;
  }
  counts["waived"] = report.judgement.waived.size();
  return Json{{"verdict", model::verdict(report)}, {"counts", std::move(counts)}};
}

Json to_json(const model::DetectDocument& document) {
  Json json = with_schema("detect");
  put_all(json, model::facts_to_json(document.facts));
  json["assumptions"] = model::assumptions_to_json(document.assumptions);
  return json;
}

Json to_json(const model::MeasureDocument& document) {
  Json json = with_schema("measure");
  put_all(json, model::measurements_to_json(document.measurements));
  return json;
}

Json to_json(const model::FitDocument& document) {
  Json json = with_schema("fit");
  json["fits"] = Json::array();
  for (const model::FileFit& fit : document.fits)
    json["fits"].push_back(model::file_fit_to_json(fit));
  return json;
}

Json to_json(const model::SelftestDocument& document) {
  Json json = with_schema("selftest");
  put_all(json, model::selftest_to_json(document.selftest));
  return json;
}

Json to_json(const model::AuditReport& report) {
  Json unknown = Json::object();
  Json json = with_schema("report");
  json["tool"] = Json{{"version", report.tool_version}, {"rules_version", report.rules_version}};
  json["generated_at"] = report.generated_at;
  json["host"] = nullptr;
  if (report.host.known()) {
    json["host"] = report.host.value();
  } else {
    unknown["host"] = report.host.reason();
  }
  json["facts"] = model::facts_to_json(report.facts);
  json["measurements"] = nullptr;
  if (report.measurements) {
    json["measurements"] = model::measurements_to_json(*report.measurements);
  } else {
    unknown["measurements"] = report.no_measurements;
  }
  json["findings"] = Json::array();
  for (const model::Finding& finding : report.judgement.findings) {
    json["findings"].push_back(model::finding_to_json(finding));
  }
  json["waived"] = Json::array();
  for (const model::WaivedFinding& waived : report.judgement.waived)
    json["waived"].push_back(waived_to_json(waived));
  json["not_judged"] = not_judged_to_json(report.judgement.not_judged);
  json["assumptions"] = model::assumptions_to_json(report.assumptions);
  json["consent"] = Json{{"accepted", report.consent.accepted}, {"ours", report.consent.ours}};
  json["summary"] = summary_to_json(report);
  json["unknown"] = std::move(unknown);
  return json;
}

Json to_json(const model::PlanDocument& document) {
  const model::ChangeSet& set = document.changes;
  Json changes = Json::array();
  for (const model::FileDifference& file : set.files) {
    changes.push_back(Json{{"file", file.edit.path},
                           {"loader", file.edit.loader},
                           {"diff", file.diff},
                           {"before_sha256", or_null(file.before_sha256)},
                           {"after_sha256", file.after_sha256}});
  }
  Json entries = Json::array();
  for (const model::EntryChange& entry : set.entries) {
    entries.push_back(Json{{"title", entry.title},
                           {"default", entry.is_default},
                           {"before", entry.before},
                           {"after", entry.after},
                           {"along", entry.along}});
  }
  Json json = with_schema("plan");
  json["rules_version"] = document.rules_version;
  json["changes"] = std::move(changes);
  json["entries"] = std::move(entries);
  json["held"] = held_to_json(set.held);
  json["pending"] = set.pending;
  json["warnings"] = set.warnings;
  json["changed"] = set.changes_files();
  json["reboot_required"] = set.reboot_required;
  json["rules"] = set.rules;
  json["parameters"] = set.parameters;
  json["not_judged"] = not_judged_to_json(document.not_judged);
  json["assumptions"] = model::assumptions_to_json(document.assumptions);
  return json;
}

Json to_json(const model::ParamsListDocument& document) {
  Json unknown = Json::object();
  for (const model::UnreadEntries& one : document.unread) {
    unknown[one.loader.empty() ? "entries" : "entries." + one.loader] = one.reason;
  }
  Json json = with_schema("params");
  json["entries"] = Json::array();
  for (const model::BootEntry& entry : document.entries) {
    json["entries"].push_back(Json{{"loader", entry.loader},
                                   {"file", entry.file},
                                   {"title", entry.title},
                                   {"index", entry.index},
                                   {"default", entry.is_default},
                                   {"kernel", or_null(entry.kernel)},
                                   {"parameters", entry.parameters}});
  }
  json["unknown"] = std::move(unknown);
  return json;
}

Json to_json(const model::TransactionDocument& document) {
  const model::TransactionOutcome& outcome = document.outcome;
  Json json = with_schema(document.verb);
  json["transaction"] = or_null(outcome.id);
  json["state"] = outcome.state ? Json(model::to_string(*outcome.state)) : Json(nullptr);
  json["changed"] = outcome.changed;
  json["files"] = outcome.files;
  json["reboot_required"] = outcome.reboot_required;
  json["pending"] = outcome.pending;
  json["warnings"] = outcome.warnings;
  json["checks"] = Json::array();
  json["held"] = held_to_json(document.held);
  json["conflict_diff"] = or_null(outcome.conflict_diff);
  if (document.verb == "rollback") {
    json["dry_run"] = outcome.dry_run;
    json["diff"] = or_null(outcome.diff);
  }
  return json;
}

Json to_json(const model::HistoryDocument& document) {
  Json json = with_schema("history");
  json["transactions"] = Json::array();
  for (const model::TransactionSummary& one : document.transactions) {
    json["transactions"].push_back(Json{{"transaction", one.id},
                                        {"state", model::to_string(one.state)},
                                        {"time", one.time},
                                        {"rules", one.rules},
                                        {"parameters", one.parameters},
                                        {"files", one.files}});
  }
  return json;
}

Json to_json(const model::RulesListDocument& document) {
  Json json = with_schema("rules");
  json["rules_version"] = document.rules_version;
  json["rules"] = Json::array();
  for (const model::Rule& rule : document.rules) {
    json["rules"].push_back(Json{{"rule", rule.rule},
                                 {"title", rule.title},
                                 {"severity", model::to_string(rule.severity)},
                                 {"risk", model::to_string(rule.risk)},
                                 {"catalogue", rule.catalogue},
                                 {"applies", rule.applies},
                                 {"ranges", model::ranges_to_json(rule.ranges)}});
  }
  return json;
}

Json to_json(const model::ExplainDocument& document) {
  Json json = with_schema("explain");
  json["rules_version"] = document.rules_version;
  put_all(json, model::rule_to_json(document.rule));
  json["also"] = document.also;
  return json;
}

Json to_json(const model::RulesCheckDocument& document) {
  Json json = with_schema("rules-check");
  json["checked"] = document.checked;
  json["valid"] = document.errors.empty();
  json["errors"] = document.errors;
  return json;
}

Json to_json(const model::CaptureDocument& document) {
  Json json = with_schema("capture");
  json["directory"] = document.directory;
  json["files"] = document.files;
  json["redacted"] = document.redacted;
  json["refused"] = document.refused;
  json["incomplete"] = document.incomplete;
  return json;
}

constexpr int kIndent = 2;
constexpr int kOneLine = -1;

/// Titles and file names may be no UTF-8, and nothing in them may reach a terminal as a control.
std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string render_json(const model::Document& document) {
  return dump(std::visit([](const auto& one) { return to_json(one); }, document), kIndent);
}

std::string render_jsonl(const model::Document& document) {
  std::string text;
  if (const auto* const fit = std::get_if<model::FitDocument>(&document)) {
    for (const model::FileFit& one : fit->fits)
      text += dump(model::file_fit_to_json(one), kOneLine);
  }
  return text;
}

}  // namespace guestclock::report
