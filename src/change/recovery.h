// Transactions that a crash cut off: undone before anything else is written.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "change/transaction.h"
#include "change/transaction_directory.h"

namespace guestclock::change {

/// Under the store's lock. A transaction that touched no file yet is forgotten; one that was being
/// applied or rolled back gets its files back. `conflict` where somebody else changed one of them:
/// ours are put back, theirs stay, and the transaction is closed as a conflict.
[[nodiscard]] Result<std::vector<RecoveredTransaction>> recover_locked(
    const Store& store, system::SystemWriter& writer);

/// Whether recover_locked would have anything to do.
[[nodiscard]] bool needs_recovery(const std::vector<StoredTransaction>& transactions);

/// What a transaction asks for before it is undone: a whole journal.
[[nodiscard]] Result<void> check_complete(const StoredTransaction& transaction);

}  // namespace guestclock::change
