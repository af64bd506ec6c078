#include "model/rule.h"

#include "model/word_table.h"

namespace guestclock::model {
namespace {

constexpr WordTable<Severity, 4> kSeverities{{
    {Severity::info, "info"},
    {Severity::low, "low"},
    {Severity::medium, "medium"},
    {Severity::high, "high"},
}};

constexpr WordTable<Risk, 3> kRisks{{
    {Risk::none, "none"},
    {Risk::low, "low"},
    {Risk::panic, "panic"},
}};

constexpr WordTable<FixKind, 10> kFixKinds{{
    {FixKind::kernel_parameter, "kernel-parameter"},
    {FixKind::loader_tunable, "loader-tunable"},
    {FixKind::sysctl, "sysctl"},
    {FixKind::clocksource, "clocksource"},
    {FixKind::time_daemon, "time-daemon"},
    {FixKind::module, "module"},
    {FixKind::udev_rule, "udev-rule"},
    {FixKind::guest_tools, "guest-tools"},
    {FixKind::host, "host"},
    {FixKind::none, "none"},
}};

}  // namespace

std::string_view to_string(Severity severity) {
  return word_of(kSeverities, severity);
}
std::string_view to_string(Risk risk) {
  return word_of(kRisks, risk);
}
std::string_view to_string(FixKind kind) {
  return word_of(kFixKinds, kind);
}

std::string lead_in(const FixStep& step) {
  if (step.action == FixStep::Action::run) return "run:";
  const std::string place = "in " + step.file + (step.where.empty() ? "" : ", " + step.where + ",");
  return place + (step.action == FixStep::Action::write ? " write:" : " delete what begins with:");
}

std::string in_words(const FixStep& step) {
  return lead_in(step) + " " + step.text;
}

std::optional<Severity> severity_from(std::string_view text) {
  return value_of(kSeverities, text);
}
std::optional<Risk> risk_from(std::string_view text) {
  return value_of(kRisks, text);
}
std::optional<FixKind> fix_kind_from(std::string_view text) {
  return value_of(kFixKinds, text);
}

}  // namespace guestclock::model
