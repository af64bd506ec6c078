#include "rules/cross_judgement.h"

#include <algorithm>
#include <set>

#include "advise/advise.h"
#include "advise/obstacles.h"
#include "base/text.h"
#include "tables/tables.h"

namespace guestclock::rules_tests {
namespace {

std::string as_written(const model::FindingChange& change) {
  if (!change.to) return "-" + change.parameter;
  return change.to->empty() ? change.parameter : change.parameter + "=" + *change.to;
}

}  // namespace

model::Judgement judged_by_shipped_rules(const model::Facts& facts, const model::Consent& consent) {
  static const tables::Tables kTables = tables::load({}).value();
  model::Judgement judgement = advise::judge(kTables.rules, facts, nullptr, consent);
  advise::note_obstacles(kTables.parameters, facts, judgement);
  return judgement;
}

std::string parameters_of(const model::Judgement& judgement, bool held) {
  std::set<std::string> all;
  for (const model::Finding& finding : judgement.findings) {
    if (finding.held != held) continue;
    for (const model::FindingChange& change : finding.changes)
      all.insert(as_written(change));
  }
  return join({all.begin(), all.end()}, " ");
}

std::string complaints_of(const model::Judgement& judgement) {
  std::set<std::string> all;
  for (const model::Finding& finding : judgement.findings) {
    if (finding.severity != model::Severity::info) all.insert(finding.rule);
  }
  return join({all.begin(), all.end()}, " ");
}

bool says_row(const model::Judgement& judgement, const std::string& catalogue) {
  return std::any_of(judgement.findings.begin(), judgement.findings.end(),
                     [&](const model::Finding& one) { return one.catalogue == catalogue; });
}

}  // namespace guestclock::rules_tests
