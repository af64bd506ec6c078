// One file of a transaction: what it is now, and back to what it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "change/journal.h"
#include "change/transaction_directory.h"
#include "system/writer.h"

namespace guestclock::change {

/// A file that was read in one piece: its bytes belong to its status.
struct SteadyFile {
  std::string bytes;
  system::FileStatus status;
};

/// Nothing where there is no such file; `conflict` where it changes while it is being read;
/// `unsupported` where it is no regular file.
[[nodiscard]] Result<std::optional<SteadyFile>> read_steady(const system::Files& files,
                                                            const std::string& path);

enum class FileNow {
  before,   ///< as it was before the transaction (or still absent)
  after,    ///< as the transaction left it
  foreign,  ///< somebody else changed it since
};

struct ObservedFile {
  FileNow now = FileNow::before;
  std::optional<SteadyFile> content;  ///< nothing: there is no such file
};

[[nodiscard]] Result<ObservedFile> observe(const system::Files& files, const JournalFile& file);

/// The files that carry our bytes, with what they get back. Everything is read and checked before
/// anything is written.
class Restoration {
 public:
  [[nodiscard]] static Result<Restoration> prepare(const Store& store,
                                                   const TransactionDirectory& directory,
                                                   const std::vector<JournalFile>& files);

  /// Files that somebody else changed.
  [[nodiscard]] const std::vector<std::size_t>& foreign() const { return foreign_; }
  /// What is there now in place of a file, empty where it is missing.
  [[nodiscard]] std::string foreign_bytes(std::size_t index) const;
  /// Whether any file would be written or removed.
  [[nodiscard]] bool restores() const { return !ours_.empty(); }

  /// Puts back what carries our bytes, the last written first, then removes empty directories that
  /// were made. Files of others stay as they are. Paths of the files put back.
  [[nodiscard]] Result<std::vector<std::string>> carry_out(system::SystemWriter& writer) const;

 private:
  explicit Restoration(const Store& store) : store_(&store) {}
  [[nodiscard]] Result<void> remove_made_directories(system::SystemWriter& writer,
                                                     const JournalFile& file) const;

  const Store* store_;
  std::vector<JournalFile> files_;
  std::vector<ObservedFile> observed_;
  std::vector<std::string> before_;  ///< bytes of those in ours_
  std::vector<std::size_t> ours_;
  std::vector<std::size_t> foreign_;
};

}  // namespace guestclock::change
