#include "cli/planning.h"

#include <set>

#include "base/text.h"
#include "cli/regeneration.h"
#include "model/kernel_parameters.h"

namespace guestclock::cli {

Result<std::vector<boot::LoaderInUse>> loaders_here(const Guest& guest, const Options& options) {
  settings::LocateHints hints;
  if (guest.facts.kernel.os.known()) hints.os = guest.facts.kernel.os.value();
  auto loaders = boot::loaders_in_use(all_loaders(), guest.system->files(), hints);
  if (options.loader.empty()) return loaders;
  const std::string in_use = loader_names(loaders);
  std::erase_if(loaders,
                [&](const boot::LoaderInUse& one) { return one.loader->name() != options.loader; });
  if (loaders.empty()) {
    return fail(ErrorCode::usage, "--loader " + printable(options.loader) +
                                      " is not in use here, but " +
                                      (in_use.empty() ? "no known one is" : in_use));
  }
  return loaders;
}

std::string loader_names(std::span<const boot::LoaderInUse> loaders) {
  std::vector<std::string> names;
  for (const boot::LoaderInUse& one : loaders)
    names.emplace_back(one.loader->name());
  return join(names, ", ");
}

namespace {

/// A rule whose parameter is configured asks for nothing any more, but a generator may still have
/// to run.
void add_what_earlier_runs_left(const Guest& guest, const Options& options,
                                model::ChangeSet& changes) {
  const auto transactions = change::history(store_of(*guest.system, options));
  if (!transactions) return;
  std::set<std::string> keys;
  for (const model::TransactionSummary& one : *transactions) {
    if (one.state != model::TransactionState::applied &&
        one.state != model::TransactionState::verified) {
      continue;
    }
    for (const std::string& token : one.parameters)
      keys.emplace(model::parameter_key(token));
    for (const std::string& name : one.rules) {
      const model::Rule* const rule = guest.tables.rule(name);
      if (rule == nullptr || rule->fix.kind != model::FixKind::kernel_parameter) continue;
      for (const model::FixChange& change : rule->fix.changes)
        keys.insert(change.parameter);
    }
  }
  for (std::string& line : not_regenerated(guest.system->files(), {keys.begin(), keys.end()})) {
    changes.pending.push_back(std::move(line));
    changes.regeneration_due = true;
  }
}

}  // namespace

Result<Planned> make_plan(const Options& options) {
  auto guest = look_at_guest(options);
  if (!guest) return tl::make_unexpected(guest.error());
  const model::Consent consent = consent_of(*guest, options);
  model::Judgement judgement = judge_guest(*guest, nullptr, consent);

  for (const std::string& name : options.arguments) {
    if (guest->tables.rule(name) == nullptr) {
      return fail(ErrorCode::usage, "no rule is called '" + name + "'", {},
                  "guestclock rules list shows all");
    }
  }
  const auto loaders = loaders_here(*guest, options);
  if (!loaders) return tl::make_unexpected(loaders.error());
  const change::PlanRequest request{options.entries, options.arguments};
  auto changes = change::plan(judgement.findings, guest->facts, *guest->system, *loaders, request,
                              guest->tables.thresholds);
  if (!changes) return tl::make_unexpected(changes.error());

  if (!changes->regeneration_due) add_what_earlier_runs_left(*guest, options, *changes);

  Planned planned;
  planned.document.changes = std::move(*changes);
  planned.document.rules_version = guest->tables.rules_version;
  planned.document.not_judged = std::move(judgement.not_judged);
  planned.document.assumptions = guest->assumptions;
  planned.guest = std::move(*guest);
  return planned;
}

ExitCode plan_code(const model::PlanDocument& document) {
  if (document.changes.changes_files()) return ExitCode::findings;
  if (document.changes.reboot_required || document.changes.regeneration_due) {
    return ExitCode::reboot_needed;
  }
  return undecided(document.not_judged) ? ExitCode::undetermined : ExitCode::good;
}

}  // namespace guestclock::cli
