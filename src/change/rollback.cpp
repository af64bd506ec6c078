// Undoing a transaction that was applied.
#include "change/recovery.h"
#include "change/transaction.h"
#include "change/undo_plan.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

model::TransactionOutcome nothing_to_undo() {
  model::TransactionOutcome outcome;
  outcome.state = TransactionState::rolled_back;
  return outcome;
}

/// Somebody else was faster at a file: the others are restored and the transaction is closed, so
/// that nothing is left half done. Any other failure may go away: the next run tries again.
Error closed_after(const Store& store, system::SystemWriter& writer, const Error& failure) {
  if (failure.code == ErrorCode::conflict) static_cast<void>(recover_locked(store, writer));
  return failure;
}

Result<model::TransactionOutcome> undo(const Store& store, system::SystemWriter& writer,
                                       const StoredTransaction& transaction,
                                       const UndoOptions& options) {
  const auto planned = plan_undo(store, transaction, options);
  if (!planned) return tl::make_unexpected(planned.error());
  const TransactionDirectory directory(store, transaction.id);
  model::TransactionOutcome outcome;
  outcome.id = transaction.id;
  outcome.pending = planned->pending;
  if (!planned->restoration.foreign().empty()) {
    outcome.state = TransactionState::conflict;
    outcome.conflict_diff = planned->foreign;
    outcome.files = paths_of(transaction.journal.files);
    return outcome;
  }
  if (auto fit = planned->restoration.check_ways(writer); !fit) {
    return tl::make_unexpected(fit.error());
  }
  if (auto marked = directory.mark(writer, JournalMark::rolling_back); !marked) {
    return tl::make_unexpected(marked.error());
  }
  if (auto staged = planned->restoration.stage(writer); !staged) {
    // No file was touched: what it was, it still is.
    static_cast<void>(directory.mark(writer, transaction.journal.marks.back()));
    return tl::make_unexpected(staged.error());
  }
  auto restored = planned->restoration.carry_out(writer);
  if (!restored) return tl::make_unexpected(closed_after(store, writer, restored.error()));
  if (auto marked = directory.mark(writer, JournalMark::rolled_back); !marked) {
    return tl::make_unexpected(marked.error());
  }
  outcome.state = TransactionState::rolled_back;
  outcome.changed = !restored->empty();
  outcome.files = std::move(*restored);
  outcome.reboot_required = outcome.changed && store.system.live();
  return outcome;
}

}  // namespace

Result<model::TransactionOutcome> rollback(const Store& store, system::SystemWriter& writer,
                                           const std::string& id, const UndoOptions& options) {
  // Where there is no store there is nothing to undo, and nothing is made.
  const auto there = stored_transactions(store);
  if (!there) return tl::make_unexpected(there.error());
  const auto known = transaction_to_undo(*there, id);
  if (!known) return tl::make_unexpected(known.error());
  if (there->empty()) return nothing_to_undo();

  const auto lock = lock_store(store, writer);
  if (!lock) return tl::make_unexpected(lock.error());
  const auto recovered = recover_locked(store, writer);
  if (!recovered) return tl::make_unexpected(recovered.error());
  for (const RecoveredTransaction& one : *recovered) {
    if (!id.empty() && one.id != id) continue;
    // What was cut off is what was to be undone, and it is undone.
    model::TransactionOutcome outcome;
    outcome.id = one.id;
    outcome.state = TransactionState::rolled_back;
    outcome.changed = !one.files.empty();
    outcome.files = one.files;
    outcome.reboot_required = outcome.changed && store.system.live();
    return outcome;
  }
  const auto transactions = stored_transactions(store);
  if (!transactions) return tl::make_unexpected(transactions.error());
  const auto found = transaction_to_undo(*transactions, id);
  if (!found) return tl::make_unexpected(found.error());
  if (*found == nullptr) return nothing_to_undo();
  if ((*found)->journal.state() == TransactionState::rolled_back) {
    model::TransactionOutcome outcome = nothing_to_undo();
    outcome.id = (*found)->id;
    return outcome;
  }
  return undo(store, writer, **found, options);
}

}  // namespace guestclock::change
