#include "cli/carry_out.h"

#include <string>

#include "cli/output.h"
#include "report/format.h"

namespace guestclock::cli {
namespace {

/// Shows the plan and asks, where there is anything to change and nobody said --yes.
Result<bool> confirmed(const Planned& planned, const Options& options, std::string_view verb) {
  if (options.yes || !planned.document.changes.changes_files()) return true;
  if (!input_is_terminal()) {
    return fail(ErrorCode::usage,
                std::string(verb) + " changes files and standard input is no terminal", {},
                "give --yes to carry the plan out, or --dry-run to see it");
  }
  Options to_terminal = options;
  to_terminal.format = Format::text;
  to_terminal.outputs.clear();
  if (auto put = put_out(planned.document, to_terminal); !put) {
    return tl::make_unexpected(put.error());
  }
  return ask("Carry this out?");
}

/// Steps that are left to hand are no reason for a code of their own: no second apply clears them.
ExitCode code_of(const model::TransactionOutcome& outcome, const model::PlanDocument& plan) {
  if (!outcome.conflict_diff.empty()) return ExitCode::conflict;
  if (outcome.reboot_required || plan.changes.regeneration_due) return ExitCode::reboot_needed;
  return undecided(plan.not_judged) ? ExitCode::undetermined : ExitCode::good;
}

Result<ExitCode> show(const Planned& planned, const Options& options) {
  report_interrupted(*planned.guest.system, options);
  if (auto put = put_out(planned.document, options); !put) {
    return tl::make_unexpected(put.error());
  }
  return plan_code(planned.document);
}

Result<ExitCode> write(const Planned& planned, const Options& options) {
  auto writer = system::open_writer(planned.guest.system->root());
  if (!writer) return tl::make_unexpected(writer.error());
  const auto time = now();
  if (!time) return tl::make_unexpected(time.error());
  const model::ChangeSet& changes = planned.document.changes;
  auto outcome = change::apply(store_of(*planned.guest.system, options), **writer, changes, *time,
                               options.force);
  if (!outcome) return tl::make_unexpected(outcome.error());
  outcome->warnings = changes.warnings;
  const ExitCode code = code_of(*outcome, planned.document);
  const model::TransactionDocument document{"apply", std::move(*outcome), changes.held};
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return code;
}

}  // namespace

Result<ExitCode> carry_out(const Invocation& invocation, std::string_view verb,
                           const std::function<Result<Planned>()>& plan) {
  const Options& options = invocation.options;
  if (!options.capture.empty() && !options.dry_run) {
    return fail(ErrorCode::usage, "a capture is a record and cannot be changed", {},
                "--dry-run shows what would be");
  }
  if (!options.dry_run && (options.yes || input_is_terminal())) {
    // Before the plan: it must see the files as they are once the left-overs are undone.
    const auto system = open_system(options);
    if (!system) return tl::make_unexpected(system.error());
    auto finished = finish_interrupted(**system, options);
    if (!finished) return tl::make_unexpected(finished.error());
  }
  const auto planned = plan();
  if (!planned) return tl::make_unexpected(planned.error());
  if (options.dry_run) return show(*planned, options);
  const auto go = confirmed(*planned, options, verb);
  if (!go) return tl::make_unexpected(go.error());
  if (!*go || invocation.stop.requested()) {
    warn("nothing was changed");
    return ExitCode::good;
  }
  return write(*planned, options);
}

}  // namespace guestclock::cli
