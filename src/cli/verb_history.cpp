#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  auto opened = open_system(invocation.options);
  if (!opened) return tl::make_unexpected(opened.error());
  if (auto finished = finish_interrupted(**opened, invocation.options); !finished) {
    if (finished.error().code != ErrorCode::permission) {
      return tl::make_unexpected(finished.error());
    }
    report_interrupted(**opened, invocation.options);
  }
  auto transactions = change::history(store_of(**opened, invocation.options));
  if (!transactions) return tl::make_unexpected(transactions.error());
  const model::HistoryDocument document{std::move(*transactions)};
  if (auto put = put_out(document, invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  return ExitCode::good;
}

}  // namespace

const Verb kHistory{"history", "", "transactions and their states", kState, 0, run};

}  // namespace guestclock::cli
