// What undoing a transaction comes to, before anything is written.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "change/file_restore.h"
#include "change/transaction.h"
#include "change/transaction_directory.h"

namespace guestclock::change {

/// The transaction to undo: the one asked for, else the last one in force; null where none is in
/// force and none was named. `not_found` where there is none of that name.
[[nodiscard]] Result<const StoredTransaction*> transaction_to_undo(
    const std::vector<StoredTransaction>& transactions, const std::string& id);

struct UndoPlan {
  Restoration restoration;
  std::vector<std::string> pending;  ///< what stays to be done by hand
  std::string foreign;               ///< diff of what somebody else changed; empty: no conflict
};

/// Files that somebody else changed get our parameters taken out where that can be done.
[[nodiscard]] Result<UndoPlan> plan_undo(const Store& store, const StoredTransaction& transaction,
                                         const UndoOptions& options);

[[nodiscard]] std::vector<std::string> paths_of(const std::vector<JournalFile>& files);

}  // namespace guestclock::change
