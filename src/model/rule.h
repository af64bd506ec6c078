// A rule as data: where it applies, when it fires, what it says, what it would change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace guestclock::model {

enum class Severity { info, low, medium, high };
enum class Risk { none, low, panic };
/// Words of the contract's fix.kind, in its order.
enum class FixKind {
  kernel_parameter,
  loader_tunable,
  sysctl,
  clocksource,
  time_daemon,
  module,
  udev_rule,
  guest_tools,
  host,
  none,
};

[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::string_view to_string(Risk risk);
[[nodiscard]] std::string_view to_string(FixKind kind);
[[nodiscard]] std::optional<Severity> severity_from(std::string_view text);
[[nodiscard]] std::optional<Risk> risk_from(std::string_view text);
[[nodiscard]] std::optional<FixKind> fix_kind_from(std::string_view text);

/// Both ends inclusive, compared as model/version.h says; an absent end is open.
struct VersionRange {
  std::optional<std::string> from;
  std::optional<std::string> to;

  friend bool operator==(const VersionRange&, const VersionRange&) = default;
};

struct DistributionRange {
  std::vector<std::string> ids;
  VersionRange version;

  friend bool operator==(const DistributionRange&, const DistributionRange&) = default;
};

/// Where a rule applies at all. An empty list does not restrict, but for `vm`, which is never
/// empty:
/// {"any"} is every hypervisor. On bare metal (vm = none) no rule applies.
struct Ranges {
  std::vector<std::string> vm;
  std::vector<std::string> os;
  std::vector<std::string> arch;
  std::vector<DistributionRange> distributions;      ///< one of them must hold
  std::vector<DistributionRange> not_distributions;  ///< none of them may hold
  VersionRange kernel;

  friend bool operator==(const Ranges&, const Ranges&) = default;
};

using ConditionValue = std::variant<bool, double, std::string, std::vector<std::string>>;

/// A test over facts and measurements, three-valued: an unknown fact makes it unknown unless the
/// rest already decides.
struct Condition {
  enum class Kind {
    all,        ///< every child
    any,        ///< at least one child
    negation,   ///< not its only child
    fact,       ///< `path` compared by `op` with `value`
    parameter,  ///< kernel parameter or loader tunable `path` in `where` compared by `op`
  };
  enum class Operator { is, is_not, one_of, none_of, contains, less, greater, present, absent };
  /// Whose parameters: the entry started by default, any entry, or the running kernel.
  enum class Where { default_entry, any_entry, running };

  Kind kind = Kind::all;
  std::vector<Condition> children;
  std::string path;
  Operator op = Operator::is;
  ConditionValue value;
  Where where = Where::default_entry;

  friend bool operator==(const Condition&, const Condition&) = default;
};

/// One setting that a fix changes. No `to`: the parameter is removed.
struct FixChange {
  std::string parameter;
  std::optional<std::string> to;

  friend bool operator==(const FixChange&, const FixChange&) = default;
};

/// A step of a fix that no editor here carries out, exact enough to be done by hand.
struct FixStep {
  enum class Action {
    run,    ///< the command `text`, as root
    write,  ///< the line `text` into `file`
    erase,  ///< lines that begin with `text` out of `file`
  };
  Action action = Action::run;
  std::string text;  ///< "%{fact.path}" in it stands for that fact, of a list for its first element
  std::string file;  ///< an absolute path; empty: none
  /// Fact path of what `file` is called on this guest, absent: no such file, and no such step;
  /// empty: as it stands.
  std::string found_at;
  std::string where;  ///< "as the first line"; empty: anywhere

  friend bool operator==(const FixStep&, const FixStep&) = default;
};

/// "in /etc/ntp.conf, as the first line, write: tinker panic 0"
[[nodiscard]] std::string in_words(const FixStep& step);
/// The same up to its text: "in /etc/ntp.conf, as the first line, write:"
[[nodiscard]] std::string lead_in(const FixStep& step);

struct Fix {
  FixKind kind = FixKind::none;
  std::vector<FixChange> changes;
  std::vector<FixStep> steps;  ///< in this order; where there are changes there are none
  bool reboot = false;
  std::string what;  ///< what to do, in words
  std::string undo;
  std::string check;  ///< how to see for oneself

  friend bool operator==(const Fix&, const Fix&) = default;
};

struct Rule {
  std::string rule;       ///< slug, = file name
  std::string catalogue;  ///< row: "V-01"
  std::string title;
  Severity severity = Severity::info;
  Risk risk = Risk::none;  ///< above none: held until --accept-risk
  bool applies = false;    ///< false: only mentioned, never changes anything
  Ranges ranges;
  Condition when;
  std::string why;
  Fix fix;
  std::vector<std::string> sources;
  std::vector<std::string> covers;         ///< further rows that it speaks for
  std::vector<std::string> shows;          ///< fact paths printed as evidence beside those tested
  std::vector<std::string> writes_before;  ///< rules whose parameters stand behind this one's

  friend bool operator==(const Rule&, const Rule&) = default;
};

}  // namespace guestclock::model
