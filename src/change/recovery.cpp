#include "change/recovery.h"

#include <algorithm>

#include "base/text.h"
#include "change/file_restore.h"

namespace guestclock::change {
namespace {

/// Removes what a replacement that was cut off left beside the files. Under the lock nobody else is
/// in the middle of one.
Result<void> sweep(const Store& store, system::SystemWriter& writer,
                   const std::vector<JournalFile>& files) {
  for (const JournalFile& file : files) {
    const std::string directory = file.resolved.substr(0, file.resolved.rfind('/') + 1);
    const auto names = store.system.files().list(directory);
    if (!names && names.error().code == ErrorCode::not_found) continue;
    if (!names) return tl::make_unexpected(names.error());
    for (const std::string& name : *names) {
      if (!system::is_left_over(name)) continue;
      if (auto gone = writer.remove_file(directory + name); !gone) return gone;
    }
  }
  return {};
}

Result<RecoveredTransaction> undo(const Store& store, system::SystemWriter& writer,
                                  const StoredTransaction& transaction) {
  if (auto complete = check_complete(transaction); !complete) {
    return tl::make_unexpected(complete.error());
  }
  const TransactionDirectory directory(store, transaction.id);
  const std::vector<JournalFile>& files = transaction.journal.files;
  if (auto swept = sweep(store, writer, files); !swept) {
    return tl::make_unexpected(swept.error());
  }
  const auto restoration = Restoration::prepare(store, directory, files, ForeignFiles::keep);
  if (!restoration) return tl::make_unexpected(restoration.error());
  auto restored = restoration->carry_out(writer);
  if (!restored) return tl::make_unexpected(restored.error());
  const bool conflict = !restoration->foreign().empty();
  auto marked = directory.mark(writer, conflict ? JournalMark::conflict : JournalMark::rolled_back);
  if (!marked) return tl::make_unexpected(marked.error());
  if (conflict) {
    const std::string& path = files[restoration->foreign().front()].path;
    return fail(
        ErrorCode::conflict,
        "transaction " + transaction.id +
            " was cut off, and somebody else has changed this file since; it was left alone",
        path, "compare it with the copies in " + directory.path() + ", then try again");
  }
  return RecoveredTransaction{transaction.id, std::move(*restored)};
}

}  // namespace

Result<void> check_complete(const StoredTransaction& transaction) {
  if (transaction.journal.complete()) return {};
  return fail(ErrorCode::malformed, "the journal of transaction " + transaction.id + " is damaged",
              transaction.directory + "/journal",
              "restore the files by hand from the copies beside it, then remove that directory");
}

bool needs_recovery(const std::vector<StoredTransaction>& transactions) {
  return std::any_of(transactions.begin(), transactions.end(), [](const StoredTransaction& one) {
    return one.journal.interrupted() || one.journal.abandoned();
  });
}

Result<std::vector<RecoveredTransaction>> recover_locked(const Store& store,
                                                         system::SystemWriter& writer) {
  auto transactions = stored_transactions(store);
  if (!transactions) return tl::make_unexpected(transactions.error());
  std::vector<RecoveredTransaction> recovered;
  // The newest first, as they were laid one upon the other.
  for (auto one = transactions->rbegin(); one != transactions->rend(); ++one) {
    if (one->journal.abandoned()) {
      auto gone = TransactionDirectory(store, one->id).remove(writer);
      if (!gone) return tl::make_unexpected(gone.error());
    } else if (one->journal.interrupted()) {
      auto undone = undo(store, writer, *one);
      if (!undone) return tl::make_unexpected(undone.error());
      recovered.push_back(std::move(*undone));
    }
  }
  return recovered;
}

Result<std::vector<RecoveredTransaction>> recover(const Store& store,
                                                  system::SystemWriter& writer) {
  const auto transactions = stored_transactions(store);
  if (!transactions) return tl::make_unexpected(transactions.error());
  if (!needs_recovery(*transactions)) return std::vector<RecoveredTransaction>{};
  const auto lock = lock_store(store, writer);
  if (!lock) return tl::make_unexpected(lock.error());
  return recover_locked(store, writer);
}

bool recovery_is_due(const Store& store) {
  const auto transactions = stored_transactions(store);
  return transactions && needs_recovery(*transactions);
}

}  // namespace guestclock::change
