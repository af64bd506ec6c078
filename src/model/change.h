// What is to be changed, and what was changed: requests, edited files, transactions. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/rule.h"

namespace guestclock::model {

/// Which boot entries an edit touches. `automatic`: what adds a parameter touches the default
/// entry, what only removes one touches every entry but rescue ones.
struct EntrySelector {
  enum class Kind { automatic, default_entry, all, index, kernel_path };
  Kind kind = Kind::automatic;
  std::int64_t index = 0;
  std::string kernel_path;  ///< as written in the file
};

/// One kernel parameter or loader tunable to change.
struct ParameterEdit {
  enum class Action {
    set,    ///< the i-th value replaces the i-th old one in place; surplus old ones go; everything
            ///< surplus or new goes to the end in the order given. No values: every one is removed
    add,    ///< each value that the key does not have yet goes to the end
    remove  ///< old values that are among `values` go; no values: every one goes
  };
  std::string key;
  std::vector<std::optional<std::string>> values;  ///< nullopt: the bare flag
  std::string rule;                                ///< who asks; empty: the user
  Action action = Action::set;
};

/// A file before and after. No `before`: it is created.
struct FileEdit {
  std::string path;  ///< as found; the target of a symlink is what gets replaced
  std::string loader;
  std::optional<std::string> before;
  std::string after;
};

/// A boot entry's parameters before and after, without those the loader adds itself.
struct EntryChange {
  std::string title;
  bool is_default = false;
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::int64_t index = 0;  ///< as the loader counts
  bool along = false;      ///< not asked for: it shares its parameters with an entry that was
};

/// A change that waits for --accept-risk.
struct HeldChange {
  std::string rule;
  Risk risk = Risk::none;
  std::string change;  ///< as it would be written: "divider=10"
  std::string why;
};

/// One file's difference, as `plan` shows it.
struct FileDifference {
  FileEdit edit;
  std::string diff;           ///< unified, paths as seen inside the root
  std::string before_sha256;  ///< empty: the file is created
  std::string after_sha256;
};

/// The outcome of planning: everything `apply` would do, and nothing else.
struct ChangeSet {
  std::vector<FileDifference> files;
  std::vector<EntryChange> entries;
  std::vector<HeldChange> held;
  std::vector<std::string> pending;   ///< left to do by hand or by a generator, one line each
  std::vector<std::string> warnings;  ///< what may go wrong all the same, one line each
  std::vector<std::string> rules;
  std::vector<std::string> parameters;  ///< tokens that `files` write
  bool reboot_required = false;         ///< some wanted setting does not hold in the running kernel
  bool regeneration_due = false;        ///< `pending` has a generator or the like to run

  [[nodiscard]] bool changes_files() const { return !files.empty(); }
};

enum class TransactionState { prepared, applied, verified, rolled_back, conflict };
[[nodiscard]] std::string_view to_string(TransactionState state);
[[nodiscard]] std::optional<TransactionState> transaction_state_from(std::string_view text);

/// One line of `history`.
struct TransactionSummary {
  std::string id;
  TransactionState state = TransactionState::prepared;
  std::string time;  ///< RFC 3339 UTC, of its start
  std::vector<std::string> rules;
  std::vector<std::string> parameters;
  std::vector<std::string> files;
};

/// What apply or rollback did, or what rollback would do (`dry_run`).
struct TransactionOutcome {
  std::string id;  ///< empty: there was nothing to do
  std::optional<TransactionState> state;
  bool changed = false;
  std::vector<std::string> files;
  bool reboot_required = false;
  std::vector<std::string> pending;
  std::vector<std::string> warnings;      ///< those of the change set
  std::vector<std::string> undo_by_hand;  ///< commands for a rescue shell (text output only)
  std::string conflict_diff;              ///< what somebody else changed
  bool dry_run = false;                   ///< nothing was written; `changed` says whether it would
  std::string diff;                       ///< of a dry run: what would be put back
};

}  // namespace guestclock::model
