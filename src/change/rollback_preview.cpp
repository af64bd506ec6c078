#include "change/rollback_preview.h"

#include <algorithm>

#include "change/diff.h"
#include "change/undo_plan.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

Result<model::TransactionOutcome> preview(const Store& store, const StoredTransaction& transaction,
                                          const UndoOptions& options) {
  const auto plan = plan_undo(store, transaction, options);
  if (!plan) return tl::make_unexpected(plan.error());
  const std::vector<JournalFile>& files = transaction.journal.files;
  model::TransactionOutcome outcome;
  outcome.dry_run = true;
  outcome.id = transaction.id;
  outcome.state = transaction.journal.state();
  outcome.pending = plan->pending;
  if (!plan->restoration.foreign().empty()) {
    outcome.state = TransactionState::conflict;
    outcome.conflict_diff = plan->foreign;
    outcome.files = paths_of(files);
    return outcome;
  }
  for (const Restoration::Difference& one : plan->restoration.differences()) {
    const std::string& path = files[one.index].path;
    outcome.files.push_back(path);
    outcome.diff += unified_diff(path, one.now ? &*one.now : nullptr, one.then.value_or(""));
  }
  outcome.changed = !outcome.files.empty();
  outcome.reboot_required = outcome.changed && store.system.live();
  return outcome;
}

}  // namespace

Result<model::TransactionOutcome> preview_rollback(const Store& store, const std::string& id,
                                                   const UndoOptions& options) {
  const auto transactions = stored_transactions(store);
  if (!transactions) return tl::make_unexpected(transactions.error());
  const auto cut_off = std::find_if(
      transactions->rbegin(), transactions->rend(),
      [&](const auto& one) { return one.journal.interrupted() && (id.empty() || one.id == id); });
  // Recovery knows no merging and no force.
  if (cut_off != transactions->rend()) return preview(store, *cut_off, {});
  const auto chosen = transaction_to_undo(*transactions, id);
  if (!chosen) return tl::make_unexpected(chosen.error());
  if (*chosen != nullptr && (*chosen)->journal.state() != TransactionState::rolled_back) {
    return preview(store, **chosen, options);
  }
  model::TransactionOutcome nothing;
  nothing.dry_run = true;
  nothing.state = TransactionState::rolled_back;
  if (*chosen != nullptr) nothing.id = (*chosen)->id;
  return nothing;
}

}  // namespace guestclock::change
