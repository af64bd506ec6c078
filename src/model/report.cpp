#include "model/report.h"

namespace guestclock::model {

std::optional<Severity> worst_severity(const Judgement& judgement) {
  std::optional<Severity> worst;
  for (const Finding& finding : judgement.findings) {
    if (finding.held) continue;
    if (!worst || finding.severity > *worst) worst = finding.severity;
  }
  return worst;
}

std::string_view verdict(const AuditReport& report) {
  const std::optional<Severity> worst = worst_severity(report.judgement);
  if (worst && *worst >= Severity::low) return "findings";
  return report.undetermined ? "unknown" : "good";
}

}  // namespace guestclock::model
