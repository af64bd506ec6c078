// A program under ptrace(2) that can be stopped, killed or disturbed at every system call by which
// it changes files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.h"

namespace guestclock::support {

/// A system call that writes, syncs, renames, links, unlinks, makes, truncates, or sets owner,
/// mode, times or attributes.
struct ChangingCall {
  std::string name;         ///< "renameat2"
  std::string path;         ///< what it acts on; of a rename or link the old name
  std::string to;           ///< of a rename or link the new name
  std::string bytes;        ///< of a write: what is written
  bool exchanges = false;   ///< a rename that swaps both names
  std::int64_t result = 0;  ///< negative: -errno; only after leave()

  [[nodiscard]] bool renames() const { return name.starts_with("rename"); }
};

/// Why no program can be traced here; nothing where one can.
[[nodiscard]] std::optional<std::string> no_tracing_reason();

/// Only the program itself is traced: what it starts could change nothing (ENOSYS). It dies with
/// this object, and with the test.
class TracedProgram {
 public:
  /// Calls count where they act on something below `below`; syncs of everything count always.
  /// Standard input is empty; what the program prints is kept.
  TracedProgram(const std::vector<std::string>& argv, const std::filesystem::path& below);
  ~TracedProgram();
  TracedProgram(const TracedProgram&) = delete;
  TracedProgram& operator=(const TracedProgram&) = delete;

  /// Runs on until the next changing call is about to happen; nothing where the program ended.
  [[nodiscard]] std::optional<ChangingCall> enter();
  /// After enter(): lets the call happen and stops behind it. False where the program ended in it.
  bool leave(ChangingCall& call);
  /// After enter(): the call does not happen and fails with `error`. False where this machine's
  /// registers are not known here.
  [[nodiscard]] bool refuse(int error);
  /// Runs on until the program is about to sleep; false where it ended instead.
  [[nodiscard]] bool run_until_it_sleeps();
  /// SIGKILL, at once: a call that was entered does not happen.
  void kill();
  /// Lets the program run to its end; its exit code, 128 + signal where a signal ended it.
  int finish();
  /// Everything it printed, to either stream.
  [[nodiscard]] std::string output() const;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  bool go_on(int how);
  [[nodiscard]] std::optional<ChangingCall> call_here() const;

  std::string below_;
  pid_t pid_ = -1;
  int exit_code_ = -1;
  UniqueFd printed_;
};

}  // namespace guestclock::support
