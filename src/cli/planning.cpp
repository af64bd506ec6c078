#include "cli/planning.h"

#include "advise/advise.h"

namespace guestclock::cli {

Result<Planned> make_plan(const Options& options) {
  auto guest = look_at_guest(options);
  if (!guest) return tl::make_unexpected(guest.error());
  const model::Consent consent = consent_of(*guest, options);
  model::Judgement judgement = advise::judge(guest->tables.rules, guest->facts, nullptr, consent);

  for (const std::string& name : options.arguments) {
    if (guest->tables.rule(name) == nullptr) {
      return fail(ErrorCode::usage, "no rule is called '" + name + "'", {},
                  "guestclock rules list shows all");
    }
  }
  settings::LocateHints hints;
  if (guest->facts.kernel.os.known()) hints.os = guest->facts.kernel.os.value();
  const auto loaders = boot::loaders_in_use(all_loaders(), guest->system->files(), hints);
  const change::PlanRequest request{options.entries, options.arguments};
  auto changes = change::plan(judgement.findings, guest->facts, *guest->system, loaders, request);
  if (!changes) return tl::make_unexpected(changes.error());

  Planned planned;
  planned.document.changes = std::move(*changes);
  planned.document.not_judged = std::move(judgement.not_judged);
  planned.document.assumptions = guest->assumptions;
  planned.guest = std::move(*guest);
  return planned;
}

ExitCode plan_code(const model::PlanDocument& document) {
  if (document.changes.changes_files()) return ExitCode::findings;
  if (document.changes.reboot_required) return ExitCode::reboot_needed;
  return undecided(document.not_judged) ? ExitCode::undetermined : ExitCode::good;
}

}  // namespace guestclock::cli
