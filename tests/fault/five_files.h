// The transaction that the fault tests carry out: five existing files and two new ones, made up for
// these tests.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "change/transaction.h"
#include "model/change.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::fault {

inline constexpr const char* kStateDirectory = "/var/lib/guestclock";
inline constexpr Nanoseconds kNow = std::chrono::seconds(1795437296);  // 2026-11-23T12:34:56Z

/// A directory in memory where there is one: thousands of syncs cost nothing there.
[[nodiscard]] std::filesystem::path quick_parent();

/// A scratch directory there, with the five files in it: different directories, owners, modes,
/// times and attributes; one behind a symlink, one empty, one of arbitrary bytes, one of several
/// pages.
class FiveFiles : public support::ScratchDirectory {
 public:
  explicit FiveFiles(const std::filesystem::path& parent = quick_parent());
};
/// The same in a directory that exists.
void make_five_files(const std::filesystem::path& tree);

/// Changes all five and makes two more, one of them in new directories.
[[nodiscard]] model::ChangeSet five_file_changes();
/// What stands at the end of the link that one of the changes names, and the others' own paths.
[[nodiscard]] const std::set<std::string>& changed_paths();

/// A tree opened for reading and for writing, with its store.
struct OpenTree {
  explicit OpenTree(const std::filesystem::path& tree);
  [[nodiscard]] change::Store store() const { return {*system, kStateDirectory}; }

  std::unique_ptr<system::System> system;
  std::unique_ptr<system::SystemWriter> writer;
};

}  // namespace guestclock::fault
