// Words of the contract, and the small judgements over findings.
#include <gtest/gtest.h>

#include "model/change.h"
#include "model/report.h"

namespace guestclock::model {
namespace {

TEST(Words, SeveritiesRisksFixKindsAndStatesReadBack) {
  for (const Severity one : {Severity::info, Severity::low, Severity::medium, Severity::high}) {
    EXPECT_EQ(severity_from(to_string(one)), one);
  }
  for (const Risk one : {Risk::none, Risk::low, Risk::panic}) {
    EXPECT_EQ(risk_from(to_string(one)), one);
  }
  for (int i = 0; i <= static_cast<int>(FixKind::none); ++i) {
    const auto one = static_cast<FixKind>(i);
    EXPECT_FALSE(to_string(one).empty());
    EXPECT_EQ(fix_kind_from(to_string(one)), one);
  }
  for (int i = 0; i <= static_cast<int>(TransactionState::conflict); ++i) {
    const auto one = static_cast<TransactionState>(i);
    EXPECT_EQ(transaction_state_from(to_string(one)), one);
  }
  EXPECT_EQ(to_string(FixKind::kernel_parameter), "kernel-parameter");
  EXPECT_EQ(to_string(TransactionState::rolled_back), "rolled-back");
  EXPECT_EQ(severity_from("urgent"), std::nullopt);
  EXPECT_EQ(fix_kind_from(""), std::nullopt);
}

TEST(Consent, AcceptsAllARuleOrARow) {
  EXPECT_FALSE(Consent{}.accepts("a-rule", "V-01"));
  EXPECT_TRUE((Consent{{"all"}, {}}.accepts("a-rule", "V-01")));
  EXPECT_TRUE((Consent{{"other", "a-rule"}, {}}.accepts("a-rule", "V-01")));
  EXPECT_TRUE((Consent{{"V-01"}, {}}.accepts("a-rule", "V-01")));
  EXPECT_FALSE((Consent{{"V-02", "a-rul"}, {}}.accepts("a-rule", "V-01")));
  EXPECT_FALSE((Consent{{""}, {}}.accepts("a-rule", "")));
}

Finding finding(Severity severity, bool held = false) {
  Finding out;
  out.severity = severity;
  out.held = held;
  return out;
}

AuditReport report(std::vector<Finding> findings, bool undetermined = false) {
  AuditReport out;
  out.judgement.findings = std::move(findings);
  out.undetermined = undetermined;
  return out;
}

TEST(WorstSeverity, LeavesHeldFindingsOut) {
  EXPECT_EQ(worst_severity({}), std::nullopt);
  EXPECT_EQ(worst_severity(report({finding(Severity::high, true)}).judgement), std::nullopt);
  EXPECT_EQ(worst_severity(report({finding(Severity::low), finding(Severity::medium),
                                   finding(Severity::high, true), finding(Severity::info)})
                               .judgement),
            Severity::medium);
}

TEST(Verdict, FindingsThenUnknownThenGood) {
  EXPECT_EQ(verdict(report({})), "good");
  EXPECT_EQ(verdict(report({}, true)), "unknown");
  EXPECT_EQ(verdict(report({finding(Severity::info)})), "good");
  EXPECT_EQ(verdict(report({finding(Severity::info)}, true)), "unknown");
  EXPECT_EQ(verdict(report({finding(Severity::low)}, true)), "findings");
  EXPECT_EQ(verdict(report({finding(Severity::high, true)})), "good");
  EXPECT_EQ(verdict(report({finding(Severity::high, true)}, true)), "unknown");
}

}  // namespace
}  // namespace guestclock::model
