// The documents that verbs put out. Each formatter in report/ renders any of them.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/change.h"
#include "model/facts.h"
#include "model/finding.h"
#include "model/measurements.h"
#include "model/rule.h"

namespace guestclock::model {

struct DetectDocument {
  Facts facts;
  std::vector<Assumption> assumptions;
};

struct MeasureDocument {
  Measurements measurements;
};

/// `fit`, in the order of its arguments.
struct FitDocument {
  std::vector<FileFit> fits;
};

struct SelftestDocument {
  Selftest selftest;
};

/// `audit`. `measurements` is empty where measuring was not asked for, `no_measurements` says why.
struct AuditReport {
  std::string tool_version;
  std::string rules_version;  ///< digest of all rule files
  std::string generated_at;   ///< RFC 3339 UTC
  Fact<std::string> host;
  Facts facts;
  std::optional<Measurements> measurements;
  std::string no_measurements;
  Judgement judgement;
  std::vector<Assumption> assumptions;
  Consent consent;
  bool undetermined =
      false;  ///< the contract's exit 3: no reference answered, or a fact is missing
};

struct PlanDocument {
  std::string rules_version;  ///< digest of all rule files
  ChangeSet changes;
  std::vector<NotJudged> not_judged;
  std::vector<Assumption> assumptions;
};

/// Entries that cannot be read, and why.
struct UnreadEntries {
  std::string loader;  ///< empty: none is in use
  std::string reason;
};

/// `params list`. Entries by loader, in each loader's order.
struct ParamsListDocument {
  std::vector<BootEntry> entries;
  std::vector<UnreadEntries> unread;
};

/// `apply` and `rollback`.
struct TransactionDocument {
  std::string verb;
  TransactionOutcome outcome;
  std::vector<HeldChange> held;
};

struct HistoryDocument {
  std::vector<TransactionSummary> transactions;
};

struct RulesListDocument {
  std::string rules_version;  ///< digest of all rule files
  std::vector<Rule> rules;
};

struct ExplainDocument {
  std::string rules_version;  ///< digest of all rule files
  Rule rule;
  std::vector<std::string> also;  ///< other rules of the same catalogue row
};

struct RulesCheckDocument {
  std::int64_t checked = 0;
  std::vector<std::string> errors;  ///< "file:line:column: what is wrong"
};

/// `capture`.
struct CaptureDocument {
  std::string directory;
  std::int64_t files = 0;
  bool redacted = true;
  std::vector<std::string> refused;  ///< paths that need more privilege than there was
  bool incomplete = false;           ///< there was more than a capture may hold
};

using Document =
    std::variant<DetectDocument, MeasureDocument, FitDocument, SelftestDocument, AuditReport,
                 PlanDocument, ParamsListDocument, TransactionDocument, HistoryDocument,
                 RulesListDocument, ExplainDocument, RulesCheckDocument, CaptureDocument>;

/// Highest severity among findings that are not held; nothing where there is none.
[[nodiscard]] std::optional<Severity> worst_severity(const Judgement& judgement);

/// The contract's summary.verdict: findings (something of severity low or above), unknown, good.
[[nodiscard]] std::string_view verdict(const AuditReport& report);

}  // namespace guestclock::model
