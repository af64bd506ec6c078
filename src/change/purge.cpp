// Forgetting a transaction: its journal and the copies of the files.
#include <algorithm>

#include "base/text.h"
#include "change/recovery.h"
#include "change/transaction.h"
#include "change/transaction_directory.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

bool in_force(const StoredTransaction& transaction) {
  const TransactionState state = transaction.journal.state();
  return state == TransactionState::applied || state == TransactionState::prepared;
}

/// The one asked for; null where none was named and none is finished.
Result<const StoredTransaction*> chosen(const std::vector<StoredTransaction>& transactions,
                                        const std::string& id, bool forced) {
  for (auto one = transactions.rbegin(); one != transactions.rend(); ++one) {
    if (id.empty() ? in_force(*one) : one->id != id) continue;
    if (!id.empty() && in_force(*one) && !forced) {
      return fail(
          ErrorCode::unsafe,
          "transaction " + printable(id) + " is in force: without its backup it cannot be undone",
          {}, "undo it first (guestclock rollback " + printable(id) + "), or give --force");
    }
    return &*one;
  }
  if (id.empty()) return nullptr;
  return fail(ErrorCode::not_found, "there is no transaction " + printable(id), {},
              "guestclock history lists them");
}

}  // namespace

Result<model::TransactionOutcome> purge(const Store& store, system::SystemWriter& writer,
                                        const std::string& id, bool forced) {
  // Where there is nothing to forget, nothing is made either.
  const auto there = stored_transactions(store);
  if (!there) return tl::make_unexpected(there.error());
  if (const auto known = chosen(*there, id, forced); !known) {
    return tl::make_unexpected(known.error());
  }
  if (there->empty()) return model::TransactionOutcome();

  const auto lock = lock_store(store, writer);
  if (!lock) return tl::make_unexpected(lock.error());
  if (const auto recovered = recover_locked(store, writer); !recovered) {
    return tl::make_unexpected(recovered.error());
  }
  const auto transactions = stored_transactions(store);
  if (!transactions) return tl::make_unexpected(transactions.error());
  const auto found = chosen(*transactions, id, forced);
  if (!found) return tl::make_unexpected(found.error());
  model::TransactionOutcome outcome;
  if (*found == nullptr) return outcome;

  const TransactionDirectory directory(store, (*found)->id);
  outcome.id = (*found)->id;
  outcome.state = (*found)->journal.state();
  outcome.changed = true;
  if (auto marked = directory.mark(writer, JournalMark::purged); !marked) {
    return tl::make_unexpected(marked.error());
  }
  if (auto gone = directory.remove(writer); !gone) return tl::make_unexpected(gone.error());
  return outcome;
}

}  // namespace guestclock::change
