#include "change/recovery.h"

#include <algorithm>

#include "change/file_restore.h"

namespace guestclock::change {
namespace {

/// Whoever was cut off may have left names and bytes in memory only; what is restored here may
/// depend on them.
Result<void> sweep(const Store& store, system::SystemWriter& writer,
                   const std::vector<JournalFile>& files) {
  for (const JournalFile& file : files) {
    if (auto gone = discard_staged(store, writer, file); !gone) return gone;
    if (auto included = writer.include_in_sync(file.resolved); !included) return included;
  }
  return {};
}

/// Restored or not, the transaction is closed. One that never changed anything leaves no trace.
Result<void> close(const StoredTransaction& transaction, const TransactionDirectory& directory,
                   system::SystemWriter& writer, bool restored, bool conflict) {
  if (conflict) return directory.mark(writer, JournalMark::conflict);
  const bool was_undone = transaction.journal.marks.back() == JournalMark::rolling_back;
  if (restored || was_undone) return directory.mark(writer, JournalMark::rolled_back);
  return directory.remove(writer);
}

/// Whether what has the file's temporary name is neither ours nor the file before, although ours is
/// in place: somebody else had changed the file just before it was exchanged for ours.
Result<bool> caught_in_between(const Store& store, const TransactionDirectory& directory,
                               const JournalFile& file) {
  if (!file.existed || file.in_place) return false;
  const auto exchanged = read_steady(store.system.files(), file.temporary);
  if (!exchanged) return tl::make_unexpected(exchanged.error());
  if (!*exchanged) return false;
  const auto observed = observe(store.system.files(), file);
  if (!observed) return tl::make_unexpected(observed.error());
  if (observed->now != FileNow::after) return false;
  const auto before = directory.read_blob(file.number, Side::before, file.before_sha256);
  if (!before) return tl::make_unexpected(before.error());
  // An earlier recovery may have been cut off while it wrote the file before.
  return !is_torn((*exchanged)->bytes, {}, *before);
}

/// Nothing that somebody else wrote is removed.
Result<void> check_staged(const Store& store, const TransactionDirectory& directory,
                          const Journal& journal) {
  if (journal.marks.back() != JournalMark::prepared) return {};
  for (const JournalFile& file : journal.files) {
    const auto caught = caught_in_between(store, directory, file);
    if (!caught) return tl::make_unexpected(caught.error());
    if (!*caught) continue;
    return fail(ErrorCode::conflict,
                "was changed by somebody else while it was being replaced; their version is " +
                    file.temporary,
                file.path, "move the right one into place, remove the other, then try again");
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
  if (auto checked = check_staged(store, directory, transaction.journal); !checked) {
    return tl::make_unexpected(checked.error());
  }
  if (auto swept = sweep(store, writer, files); !swept) {
    return tl::make_unexpected(swept.error());
  }
  const auto restoration =
      Restoration::prepare(store, directory, files, ForeignFiles::keep_but_torn);
  if (!restoration) return tl::make_unexpected(restoration.error());
  if (auto fit = restoration->check_ways(writer); !fit) return tl::make_unexpected(fit.error());
  if (auto staged = restoration->stage(writer); !staged) {
    return tl::make_unexpected(staged.error());
  }
  auto restored = restoration->carry_out(writer);
  if (!restored) return tl::make_unexpected(restored.error());
  const bool conflict = !restoration->foreign().empty();
  auto closed = close(transaction, directory, writer, !restored->empty(), conflict);
  if (!closed) return tl::make_unexpected(closed.error());
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
