#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  const Options& options = invocation.options;
  const auto opened = open_system(options);
  if (!opened) return tl::make_unexpected(opened.error());
  const std::string id = options.arguments.empty() ? "" : options.arguments.front();
  const std::string what = id.empty() ? "the last finished transaction" : "transaction " + id;
  if (!options.yes) {
    if (!input_is_terminal()) {
      return fail(ErrorCode::usage, "purge removes backups and standard input is no terminal", {},
                  "give --yes to forget " + what);
    }
    if (!ask("Forget " + what + " and its backups?")) {
      warn("nothing was changed");
      return ExitCode::good;
    }
  }
  auto writer = system::open_writer((*opened)->root());
  if (!writer) return tl::make_unexpected(writer.error());
  auto outcome = change::purge(store_of(**opened, options), **writer, id, options.force);
  if (!outcome) return tl::make_unexpected(outcome.error());
  const model::TransactionDocument document{"purge", std::move(*outcome), {}};
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return ExitCode::good;
}

}  // namespace

const Verb kPurge{
    "purge", "[ID]", "forget a finished transaction and its backups", kState | kConfirming | kForce,
    1,       run};

}  // namespace guestclock::cli
