#include <algorithm>
#include <optional>

#include "advise/advise.h"
#include "advise/evaluation.h"
#include "advise/fix_state.h"

namespace guestclock::advise {
namespace {

model::NotJudged undecided(const model::Rule& rule, const Truth& truth) {
  const bool live_only = !truth.could_hold;
  const auto named =
      std::find_if(truth.missing.begin(), truth.missing.end(),
                   [live_only](const Missing& missing) { return missing.live_only == live_only; });
  const Missing& missing = named != truth.missing.end() ? *named : truth.missing.front();
  return {rule.rule, missing.path, missing.reason, live_only};
}

class Judge {
 public:
  Judge(const model::Facts& facts, const model::Measurements* measurements,
        const model::Consent& consent)
      : facts_(facts), consent_(consent), lookup_(facts, measurements), parameters_(facts) {}

  void judge(const model::Rule& rule, model::Judgement& judgement) const {
    Evaluation evaluation(lookup_, parameters_);
    Conjunction holds;
    if (holds.add(evaluation.ranges(rule))) holds.add(evaluation.condition(rule.when));
    const Truth truth = std::move(holds).result();
    if (truth.is_no()) return;
    FixState fix = state_of_fix(rule.fix, facts_, parameters_, evaluation);
    if (fix.in_place) return;
    if (!truth.is_yes()) {
      judgement.not_judged.push_back(undecided(rule, truth));
      return;
    }
    for (const std::string& path : rule.shows)
      evaluation.look_at(path);
    judgement.findings.push_back(finding(rule, std::move(fix), evaluation.take_evidence()));
  }

 private:
  [[nodiscard]] model::Finding finding(const model::Rule& rule, FixState fix,
                                       std::vector<model::FindingEvidence> evidence) const {
    model::Finding finding;
    finding.rule = rule.rule;
    finding.catalogue = rule.catalogue;
    finding.title = rule.title;
    finding.severity = rule.severity;
    finding.risk = rule.risk;
    finding.applies = rule.applies;
    finding.held = rule.risk != model::Risk::none && !consent_.accepts(rule.rule, rule.catalogue);
    finding.evidence = std::move(evidence);
    finding.why = rule.why;
    finding.fix = rule.fix;
    finding.changes = std::move(fix.changes);
    finding.sources = rule.sources;
    finding.writes_before = rule.writes_before;
    return finding;
  }

  const model::Facts& facts_;
  const model::Consent& consent_;
  model::FactLookup lookup_;
  BootParameters parameters_;
};

}  // namespace

model::Judgement judge(std::span<const model::Rule> rules, const model::Facts& facts,
                       const model::Measurements* measurements, const model::Consent& consent) {
  const Judge judge(facts, measurements, consent);
  model::Judgement judgement;
  for (const model::Rule& rule : rules)
    judge.judge(rule, judgement);
  return judgement;
}

}  // namespace guestclock::advise
