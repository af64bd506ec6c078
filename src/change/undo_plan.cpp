#include "change/undo_plan.h"

#include <algorithm>

#include "base/text.h"
#include "change/diff.h"
#include "change/parameter_inverse.h"
#include "change/recovery.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

bool in_force(const StoredTransaction& transaction) {
  const TransactionState state = transaction.journal.state();
  return state == TransactionState::applied || state == TransactionState::verified;
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

}  // namespace

Result<const StoredTransaction*> transaction_to_undo(
    const std::vector<StoredTransaction>& transactions, const std::string& id) {
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

Result<UndoPlan> plan_undo(const Store& store, const StoredTransaction& transaction,
                           const UndoOptions& options) {
  if (auto complete = check_complete(transaction); !complete) {
    return tl::make_unexpected(complete.error());
  }
  const TransactionDirectory directory(store, transaction.id);
  const std::vector<JournalFile>& files = transaction.journal.files;
  ForeignFiles foreign = ForeignFiles::keep;
  if (transaction.journal.interrupted()) foreign = ForeignFiles::keep_but_torn;
  if (options.forced) foreign = ForeignFiles::give_back_before;
  auto restoration = Restoration::prepare(store, directory, files, foreign);
  if (!restoration) return tl::make_unexpected(restoration.error());
  UndoPlan plan{std::move(*restoration), {}, {}};
  merge_foreign(store, directory, files, options, plan.restoration, plan.pending);
  plan.foreign = foreign_changes(directory, files, plan.restoration);
  return plan;
}

}  // namespace guestclock::change
