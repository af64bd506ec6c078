#include "change/rollback_preview.h"
#include "cli/guest.h"
#include "cli/output.h"
#include "cli/regeneration.h"

namespace guestclock::cli {
namespace {

ExitCode code_of(const model::TransactionOutcome& outcome) {
  if (!outcome.conflict_diff.empty()) return ExitCode::conflict;
  if (outcome.dry_run) return outcome.changed ? ExitCode::findings : ExitCode::good;
  const bool left = outcome.reboot_required || !outcome.pending.empty();
  return left ? ExitCode::reboot_needed : ExitCode::good;
}

Result<ExitCode> show(Result<model::TransactionOutcome> outcome, const Options& options) {
  if (!outcome) return tl::make_unexpected(outcome.error());
  const ExitCode code = code_of(*outcome);
  const model::TransactionDocument document{"rollback", std::move(*outcome), {}};
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return code;
}

Result<ExitCode> run(const Invocation& invocation) {
  const Options& options = invocation.options;
  auto opened = open_system(options);
  if (!opened) return tl::make_unexpected(opened.error());
  const change::Store store = store_of(**opened, options);
  const change::UndoOptions undo{all_loaders(), options.force};
  const std::string id = options.arguments.empty() ? "" : options.arguments.front();
  if (options.dry_run) return show(change::preview_rollback(store, id, undo), options);
  const std::string what = id.empty() ? "the last transaction" : "transaction " + id;
  if (!options.yes) {
    if (!input_is_terminal()) {
      return fail(ErrorCode::usage, "rollback changes files and standard input is no terminal", {},
                  "give --yes to undo " + what + ", or --dry-run to see it");
    }
    if (!ask("Undo " + what + "?")) {
      warn("nothing was changed");
      return ExitCode::good;
    }
  }
  auto writer = system::open_writer((*opened)->root());
  if (!writer) return tl::make_unexpected(writer.error());
  const ConfiguredParameters before((*opened)->files());
  auto outcome = change::rollback(store, **writer, id, undo);
  if (outcome && outcome->changed) {
    const auto left = before.changed_and_not_regenerated((*opened)->files());
    outcome->pending.insert(outcome->pending.end(), left.begin(), left.end());
  }
  return show(std::move(outcome), options);
}

}  // namespace

const Verb kRollback{"rollback",
                     "[ID]",
                     "undo a transaction, the last one by default",
                     kState | kConfirming | kDryRun | kForce,
                     1,
                     run};

}  // namespace guestclock::cli
