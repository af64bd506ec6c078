// A synthetic CentOS 5 tree with GRUB Legacy, and the program run on it as a user would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fault/five_files.h"
#include "fault/snapshot.h"
#include "support/program.h"
#include "support/scratch_directory.h"

namespace guestclock::fault {

inline constexpr const char* kConf = "/boot/grub/grub.conf";

class LegacyTree : public support::ScratchDirectory {
 public:
  explicit LegacyTree(const std::filesystem::path& parent = quick_parent());

  [[nodiscard]] std::filesystem::path conf() const { return path() / (kConf + 1); }
  /// The program's words for this tree.
  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> verb) const;
  /// params set ASSIGNMENT --yes
  [[nodiscard]] std::vector<std::string> setting(const std::string& assignment) const {
    return words({"params", "set", assignment, "--yes"});
  }
  [[nodiscard]] support::Finished set() const {
    return support::run_program(setting("divider=10"));
  }
  [[nodiscard]] support::Finished undo() const {
    return support::run_program(words({"rollback", "--yes"}));
  }
  /// Everything but the state directory and those above it.
  [[nodiscard]] Snapshot snapshot() const { return snapshot_of(path(), "/var"); }
  /// The states that history shows, "applied" for one, the oldest transaction's first.
  [[nodiscard]] std::vector<std::string> states() const;
};

}  // namespace guestclock::fault
