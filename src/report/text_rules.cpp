#include <fmt/format.h>

#include "base/text.h"
#include "report/condition_words.h"
#include "report/text_parts.h"

namespace guestclock::report {
namespace {

std::string change_in_words(const model::FixChange& change) {
  return change.to ? change.parameter + "=" + *change.to : "remove " + change.parameter;
}

}  // namespace

void write_document(Page& page, const model::RulesListDocument& document) {
  for (const model::Rule& rule : document.rules) {
    std::string marks(model::to_string(rule.severity));
    if (rule.risk != model::Risk::none) marks += fmt::format(", risk {}", to_string(rule.risk));
    if (!rule.applies) marks += ", only mentioned";
    page.line(0, fmt::format("{:<6}{} [{}]", rule.catalogue, rule.rule, marks));
    page.paragraph(6, rule.title);
    page.paragraph(6, ranges_in_words(rule.ranges));
  }
  page.gap();
  page.line(0, fmt::format("{}, version {}. `guestclock explain RULE` says more.",
                           counted(document.rules.size(), "rule"), document.rules_version));
}

void write_document(Page& page, const model::ExplainDocument& document) {
  const model::Rule& rule = document.rule;
  page.paragraph(0, fmt::format("{} ({}): {}", rule.rule, rule.catalogue, rule.title));
  page.gap();
  page.field("severity", std::string(to_string(rule.severity)));
  page.field("risk", std::string(to_string(rule.risk)));
  page.field("where", ranges_in_words(rule.ranges));
  page.field("when", condition_in_words(rule.when));
  page.field("why", rule.why);
  const bool for_host = rule.fix.kind == model::FixKind::host;
  page.field("do", (for_host ? "on the host: " : "") + rule.fix.what);
  for (const model::FixChange& change : rule.fix.changes) {
    page.field("change", fmt::format("{} ({}){}", change_in_words(change), to_string(rule.fix.kind),
                                     rule.fix.reboot ? ", needs a reboot" : ""));
  }
  write_steps(page, rule.fix.steps);
  if (rule.risk != model::Risk::none) {
    page.field("to accept", "--accept-risk " + rule.rule);
  }
  if (!rule.applies) page.field("applies", "never changes anything, it is only mentioned");
  page.field("check", rule.fix.check);
  page.field("undo", rule.fix.undo);
  for (const std::string& source : rule.sources)
    page.field("source", source);
  if (!rule.covers.empty()) page.field("covers", join(rule.covers, ", "));
  if (!document.also.empty()) page.field("see also", join(document.also, ", "));
  page.field("rules", "version " + document.rules_version);
}

void write_document(Page& page, const model::RulesCheckDocument& document) {
  const std::string checked =
      counted(static_cast<std::size_t>(document.checked), "rule file") + " checked: ";
  for (const std::string& error : document.errors)
    page.line(0, error);
  page.line(0,
            checked + (document.errors.empty() ? "all valid."
                                               : counted(document.errors.size(), "problem") + "."));
}

}  // namespace guestclock::report
