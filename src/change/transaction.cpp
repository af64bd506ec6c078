#include "change/transaction.h"

#include <algorithm>
#include <optional>

#include "base/digest.h"
#include "change/file_restore.h"
#include "change/recovery.h"
#include "change/undo_by_hand.h"

namespace guestclock::change {
namespace {

constexpr std::uint32_t kNewFileMode = 0644;
constexpr std::uint32_t kNewDirectoryMode = 0755;

/// A file that is about to be written.
struct Target {
  const model::FileEdit* edit = nullptr;
  JournalFile record;
  system::SteadyFile before;  ///< as confirmed; only where it exists
  system::FileMetadata metadata_after;
};

/// Directories of `path` that do not exist, the outermost first.
std::vector<std::string> missing_directories(const system::Files& files, const std::string& path) {
  std::vector<std::string> missing;
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    std::string directory = path.substr(0, slash);
    if (!missing.empty() || !files.exists(directory)) missing.push_back(std::move(directory));
  }
  return missing;
}

/// Owner of a new file: that of the directory it is put in, as in a tree that somebody unpacked.
system::FileMetadata metadata_of_new_file(const system::Files& files, const Target& target) {
  system::FileMetadata metadata;
  metadata.mode = kNewFileMode;
  const std::vector<std::string>& missing = target.record.directories;
  const std::string& below = missing.empty() ? target.record.resolved : missing.front();
  const std::string directory = below.substr(0, below.rfind('/'));
  if (const auto status = files.status(directory.empty() ? "/" : directory)) {
    metadata.uid = status->uid;
    metadata.gid = status->gid;
  }
  return metadata;
}

Result<Target> confirm(const system::Files& files, const model::FileEdit& edit) {
  const auto stale = [&](std::string message) {
    return fail(ErrorCode::conflict, std::move(message), edit.path,
                "look at the file, then make a new plan");
  };
  Target target;
  target.edit = &edit;
  target.record.path = edit.path;
  target.record.loader = edit.loader;
  target.record.after_sha256 = sha256_hex(edit.after);
  target.record.existed = edit.before.has_value();
  auto resolved = files.resolve(edit.path);
  if (!resolved && (edit.before || resolved.error().code != ErrorCode::not_found)) {
    return tl::make_unexpected(resolved.error());
  }
  target.record.resolved = resolved ? std::move(*resolved) : edit.path;
  auto content = read_steady(files, target.record.resolved);
  if (!content) return tl::make_unexpected(content.error());
  if (!edit.before) {
    if (*content) return stale("has appeared since the plan was made");
    target.record.directories = missing_directories(files, target.record.resolved);
    target.metadata_after = metadata_of_new_file(files, target);
    return target;
  }
  if (!*content) return stale("has gone since the plan was made");
  if ((*content)->bytes != *edit.before) return stale("has changed since the plan was made");
  auto metadata = files.metadata(target.record.resolved);
  if (!metadata) return tl::make_unexpected(metadata.error());
  target.before = std::move(**content);
  target.record.before_sha256 = sha256_hex(*edit.before);
  target.record.metadata = *metadata;
  target.metadata_after = std::move(*metadata);
  target.metadata_after.modified.reset();
  return target;
}

Result<std::vector<Target>> confirm_all(const system::Files& files,
                                        const model::ChangeSet& changes) {
  std::vector<Target> targets;
  for (const model::FileDifference& file : changes.files) {
    auto target = confirm(files, file.edit);
    if (!target) return tl::make_unexpected(target.error());
    const bool twice = std::any_of(targets.begin(), targets.end(), [&](const Target& other) {
      return other.record.resolved == target->record.resolved;
    });
    if (twice) {
      return fail(ErrorCode::unsafe, "would be written twice in one transaction", file.edit.path);
    }
    target->record.number = targets.size();
    targets.push_back(std::move(*target));
  }
  return targets;
}

/// How each file gets its new content. `unsafe` where it cannot; nothing is written yet.
Result<void> choose_ways(system::SystemWriter& writer, bool forced, std::vector<Target>& targets) {
  for (Target& target : targets) {
    auto temporary = writer.fresh_path_beside(target.record.resolved);
    if (!temporary) return tl::make_unexpected(temporary.error());
    target.record.temporary = std::move(*temporary);
    if (!target.record.existed) continue;
    const auto obstacle = writer.rename_obstacle(target.record.resolved, target.before.status);
    if (!obstacle) return tl::make_unexpected(obstacle.error());
    if (*obstacle == system::RenameObstacle::other_names && !forced) {
      return fail(ErrorCode::unsafe,
                  "has another name (hard link), which a new file in its place would break off",
                  target.edit->path,
                  "--force overwrites it in place; or make it a file of its own: cp it aside and "
                  "mv it back");
    }
    target.record.in_place = *obstacle != system::RenameObstacle::none;
  }
  return {};
}

/// Pre-images, intent and the mark "prepared". Nothing of it counts before that mark.
Result<void> prepare(const TransactionDirectory& directory, system::SystemWriter& writer,
                     const JournalBeginning& beginning, const std::vector<Target>& targets) {
  if (auto made = directory.make(writer); !made) return made;
  std::string journal = encode(beginning);
  for (const Target& target : targets) {
    const std::size_t number = target.record.number;
    if (target.edit->before) {
      auto kept = directory.write_blob(writer, number, Side::before, *target.edit->before);
      if (!kept) return kept;
    }
    auto kept = directory.write_blob(writer, number, Side::after, target.edit->after);
    if (!kept) return kept;
    journal += encode(target.record);
  }
  return directory.write_journal(writer, journal + encode(JournalMark::prepared));
}

/// The new contents beside the files, on disk: what a full disk does, it does before any file has
/// changed.
Result<void> stage_files(system::SystemWriter& writer, const system::Files& files,
                         const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    for (const std::string& directory : target.record.directories) {
      if (files.exists(directory)) continue;  // made for a file in front of this one
      auto made = writer.make_directory(directory, kNewDirectoryMode);
      if (!made) return made;
    }
    if (target.record.in_place) continue;
    auto made = stage(writer, target.record, target.edit->after, target.metadata_after);
    if (!made) return made;
  }
  return writer.sync();
}

