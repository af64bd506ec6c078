#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  const Options& options = invocation.options;
  auto opened = open_system(options);
  if (!opened) return tl::make_unexpected(opened.error());
  const std::string id = options.arguments.empty() ? "" : options.arguments.front();
  const std::string what = id.empty() ? "the last transaction" : "transaction " + id;
  if (!options.yes) {
    if (!input_is_terminal()) {
      return fail(ErrorCode::usage, "rollback changes files and standard input is no terminal", {},
                  "give --yes to undo " + what);
    }
    if (!ask("Undo " + what + "?")) {
      warn("nothing was changed");
      return ExitCode::good;
    }
  }
  auto writer = system::open_writer((*opened)->root());
  if (!writer) return tl::make_unexpected(writer.error());
  auto outcome =
      change::rollback(store_of(**opened, options), **writer, id, {all_loaders(), options.force});
  if (!outcome) return tl::make_unexpected(outcome.error());
  ExitCode code = ExitCode::good;
  if (!outcome->conflict_diff.empty()) {
    code = ExitCode::conflict;
  } else if (outcome->reboot_required || !outcome->pending.empty()) {
    code = ExitCode::reboot_needed;
  }
  const model::TransactionDocument document{"rollback", std::move(*outcome), {}};
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return code;
}

}  // namespace

const Verb kRollback{"rollback",
                     "[ID]",
                     "undo a transaction, the last one by default",
                     kState | kConfirming | kForce,
                     1,
                     run};

}  // namespace guestclock::cli
