// What the rules say about one guest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/rfc3339.h"
#include "model/rule.h"

namespace guestclock::model {

/// A fact that a rule looked at, as it stood.
struct FindingEvidence {
  std::string fact;   ///< path: "virtualization.vm", "boot.default.clocksource"
  std::string value;  ///< printable; "absent" or "unknown: REASON" where there is none

  friend bool operator==(const FindingEvidence&, const FindingEvidence&) = default;
};

/// One change of a finding's fix, with what stands there today.
struct FindingChange {
  std::string target;  ///< where: "default entry", "every entry", "/boot/loader.conf"
  std::string parameter;
  std::optional<std::string> from;
  std::optional<std::string> to;

  friend bool operator==(const FindingChange&, const FindingChange&) = default;
};

struct Finding {
  std::string rule;
  std::string catalogue;
  std::string title;
  Severity severity = Severity::info;
  Risk risk = Risk::none;
  bool applies = false;
  bool held = false;  ///< its risk is not accepted
  std::vector<FindingEvidence> evidence;
  std::string why;
  Fix fix;                          ///< its steps name the files of this guest
  std::string obstacle;             ///< why the changes cannot be planned here; empty: they can
  std::vector<std::string> rivals;  ///< rules that want something else of the same parameter
  std::vector<FindingChange> changes;
  std::vector<std::string> sources;
  std::vector<std::string> writes_before;

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Why somebody accepts what a rule says, and the last day on which that holds.
struct Acceptance {
  std::string reason;
  Day expires;

  friend bool operator==(const Acceptance&, const Acceptance&) = default;
};

/// One row of a file of waivers.
struct Waiver {
  std::string named;               ///< a rule or a catalogue row, as it stands there
  std::vector<std::string> rules;  ///< those that are meant
  Acceptance acceptance;
  std::string place;  ///< "file:line:column"

  friend bool operator==(const Waiver&, const Waiver&) = default;
};

struct WaivedFinding {
  Finding finding;
  Acceptance acceptance;

  friend bool operator==(const WaivedFinding&, const WaivedFinding&) = default;
};

/// A rule that could not be decided.
struct NotJudged {
  std::string rule;
  std::string fact;    ///< the path that was missing
  std::string reason;  ///< why it is not known
  /// Only a running system, or measuring it, shows it: no gap in what was asked for.
  bool live_only = false;
  std::optional<Acceptance> waived = std::nullopt;

  /// It keeps the verdict from being known.
  [[nodiscard]] bool leaves_open() const { return !live_only && !waived; }
  friend bool operator==(const NotJudged&, const NotJudged&) = default;
};

/// What the user and our own journal allow.
struct Consent {
  std::vector<std::string> accepted;  ///< rules or catalogue rows whose risk is accepted, or "all"
  std::vector<std::string> ours;      ///< parameters that our own transactions wrote

  [[nodiscard]] bool accepts(const std::string& rule, const std::string& catalogue) const;
  friend bool operator==(const Consent&, const Consent&) = default;
};

/// Everything advise has to say: findings in rule order.
struct Judgement {
  std::vector<Finding> findings;
  std::vector<WaivedFinding> waived;  ///< count for nothing
  std::vector<NotJudged> not_judged;

  friend bool operator==(const Judgement&, const Judgement&) = default;
};

}  // namespace guestclock::model
