#include <array>

#include <fmt/format.h>

#include "base/rfc3339.h"
#include "base/text.h"
#include "report/text_parts.h"

namespace guestclock::report {
namespace {

void write_title(Page& page, const model::AuditReport& report) {
  std::string title = "guestclock " + report.tool_version + ", rules " + report.rules_version;
  if (!report.generated_at.empty()) title += ", " + report.generated_at;
  if (report.host.known()) title += ", " + report.host.value();
  page.heading(title);
}

std::string change_in_words(const model::FindingChange& change) {
  const std::string to = change.to ? "becomes " + *change.to : std::string("goes");
  std::string now = change.from.value_or("absent");
  if (now.empty()) now = "set";
  return change.target + ": " + change.parameter + " " + to + " (now " + now + ")";
}

void write_what_was_found(Page& page, const model::Finding& finding) {
  page.gap();
  page.paragraph(
      0, fmt::format("[{}{}] {} ({}): {}", model::to_string(finding.severity),
                     finding.held ? ", held" : "", finding.rule, finding.catalogue, finding.title));
}

void write_finding(Page& page, const model::Finding& finding) {
  write_what_was_found(page, finding);
  std::string_view label = "seen";
  for (const model::FindingEvidence& seen : finding.evidence) {
    page.field(label, seen.fact + ": " + seen.value);
    label = "";
  }
  page.field("why", finding.why);
  const bool for_host = finding.fix.kind == model::FixKind::host;
  page.field("do", (for_host ? "on the host: " : "") + finding.fix.what);
  for (const model::FindingChange& change : finding.changes) {
    page.field("change", change_in_words(change) + (finding.fix.reboot ? ", needs a reboot" : ""));
  }
  write_steps(page, finding.fix.steps);
  if (!finding.obstacle.empty()) page.field("but", finding.obstacle);
  if (!finding.rivals.empty()) {
    page.field("decide", join(finding.rivals, ", ") +
                             " wants something else of the same parameter: guestclock apply RULE");
  }
  if (finding.held) {
    page.field("held", fmt::format("its risk is {}", model::to_string(finding.risk)));
    page.field("to accept", "--accept-risk " + finding.rule);
  }
  if (!finding.fix.check.empty()) page.field("check", finding.fix.check);
  if (!finding.fix.undo.empty()) page.field("undo", finding.fix.undo);
  for (const std::string& source : finding.sources)
    page.field("source", source);
}

void write_waived(Page& page, const std::vector<model::WaivedFinding>& all) {
  if (all.empty()) return;
  page.heading("Waived");
  for (const model::WaivedFinding& waived : all) {
    write_what_was_found(page, waived.finding);
    page.field("reason", waived.acceptance.reason);
    page.field("until", rfc3339(waived.acceptance.expires));
  }
}

/// Findings by severity, held ones apart.
struct Tally {
  std::array<std::size_t, 4> by_severity{};
  std::size_t open = 0;
  std::size_t held = 0;
};

Tally tally(const model::Judgement& judgement) {
  Tally counts;
  for (const model::Finding& finding : judgement.findings) {
    if (finding.held) {
      ++counts.held;
    } else {
      ++counts.open;
      ++counts.by_severity.at(static_cast<std::size_t>(finding.severity));
    }
  }
  return counts;
}

std::string severities_in_words(const Tally& counts) {
  std::vector<std::string> parts;
  for (const model::Severity severity : {model::Severity::high, model::Severity::medium,
                                         model::Severity::low, model::Severity::info}) {
    const std::size_t count = counts.by_severity.at(static_cast<std::size_t>(severity));
    if (count > 0) parts.push_back(fmt::format("{} {}", count, model::to_string(severity)));
  }
  return join(parts, ", ");
}

/// What kept the verdict from being known.
std::string missing_in_words(const model::AuditReport& report) {
  std::vector<std::string> parts;
  if (report.measurements && !report.measurements->drift.rate_error_ppm.known()) {
    parts.push_back("no reference told the drift");
  }
  std::size_t undecided = 0;
  for (const model::NotJudged& rule : report.judgement.not_judged) {
    if (rule.leaves_open()) ++undecided;
  }
  if (undecided > 0) parts.push_back(counted(undecided, "rule") + " could not be judged");
  return parts.empty() ? "what decides could not be found out" : join(parts, ", ");
}

std::string verdict_in_words(const model::AuditReport& report) {
  const Tally counts = tally(report.judgement);
  const std::string_view word = model::verdict(report);
  std::string apart =
      counts.held > 0 ? fmt::format("; {} held until its risk is accepted", counts.held) : "";
  if (const std::size_t waived = report.judgement.waived.size(); waived > 0) {
    apart += fmt::format("; {} waived", waived);
  }
  const std::string found = fmt::format(
      "{} ({})", counts.open == 1 ? "1 finding" : fmt::format("{} findings", counts.open),
      severities_in_words(counts));
  if (word == "findings") return "Verdict: " + found + apart + ".";
  const std::string noted = counts.open > 0 ? "; " + found : "";
  if (word == "good") return "Verdict: good: nothing to change on this guest" + noted + apart + ".";
  return "Verdict: unknown: " + missing_in_words(report) + noted + apart + ".";
}

/// A fact that is to be filled in, "%{clock.source}", as people write it: <clock.source>.
std::string facts_by_name(std::string_view text) {
  std::string out;
  for (std::size_t open = text.find("%{"); open != std::string_view::npos; open = text.find("%{")) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    out.append(text.substr(0, open)).append("<");
    out.append(text.substr(open + 2, close - open - 2)).append(">");
    text.remove_prefix(close + 1);
  }
  return out.append(text);
}

}  // namespace

void write_steps(Page& page, const std::vector<model::FixStep>& steps) {
  for (const model::FixStep& step : steps) {
    page.field("step", model::lead_in(step));
    page.line(Page::kTextColumn, facts_by_name(step.text));
  }
}

void write_not_judged(Page& page, const std::vector<model::NotJudged>& rules) {
  if (rules.empty()) return;
  page.heading("Not judged");
  for (const model::NotJudged& rule : rules) {
    std::string text = rule.rule + ": " + rule.fact + " is not known: " + rule.reason;
    if (rule.waived) {
      text +=
          fmt::format("; waived until {}: {}", rfc3339(rule.waived->expires), rule.waived->reason);
    }
    page.bullet(text);
  }
}

void write_document(Page& page, const model::AuditReport& report) {
  write_title(page, report);
  write_facts(page, report.facts, false);
  write_assumptions(page, report.assumptions);
  if (report.measurements) {
    write_measurements(page, *report.measurements);
  } else {
    page.heading("Drift");
    page.paragraph(2, "unknown: " + report.no_measurements);
  }
  page.heading("Findings");
  if (report.judgement.findings.empty()) page.paragraph(2, "none");
  for (const model::Finding& finding : report.judgement.findings)
    write_finding(page, finding);
  write_waived(page, report.judgement.waived);
  write_not_judged(page, report.judgement.not_judged);
  page.gap();
  page.line(0, verdict_in_words(report));
}

}  // namespace guestclock::report
