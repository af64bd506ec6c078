// Carrying a change set out, undoing it, and what was done before. Journalled: see
// change/journal.h.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/boot_loader.h"
#include "model/change.h"
#include "system/system.h"
#include "system/writer.h"

namespace guestclock::change {

/// Where transactions live: `state_dir` as seen inside the root, e.g. /var/lib/guestclock.
struct Store {
  const system::System& system;
  std::string state_dir;
  /// How long to wait for a package manager that is at work (apt itself waits two minutes for
  /// another).
  Nanoseconds patience = std::chrono::seconds(30);
};

/// Writes `changes` as one transaction: lock, recovery of an interrupted one, pre-images and intent
/// in the journal, every new content beside its file, then each put in place in one step, then the
/// mark "applied". Before it is replaced a file must still be what the plan saw (conflict: nothing
/// was changed). A file that is a mount of its own is overwritten instead, and so is, where
/// `forced`, one with hard links (`unsafe` otherwise). Where a step fails, what was done is undone
/// before the error returns. No files to change: nothing is written, `changed` is false.
[[nodiscard]] Result<model::TransactionOutcome> apply(const Store& store,
                                                      system::SystemWriter& writer,
                                                      const model::ChangeSet& changes,
                                                      Nanoseconds now, bool forced = false);

/// A transaction that a crash had cut off, and the files that it got back (none: they were as
/// before).
struct RecoveredTransaction {
  std::string id;
  std::vector<std::string> files;
};

/// Undoes what a crash cut off. apply and rollback do it by themselves; to be run before a plan is
/// made that is to be carried out, since it changes files. Writes nothing, and takes no lock, where
/// nothing was cut off. `conflict` where somebody else changed a file since: ours are put back,
/// theirs stays, and the transaction is closed.
[[nodiscard]] Result<std::vector<RecoveredTransaction>> recover(const Store& store,
                                                                system::SystemWriter& writer);

/// Whether recover() would have anything to do. Read only; false where the store cannot be read.
[[nodiscard]] bool recovery_is_due(const Store& store);

struct UndoOptions {
  /// Those that may know what is in a file that somebody else changed.
  std::span<const boot::BootLoader* const> loaders;
  bool forced = false;  ///< such a file goes back to the bytes before, whatever stands there now
};

/// Undoes transaction `id` (empty: the last one that is applied). Files get back content, owner,
/// mode, times and xattrs; files we created go; directories we created go where empty. A file that
/// is neither as we left it nor as it was: our own parameters are taken out of it where that is
/// unambiguous (parameter_inverse.h), else conflict, its diff in the outcome, nothing is written.
[[nodiscard]] Result<model::TransactionOutcome> rollback(const Store& store,
                                                         system::SystemWriter& writer,
                                                         const std::string& id,
                                                         const UndoOptions& options = {});

/// Forgets transaction `id` (empty: the last finished one) and its backups; files stay as they are.
/// Finished: rolled back, verified, or closed as a conflict. One that is in force can still be
/// undone, and is forgotten only where it is named and `forced`; `unsafe` otherwise. A crash half
/// way leaves nothing that counts. Nothing finished: `changed` is false.
[[nodiscard]] Result<model::TransactionOutcome> purge(const Store& store,
                                                      system::SystemWriter& writer,
                                                      const std::string& id, bool forced);

/// Oldest first. Read only.
[[nodiscard]] Result<std::vector<model::TransactionSummary>> history(const Store& store);

/// Parameters that transactions in force (applied, verified) wrote. Read only.
[[nodiscard]] std::vector<std::string> own_parameters(const Store& store);

}  // namespace guestclock::change
