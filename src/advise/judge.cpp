#include <algorithm>
#include <optional>

#include "advise/advise.h"
#include "advise/evaluation.h"
#include "advise/fix_state.h"
#include "advise/steps_here.h"
#include "model/kernel_parameters.h"

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
  Judge(std::span<const model::Rule> rules, const model::Facts& facts,
        const model::Measurements* measurements, const model::Consent& consent)
      : rules_(rules),
        facts_(facts),
        consent_(consent),
        lookup_(facts, measurements),
        parameters_(facts) {}

  void judge(const model::Rule& rule, model::Judgement& judgement) const {
    Evaluation evaluation(lookup_, parameters_);
    Conjunction due;
    if (!due.add(holds(rule, evaluation))) return;
    FixState fix = state_of_fix(rule.fix, facts_, parameters_, evaluation);
    if (fix.in_place || takes_away_what_is_wanted(rule)) return;
    due.add(std::move(fix.seen));
    const Truth truth = std::move(due).result();
    if (!truth.is_yes()) {
      judgement.not_judged.push_back(undecided(rule, truth));
      return;
    }
    for (const std::string& path : rule.shows)
      evaluation.look_at(path);
    judgement.findings.push_back(finding(rule, std::move(fix), evaluation.take_evidence()));
  }

 private:
  [[nodiscard]] static Truth holds(const model::Rule& rule, Evaluation& evaluation) {
    Conjunction both;
    if (both.add(evaluation.ranges(rule))) both.add(evaluation.condition(rule.when));
    return std::move(both).result();
  }

  [[nodiscard]] bool is_accepted(const model::Rule& rule) const {
    return rule.risk == model::Risk::none || consent_.accepts(rule.rule, rule.catalogue);
  }

  [[nodiscard]] bool takes_away_what_is_wanted(const model::Rule& rule) const {
    return std::any_of(rule.fix.changes.begin(), rule.fix.changes.end(),
                       [&](const model::FixChange& change) {
                         return !change.to && is_wanted(change.parameter, rule.fix.kind);
                       });
  }

  [[nodiscard]] bool is_wanted(const std::string& parameter, model::FixKind kind) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const model::Rule& rule) {
      if (!rule.applies || rule.fix.kind != kind || !writes(rule.fix, parameter)) return false;
      if (!is_accepted(rule) && !is_ours(parameter)) return false;
      Evaluation evaluation(lookup_, parameters_);
      return !holds(rule, evaluation).is_no();
    });
  }

  [[nodiscard]] static bool writes(const model::Fix& fix, const std::string& parameter) {
    return std::any_of(fix.changes.begin(), fix.changes.end(), [&](const model::FixChange& change) {
      return change.to && model::same_parameter_name(change.parameter, parameter);
    });
  }

  [[nodiscard]] bool is_ours(const std::string& parameter) const {
    return std::any_of(consent_.ours.begin(), consent_.ours.end(), [&](const std::string& token) {
      return model::same_parameter_name(model::parameter_key(token), parameter);
    });
  }

  [[nodiscard]] model::Finding finding(const model::Rule& rule, FixState fix,
                                       std::vector<model::FindingEvidence> evidence) const {
    model::Finding finding;
    finding.rule = rule.rule;
    finding.catalogue = rule.catalogue;
    finding.title = rule.title;
    finding.severity = rule.severity;
    finding.risk = rule.risk;
    finding.applies = rule.applies;
    finding.held = !is_accepted(rule);
    finding.evidence = std::move(evidence);
    finding.why = rule.why;
    finding.fix = rule.fix;
    finding.fix.steps = steps_here(rule.fix.steps, lookup_);
    finding.changes = std::move(fix.changes);
    finding.sources = rule.sources;
    finding.writes_before = rule.writes_before;
    return finding;
  }

  std::span<const model::Rule> rules_;
  const model::Facts& facts_;
  const model::Consent& consent_;
  model::FactLookup lookup_;
  BootParameters parameters_;
};

}  // namespace

model::Judgement judge(std::span<const model::Rule> rules, const model::Facts& facts,
                       const model::Measurements* measurements, const model::Consent& consent) {
  const Judge judge(rules, facts, measurements, consent);
  model::Judgement judgement;
  for (const model::Rule& rule : rules)
    judge.judge(rule, judgement);
  return judgement;
}

}  // namespace guestclock::advise