Result<void> put_in_place(system::SystemWriter& writer, const Target& target) {
  const JournalFile& record = target.record;
  if (record.in_place) {
    return writer.overwrite(record.resolved, target.edit->after, target.metadata_after,
                            target.before);
  }
  if (!record.existed) return writer.move_new(record.temporary, record.resolved);
  return writer.replace(record.temporary, record.resolved, target.before);
}

Result<void> put_all_in_place(system::SystemWriter& writer, const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    if (auto done = put_in_place(writer, target); !done) return done;
  }
  return writer.sync();
}

/// Everything that can be found out before anything is written.
Result<std::vector<Target>> examine(const system::Files& files, system::SystemWriter& writer,
                                    const model::ChangeSet& changes, bool forced) {
  auto targets = confirm_all(files, changes);
  if (!targets) return targets;
  if (auto chosen = choose_ways(writer, forced, *targets); !chosen) {
    return tl::make_unexpected(chosen.error());
  }
  return targets;
}

std::vector<JournalFile> records_of(const std::vector<Target>& targets) {
  std::vector<JournalFile> records;
  records.reserve(targets.size());
  for (const Target& target : targets)
    records.push_back(target.record);
  return records;
}

/// After a failure: what was written is undone and the transaction closed. Where that fails as
/// well, the error says so; recovery will try again.
Error undone(const Store& store, system::SystemWriter& writer, const std::string& id,
             const Error& failure) {
  const auto recovered = recover_locked(store, writer);
  if (recovered) return failure;
  // Somebody else was at a file that we had not come to: theirs stays, ours is back.
  if (failure.code == ErrorCode::conflict && recovered.error().code == ErrorCode::conflict) {
    return failure;
  }
  Error error = failure;
  error.message += "; undoing what was written failed as well: " + describe(recovered.error());
  error.hint = "transaction " + id + " is undone by the next apply or rollback";
  return error;
}

}  // namespace

Result<model::TransactionOutcome> apply(const Store& store, system::SystemWriter& writer,
                                        const model::ChangeSet& changes, Nanoseconds now,
                                        bool forced) {
  const auto out_of_date = [](const std::vector<RecoveredTransaction>& recovered) {
    return fail(ErrorCode::conflict,
                "transaction " + recovered.front().id +
                    " had been cut off and was undone just now; the plan is out of date",
                {}, "run it again");
  };
  const system::Files& files = store.system.files();
  model::TransactionOutcome outcome;
  outcome.reboot_required = changes.reboot_required;
  outcome.pending = changes.pending;
  if (!changes.changes_files()) {
    const auto recovered = recover(store, writer);
    if (!recovered) return tl::make_unexpected(recovered.error());
    if (!recovered->empty()) return out_of_date(*recovered);
    return outcome;
  }
  // Asked first without the lock: a plan that is out of date leaves no trace.
  if (auto fresh = examine(files, writer, changes, forced); !fresh) {
    return tl::make_unexpected(fresh.error());
  }
  const auto lock = lock_store(store, writer);
  if (!lock) return tl::make_unexpected(lock.error());
  const auto recovered = recover_locked(store, writer);
  if (!recovered) return tl::make_unexpected(recovered.error());
  if (!recovered->empty()) return out_of_date(*recovered);
  const auto targets = examine(files, writer, changes, forced);
  if (!targets) return tl::make_unexpected(targets.error());

  const auto existing = stored_transactions(store);
  if (!existing) return tl::make_unexpected(existing.error());
  const NewId fresh = next_id(*existing, now);
  const TransactionDirectory directory(store, fresh.id);
  const JournalBeginning beginning{fresh.id, fresh.time, targets->size(), changes.rules,
                                   changes.parameters};
  auto done = prepare(directory, writer, beginning, *targets);
  if (done) done = stage_files(writer, files, *targets);
  if (done) done = put_all_in_place(writer, *targets);
  if (done) done = directory.mark(writer, JournalMark::applied);
  if (!done) return tl::make_unexpected(undone(store, writer, fresh.id, done.error()));

  outcome.id = fresh.id;
  outcome.state = model::TransactionState::applied;
  outcome.changed = true;
  for (const Target& target : *targets)
    outcome.files.push_back(target.record.path);
  outcome.undo_by_hand = undo_by_hand(store.system.root(), directory, records_of(*targets));
  return outcome;
}

}  // namespace guestclock::change
