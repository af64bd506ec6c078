#include <fmt/format.h>

#include "base/text.h"
#include "report/text_parts.h"

namespace guestclock::report {
namespace {

void write_list(Page& page, std::string_view title, const std::vector<std::string>& lines_of_it) {
  if (lines_of_it.empty()) return;
  page.heading(title);
  for (const std::string& line : lines_of_it)
    page.bullet(line);
}

/// Commands and lines to write are in it: not wrapped.
void write_pending(Page& page, const std::vector<std::string>& pending) {
  if (pending.empty()) return;
  page.heading("Left to do");
  for (const std::string& line : pending)
    page.line(2, "- " + line);
}

std::string plan_in_words(const model::ChangeSet& set) {
  std::string text = "Plan: nothing to change";
  if (set.changes_files()) {
    text = "Plan: changes " + counted(set.files.size(), "file");
  }
  if (!set.held.empty()) text += fmt::format("; {} held", set.held.size());
  if (!set.pending.empty()) text += fmt::format("; {} left to do", set.pending.size());
  if (set.reboot_required) text += "; then a reboot";
  return text + ".";
}

void write_entries(Page& page, const std::vector<model::EntryChange>& entries) {
  if (entries.empty()) return;
  page.heading("Boot entries");
  for (const model::EntryChange& entry : entries) {
    page.paragraph(2, entry.title + (entry.is_default ? " (default)" : "") +
                          (entry.along ? " (comes along: it shares its parameters)" : ""));
    if (entry.before == entry.after) {
      page.field("  unchanged", in_words(entry.before, " "));
      continue;
    }
    page.field("  before", in_words(entry.before, " "));
    page.field("  after", in_words(entry.after, " "));
  }
}

std::string outcome_in_words(const std::string& verb, const model::TransactionOutcome& outcome) {
  if (verb == "purge") {
    if (!outcome.changed) return "Nothing to forget.";
    return fmt::format("Forgot transaction {} and its backups.", outcome.id);
  }
  const bool undo = verb == "rollback";
  if (outcome.dry_run && outcome.changed) {
    return fmt::format("Would undo transaction {}: {} restored.", outcome.id,
                       counted(outcome.files.size(), "file"));
  }
  if (outcome.state == model::TransactionState::conflict) {
    if (outcome.dry_run) return "Somebody else changed a file since: rollback would write nothing.";
    return "Somebody else changed a file since: nothing was written. --force restores it all the "
           "same.";
  }
  if (!outcome.changed) {
    if (undo) return "Nothing to undo.";
    return outcome.pending.empty() ? "Nothing to change: everything is already in place."
                                   : "Changed nothing: what is left is to be done by hand.";
  }
  return fmt::format("{} transaction {}: {} {}.", undo ? "Undid" : "Applied", outcome.id,
                     counted(outcome.files.size(), "file"), undo ? "restored" : "changed");
}

}  // namespace

void write_held(Page& page, const std::vector<model::HeldChange>& all) {
  if (all.empty()) return;
  page.heading("Held until you accept the risk");
  for (const model::HeldChange& held : all) {
    page.field("change", held.change);
    page.field("risk", std::string(model::to_string(held.risk)));
    page.field("why", held.why);
    page.field("to accept", "--accept-risk " + held.rule);
  }
}

void write_document(Page& page, const model::PlanDocument& document) {
  const model::ChangeSet& set = document.changes;
  for (const model::FileDifference& file : set.files) {
    page.gap();
    page.verbatim(file.diff);
  }
  write_entries(page, set.entries);
  write_list(page, "Warnings", set.warnings);
  write_held(page, set.held);
  write_pending(page, set.pending);
  write_not_judged(page, document.not_judged);
  write_assumptions(page, document.assumptions);
  page.gap();
  page.line(0, plan_in_words(set));
}

void write_document(Page& page, const model::ParamsListDocument& document) {
  for (const model::BootEntry& entry : document.entries) {
    page.gap();
    page.line(0, fmt::format("{} {}{}: {}", entry.loader, entry.index,
                             entry.is_default ? " (default)" : "", entry.title));
    page.line(2, "file       " + entry.file);
    if (!entry.kernel.empty()) page.line(2, "kernel     " + entry.kernel);
    page.line(2, "parameters " + in_words(entry.parameters, " "));
  }
  if (!document.entries.empty()) return;
  page.line(0, document.unread.empty() ? "No boot entries." : "No boot entries could be read.");
}

void write_document(Page& page, const model::TransactionDocument& document) {
  const model::TransactionOutcome& outcome = document.outcome;
  if (!outcome.diff.empty()) {
    page.verbatim(outcome.diff);
    page.gap();
  }
  page.paragraph(0, outcome_in_words(document.verb, outcome));
  for (const std::string& file : outcome.files)
    page.line(2, file);
  if (!outcome.conflict_diff.empty()) {
    page.heading("What is there now, against what we left");
    page.verbatim(outcome.conflict_diff);
  }
  write_list(page, "Warnings", outcome.warnings);
  write_held(page, document.held);
  write_pending(page, outcome.pending);
  if (!outcome.undo_by_hand.empty()) {
    page.heading("To undo: guestclock rollback " + outcome.id);
    page.paragraph(2, "Or by hand, from a rescue shell:");
    for (const std::string& command : outcome.undo_by_hand)
      page.line(4, command);
  }
  if (outcome.reboot_required && !outcome.dry_run) {
    page.gap();
    page.line(0, "A reboot is needed before this takes effect.");
  }
}

void write_document(Page& page, const model::HistoryDocument& document) {
  if (document.transactions.empty()) page.line(0, "No transactions.");
  for (const model::TransactionSummary& one : document.transactions) {
    page.line(0, fmt::format("{}  {:<11}  {}", one.time, model::to_string(one.state), one.id));
    if (!one.rules.empty()) page.field("rules", join(one.rules, ", "));
    if (!one.parameters.empty()) page.field("parameters", join(one.parameters, " "));
    for (const std::string& file : one.files)
      page.field("file", file);
  }
}

}  // namespace guestclock::report
