#include "advise/waive.h"

#include <algorithm>

#include "base/text.h"

namespace guestclock::advise {
namespace {

/// Remembers which waivers were asked for.
class WaiversInForce {
 public:
  WaiversInForce(std::span<const model::Waiver> waivers, Day today)
      : waivers_(waivers), today_(today), met_(waivers.size()) {}

  /// Null where nobody accepts what `rule` says.
  const model::Acceptance* acceptance_of(const std::string& rule) {
    for (std::size_t i = 0; i < waivers_.size(); ++i) {
      if (has_expired(waivers_[i]) || !contains(waivers_[i].rules, rule)) continue;
      met_[i] = true;
      return &waivers_[i].acceptance;
    }
    return nullptr;
  }

  [[nodiscard]] IdleWaivers idle() const {
    IdleWaivers idle;
    for (std::size_t i = 0; i < waivers_.size(); ++i) {
      if (has_expired(waivers_[i])) {
        idle.expired.push_back(waivers_[i]);
      } else if (!met_[i]) {
        idle.unmet.push_back(waivers_[i]);
      }
    }
    return idle;
  }

 private:
  [[nodiscard]] bool has_expired(const model::Waiver& waiver) const {
    return waiver.acceptance.expires < today_;
  }

  std::span<const model::Waiver> waivers_;
  Day today_;
  std::vector<bool> met_;
};

}  // namespace

IdleWaivers waive(std::span<const model::Waiver> waivers, Day today, model::Judgement& judgement) {
  WaiversInForce in_force(waivers, today);
  std::vector<model::Finding> counting;
  for (model::Finding& finding : judgement.findings) {
    if (const model::Acceptance* const acceptance = in_force.acceptance_of(finding.rule)) {
      judgement.waived.push_back({std::move(finding), *acceptance});
    } else {
      counting.push_back(std::move(finding));
    }
  }
  judgement.findings = std::move(counting);
  for (model::NotJudged& rule : judgement.not_judged) {
    if (const model::Acceptance* const acceptance = in_force.acceptance_of(rule.rule)) {
      rule.waived = *acceptance;
    }
  }
  return in_force.idle();
}

}  // namespace guestclock::advise
