// Undoing a transaction that was applied.
#include <algorithm>

#include "base/text.h"
#include "change/diff.h"
#include "change/file_restore.h"
#include "change/parameter_inverse.h"
#include "change/recovery.h"
#include "change/transaction.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

model::TransactionOutcome nothing_to_undo() {
  model::TransactionOutcome outcome;
  outcome.state = TransactionState::rolled_back;
  return outcome;
}

bool in_force(const StoredTransaction& transaction) {
  const TransactionState state = transaction.journal.state();
  return state == TransactionState::applied || state == TransactionState::verified;
}

/// The one asked for; null where none is in force and none was named.
Result<const StoredTransaction*> chosen(const std::vector<StoredTransaction>& transactions,
                                        const std::string& id) {
  for (auto one = transactions.rbegin(); one != transactions.rend(); ++one) {
    if (id.empty() ? in_force(*one) : one->id == id) return &*one;
  }
  if (id.empty()) return nullptr;
  return fail(ErrorCode::not_found, "there is no transaction " + printable(id), {},
              "guestclock history lists them");
}

std::vector<std::string> paths_of(const std::vector<JournalFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const JournalFile& file : files)
    paths.push_back(file.path);
  return paths;
}

/// What somebody else changed since, file by file.
std::string foreign_changes(const TransactionDirectory& directory,
                            const std::vector<JournalFile>& files, const Restoration& restoration) {
  std::string diff;
  for (const std::size_t index : restoration.foreign()) {
    const JournalFile& file = files[index];
    const auto ours = directory.read_blob(file.number, Side::after, file.after_sha256);
    const std::string now = restoration.foreign_bytes(index);
    std::string changes = unified_diff(file.path, ours ? &*ours : nullptr, now);
    diff += changes.empty() ? file.path + ": is no longer the file that was written\n" : changes;
  }
  return diff;
}

const boot::BootLoader* loader_named(const UndoOptions& options, const std::string& name) {
  const auto found =
      std::find_if(options.loaders.begin(), options.loaders.end(),
                   [&](const boot::BootLoader* loader) { return loader->name() == name; });
  return found == options.loaders.end() ? nullptr : *found;
}

/// Takes our parameters out of files that somebody else changed, where that can be done; the others
/// stay foreign.
void merge_foreign(const Store& store, const TransactionDirectory& directory,
                   const std::vector<JournalFile>& files, const UndoOptions& options,
                   Restoration& restoration, std::vector<std::string>& pending) {
  const std::vector<std::size_t> foreign = restoration.foreign();
  for (const std::size_t index : foreign) {
    const JournalFile& file = files[index];
    const boot::BootLoader* const loader = loader_named(options, file.loader);
    const auto after = directory.read_blob(file.number, Side::after, file.after_sha256);
    if (loader == nullptr || !after || !restoration.foreign_is_there(index)) continue;
    ChangedFile changed{file.resolved, "", *after, restoration.foreign_bytes(index)};
    if (file.existed) {
      auto before = directory.read_blob(file.number, Side::before, file.before_sha256);
      if (!before) continue;
      changed.before = std::move(*before);
    }
    auto inverse = take_back_parameters(*loader, store.system.files(), changed);
    if (!inverse) continue;
    if (!restoration.merge(index, std::move(inverse->bytes))) continue;
    pending.insert(pending.end(), inverse->left.begin(), inverse->left.end());
  }
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
  if (auto complete = check_complete(transaction); !complete) {
    return tl::make_unexpected(complete.error());
  }
  const TransactionDirectory directory(store, transaction.id);
  const std::vector<JournalFile>& files = transaction.journal.files;
  model::TransactionOutcome outcome;
  outcome.id = transaction.id;
  auto restoration =
      Restoration::prepare(store, directory, files,
                           options.forced ? ForeignFiles::give_back_before : ForeignFiles::keep);
  if (!restoration) return tl::make_unexpected(restoration.error());
  merge_foreign(store, directory, files, options, *restoration, outcome.pending);
  if (!restoration->foreign().empty()) {
    outcome.state = TransactionState::conflict;
    outcome.conflict_diff = foreign_changes(directory, files, *restoration);
    outcome.files = paths_of(files);
    return outcome;
  }
  if (auto marked = directory.mark(writer, JournalMark::rolling_back); !marked) {
    return tl::make_unexpected(marked.error());
  }
  if (auto staged = restoration->stage(writer); !staged) {
    // No file was touched: what was in force still is.
    static_cast<void>(directory.mark(writer, JournalMark::applied));
    return tl::make_unexpected(staged.error());
  }
  auto restored = restoration->carry_out(writer);
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
  const auto known = chosen(*there, id);
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
  const auto found = chosen(*transactions, id);
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
