// What must hold of the five-file transaction after a fault.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "fault/snapshot.h"

namespace guestclock::fault {

/// The tree before and after the whole transaction, and which names its directory then holds.
struct Expected {
  Snapshot before;
  Snapshot after;
  std::set<std::string> kept_names;
};
[[nodiscard]] const Expected& expected();

enum class State { before, after, neither };
/// Everything but the state directory is as before, or as after, the transaction: contents, owners,
/// modes, attributes, link texts, and times where they were not to change.
[[nodiscard]] State state_of(const std::filesystem::path& tree);

/// No recovery has run: each file on its own is whole, old or new, metadata included; its name may
/// be missing only where it is one that is made. What is not is named, a line each.
[[nodiscard]] std::string torn_files(const std::filesystem::path& tree);

/// In this process, undisturbed; failures are the test's own.
void apply_undisturbed(const std::filesystem::path& tree);
void recover_undisturbed(const std::filesystem::path& tree);

/// Recovery has run: all old or all new, nothing left beside the files, in the state directory only
/// what history knows, no transaction half done. Failures are the test's own.
State expect_recovered(const std::filesystem::path& tree);

/// After expect_recovered(): a whole apply and a whole rollback work.
void expect_usable(const std::filesystem::path& tree, State now);

/// In the state directory lies only what history knows, and none of it is half done.
void expect_clean_state_directory(const std::filesystem::path& tree);

/// The driver program's words: VERB is apply, rollback or recover.
[[nodiscard]] std::vector<std::string> driver(const std::string& verb,
                                              const std::filesystem::path& tree);

}  // namespace guestclock::fault
