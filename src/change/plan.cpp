#include "change/plan.h"

#include <algorithm>
#include <string>

#include "base/digest.h"
#include "base/text.h"
#include "boot/parameter_line.h"
#include "change/command_line_limits.h"
#include "change/diff.h"
#include "change/edition_check.h"
#include "change/measured_boot.h"
#include "change/wanted_edits.h"
#include "model/kernel_parameters.h"
#include "system/first_read_files.h"

namespace guestclock::change {
namespace {

using model::ChangeSet;
using model::Finding;
using model::FixKind;

void add_once(std::vector<std::string>& list, std::string item) {
  if (!contains(list, item)) list.push_back(std::move(item));
}

bool asked_for(const Finding& finding, const PlanRequest& request) {
  return request.rules.empty() || contains(request.rules, finding.rule) ||
         contains(request.rules, finding.catalogue);
}

/// Whether carrying the finding out would change this guest at all.
bool changes_guest(const Finding& finding) {
  return finding.applies && finding.fix.kind != FixKind::none && finding.fix.kind != FixKind::host;
}

/// As it would be written: "divider=10"; a removal is said in words.
std::string as_written(const model::FixChange& change, FixKind kind) {
  if (!change.to) return "without " + change.parameter;
  if (kind == FixKind::loader_tunable) return change.parameter + "=\"" + *change.to + "\"";
  if (change.to->empty()) return change.parameter;
  return model::parameter_token(change.parameter, change.to);
}

void hold(const Finding& finding, ChangeSet& changes) {
  for (const model::FixChange& change : finding.fix.changes) {
    changes.held.push_back(
        {finding.rule, finding.risk, as_written(change, finding.fix.kind), finding.why});
  }
}

/// What nobody here can write, said to the user: a line for each step, or one for all.
void leave_to_hand(const Finding& finding, const std::string& why, ChangeSet& changes) {
  for (const model::FixStep& step : finding.fix.steps)
    add_once(changes.pending, finding.rule + ": " + model::in_words(step));
  if (!finding.fix.steps.empty()) return;
  std::string text = finding.rule + ": " + finding.fix.what;
  if (!why.empty()) text += " By hand: " + why + ".";
  add_once(changes.pending, std::move(text));
}

/// The rules asked for that want something else of one of its parameters.
std::vector<std::string> rivals_asked_for(const Finding& finding, std::span<const Finding> findings,
                                          const PlanRequest& request) {
  std::vector<std::string> rivals;
  for (const Finding& other : findings) {
    if (contains(finding.rivals, other.rule) && asked_for(other, request))
      rivals.push_back(other.rule);
  }
  return rivals;
}

/// Why the finding is not planned; empty: it is.
std::string hindrance(const Finding& finding, std::span<const Finding> findings,
                      const PlanRequest& request) {
  if (!finding.obstacle.empty()) return finding.obstacle;
  const auto rivals = rivals_asked_for(finding, findings, request);
  if (rivals.empty()) return {};
  return join(rivals, ", ") +
         " wants something else of the same parameter: decide for one of them, "
         "guestclock apply RULE";
}

/// The one loader that takes fixes of this kind; why there is none otherwise.
struct Writer {
  const boot::LoaderInUse* loader = nullptr;
  std::string why;
};

Writer writer_for(FixKind kind, std::span<const boot::LoaderInUse> loaders) {
  Writer writer;
  std::vector<std::string> names;
  for (const boot::LoaderInUse& in_use : loaders) {
    if (in_use.loader->fix_kind() != kind) continue;
    writer.loader = &in_use;
    names.emplace_back(in_use.loader->name());
  }
  if (names.size() > 1) {
    writer.loader = nullptr;
    writer.why = "more than one boot loader is configured here: " + join(names, ", ");
  } else if (names.empty() &&
             (kind == FixKind::kernel_parameter || kind == FixKind::loader_tunable)) {
    writer.why = "no boot loader configuration that this version can edit was found";
  }
  return writer;
}

/// Tokens that stand in an entry only afterwards.
void note_parameters(const settings::Edition& edition, ChangeSet& changes) {
  for (const model::EntryChange& entry : edition.entries) {
    for (const std::string& token : entry.after) {
      if (!contains(entry.before, token)) add_once(changes.parameters, token);
    }
  }
}

void note_files(settings::Edition& edition, ChangeSet& changes) {
  for (model::FileEdit& edit : edition.files) {
    if (edit.before == edit.after) continue;
    model::FileDifference file;
    file.diff = unified_diff(edit.path, edit.before ? &*edit.before : nullptr, edit.after);
    if (edit.before) file.before_sha256 = sha256_hex(*edit.before);
    file.after_sha256 = sha256_hex(edit.after);
    file.edit = std::move(edit);
    changes.files.push_back(std::move(file));
  }
}

/// What every stage of planning reads.
struct Context {
  const model::Facts& facts;
  const system::System& system;
  const tables::Thresholds& thresholds;
  const system::Files& files;  ///< each in one state, while somebody else may be writing
};

/// Whether the running kernel has what `edits` want of the parameter that `edit` is about.
bool in_force(const model::ParameterEdit& edit, std::span<const model::ParameterEdit> edits,
              FixKind kind, const Context& context) {
  if (kind == FixKind::loader_tunable) {
    const auto value = context.system.sysctl().kenv(edit.key);
    if (edit.values.empty()) return !value;
    return value && edit.values.size() == 1 && edit.values.front() == *value;
  }
  const auto& cmdline = context.facts.kernel.cmdline;
  if (!cmdline.known()) return false;
  const auto running = model::parameter_values(cmdline.value(), edit.key);
  return boot::values_after(running, edits, edit.key) == running;
}

/// What may go wrong although the edition is right: kernel parameters only.
Result<void> note_warnings(const boot::LoaderInUse& in_use, const settings::Edition& edition,
                           const Context& context, ChangeSet& changes) {
  if (edition.files.empty() || in_use.loader->fix_kind() != FixKind::kernel_parameter) return {};
  const auto entries = in_use.loader->entries(context.files, in_use.located);
  if (!entries) return tl::make_unexpected(entries.error());
  for (const model::EntryChange& change : edition.entries) {
    const auto entry =
        std::find_if(entries->begin(), entries->end(),
                     [&](const model::BootEntry& one) { return one.index == change.index; });
    if (entry == entries->end()) continue;
    auto warning = command_line_warning(change, in_use.loader->name(), entry->kernel,
                                        context.facts.kernel, context.thresholds);
    if (warning) add_once(changes.warnings, std::move(*warning));
  }
  for (std::string& warning : measured_boot_warnings(context.files))
    add_once(changes.warnings, std::move(warning));
  return {};
}

/// Lays one loader's edition down in `changes`, once it has been checked.
Result<void> plan_edits(std::span<const model::ParameterEdit> edits,
                        const boot::LoaderInUse& in_use, const Context& context,
                        const model::EntrySelector& selector, ChangeSet& changes) {
  auto edition = in_use.loader->edit(context.files, in_use.located, edits, selector);
  if (!edition) return tl::make_unexpected(edition.error());
  auto checked = check_edition(in_use, context.files, *edition, edits, selector);
  if (!checked) return checked;

  for (std::string& line : edition->warnings)
    add_once(changes.warnings, std::move(line));
  if (auto noted = note_warnings(in_use, *edition, context, changes); !noted) return noted;
  note_parameters(*edition, changes);
  note_files(*edition, changes);
  changes.entries.insert(changes.entries.end(), edition->entries.begin(), edition->entries.end());
  changes.regeneration_due = changes.regeneration_due || !edition->pending.empty();
  for (std::string& line : edition->pending)
    add_once(changes.pending, std::move(line));
  const auto missing = [&](const model::ParameterEdit& edit) {
    return !in_force(edit, edits, in_use.loader->fix_kind(), context);
  };
  if (context.system.live() && std::any_of(edits.begin(), edits.end(), missing)) {
    changes.reboot_required = true;
  }
  return {};
}

/// Plans the fixes of one kind.
Result<void> plan_kind(FixKind kind, std::span<const Finding> findings, const Context& context,
                       std::span<const boot::LoaderInUse> loaders, const PlanRequest& request,
                       ChangeSet& changes) {
  const auto leave_all_to_hand = [&](const std::string& why) {
    for (const Finding& finding : findings)
      leave_to_hand(finding, why, changes);
  };
  const Writer writer = writer_for(kind, loaders);
  if (writer.loader == nullptr) {
    leave_all_to_hand(writer.why);
    return {};
  }
  const auto wanted = wanted_edits(findings, kind);
  if (!wanted) return tl::make_unexpected(wanted.error());
  if (wanted->edits.empty()) return {};
  const boot::LoaderInUse& in_use = *writer.loader;
  auto planned = plan_edits(wanted->edits, in_use, context, request.selector, changes);
  if (!planned && planned.error().code == ErrorCode::unsupported) {
    leave_all_to_hand(describe(planned.error()));
    return {};
  }
  if (!planned) return planned;
  for (const std::string& rule : wanted->rules)
    add_once(changes.rules, rule);
  return {};
}

}  // namespace

Result<ChangeSet> plan(std::span<const Finding> findings, const model::Facts& facts,
                       const system::System& system, std::span<const boot::LoaderInUse> loaders,
                       const PlanRequest& request, const tables::Thresholds& thresholds) {
  ChangeSet changes;
  std::vector<std::pair<FixKind, std::vector<Finding>>> by_kind;
  for (const Finding& finding : findings) {
    if (!changes_guest(finding) || !asked_for(finding, request)) continue;
    if (finding.held) {
      hold(finding, changes);
      continue;
    }
    const std::string why = hindrance(finding, findings, request);
    if (!why.empty()) {
      add_once(changes.pending, finding.rule + " is not planned: " + why);
      continue;
    }
    const FixKind kind = finding.fix.kind;
    auto known = std::find_if(by_kind.begin(), by_kind.end(),
                              [&](const auto& one) { return one.first == kind; });
    if (known == by_kind.end()) known = by_kind.insert(by_kind.end(), {kind, {}});
    known->second.push_back(finding);
  }
  const system::FirstReadFiles files(system.files());
  const Context context{facts, system, thresholds, files};
  for (const auto& [kind, wanted] : by_kind) {
    auto planned = plan_kind(kind, wanted, context, loaders, request, changes);
    if (!planned) return tl::make_unexpected(planned.error());
  }
  return changes;
}

Result<ChangeSet> plan_parameters(std::span<const model::ParameterEdit> edits,
                                  const model::Facts& facts, const system::System& system,
                                  const boot::LoaderInUse& loader,
                                  const model::EntrySelector& selector,
                                  const tables::Thresholds& thresholds) {
  const system::FirstReadFiles files(system.files());
  ChangeSet changes;
  auto planned = plan_edits(edits, loader, {facts, system, thresholds, files}, selector, changes);
  if (!planned) return tl::make_unexpected(planned.error());
  return changes;
}

}  // namespace guestclock::change
