// What was done before. Read only.
#include <algorithm>

#include "change/transaction.h"
#include "change/transaction_directory.h"

namespace guestclock::change {

Result<std::vector<model::TransactionSummary>> history(const Store& store) {
  const auto transactions = stored_transactions(store);
  if (!transactions) return tl::make_unexpected(transactions.error());
  std::vector<model::TransactionSummary> summaries;
  for (const StoredTransaction& transaction : *transactions) {
    const Journal& journal = transaction.journal;
    if (journal.abandoned()) continue;
    model::TransactionSummary summary;
    summary.id = transaction.id;
    summary.state = journal.state();
    if (journal.beginning) {
      summary.time = journal.beginning->time;
      summary.rules = journal.beginning->rules;
      summary.parameters = journal.beginning->parameters;
    }
    for (const JournalFile& file : journal.files)
      summary.files.push_back(file.path);
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

std::vector<std::string> own_parameters(const Store& store) {
  std::vector<std::string> own;
  const auto summaries = history(store);
  if (!summaries) return own;
  for (const model::TransactionSummary& summary : *summaries) {
    if (summary.state != model::TransactionState::applied &&
        summary.state != model::TransactionState::verified) {
      continue;
    }
    for (const std::string& parameter : summary.parameters) {
      if (std::find(own.begin(), own.end(), parameter) == own.end()) own.push_back(parameter);
    }
  }
  return own;
}

}  // namespace guestclock::change
