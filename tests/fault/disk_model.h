// What a power cut leaves of a tree: a model in which nothing reaches the disk before it is synced.
// A file's bytes and metadata arrive when the file is synced, names when their directory is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "fault/snapshot.h"
#include "support/traced_program.h"

namespace guestclock::fault {

/// What of the unsynced things is lost; a real disk may choose any of them.
enum class Loss {
  nothing,         ///< all of it had arrived by itself
  everything,      ///< contents and names
  contents,        ///< a file that was never synced is empty, another one as it was
  names,           ///< renames, new and removed names
  half_a_content,  ///< names, and half of what was appended
  some_names,      ///< names in every other directory
  other_names,     ///< and the opposite
};

class DiskModel {
 public:
  /// Everything that is in the tree now is on the disk.
  explicit DiskModel(std::filesystem::path tree);

  /// After each changing call: what it did to the tree, and what it brought to the disk.
  void observe(const support::ChangingCall& call);

  /// The tree as it is found after a power cut now.
  [[nodiscard]] Snapshot after_power_cut(Loss loss) const;

 private:
  using Id = std::uint64_t;
  struct Node {
    Entry entry;
    std::map<std::string, Id> names;  ///< of a directory
  };

  void look();
  Id look_at(const std::filesystem::path& path, std::map<ino_t, Id>& seen);
  [[nodiscard]] std::optional<Id> id_of(const std::string& path) const;
  void sync(Id id);
  [[nodiscard]] Entry content_of(Id id, Loss loss) const;
  void collect(Id id, const std::string& path, Loss loss, Snapshot& all) const;

  std::filesystem::path tree_;
  std::map<ino_t, Id> ids_;  ///< of what can be reached now: numbers are used again
  Id next_ = 0;
  Id root_ = 0;
  std::map<Id, Node> now_;
  std::map<Id, Node> kept_;
};

/// Makes the tree in an empty directory.
void build_tree(const std::filesystem::path& directory, const Snapshot& tree);

}  // namespace guestclock::fault
