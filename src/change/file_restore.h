// One file of a transaction: what it is now, and back to what it was.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/journal.h"
#include "change/transaction_directory.h"
#include "system/writer.h"

namespace guestclock::change {

/// Nothing where there is no such file; `conflict` where it changes while it is being read;
/// `unsupported` where it is no regular file.
[[nodiscard]] Result<std::optional<system::SteadyFile>> read_steady(const system::Files& files,
                                                                    const std::string& path);

/// What becomes of files that somebody else changed.
enum class ForeignFiles {
  keep,             ///< they stay as they are
  keep_but_torn,    ///< a crash may have cut off the overwriting of a file: such a one is ours
  give_back_before  ///< they go back to the bytes before, like ours
};

enum class FileNow {
  before,   ///< as it was before the transaction (or still absent)
  after,    ///< as the transaction left it
  foreign,  ///< somebody else changed it since
};

struct ObservedFile {
  FileNow now = FileNow::before;
  std::optional<system::SteadyFile> content;  ///< nothing: there is no such file
};

[[nodiscard]] Result<ObservedFile> observe(const system::Files& files, const JournalFile& file);

/// Whether `now` may be what a crash left of a file whose bytes were being overwritten: each block
/// of 512 bytes, the least that a disk writes as one, is of `before` or of `after`; behind the end
/// of the shorter one the longer one's bytes may still stand, or zeros where the file was growing.
/// With nothing before: a file that was being written for the first time.
[[nodiscard]] bool is_torn(std::string_view now, std::string_view before, std::string_view after);

/// The files that carry our bytes, with what they get back. Everything is read and checked before
/// anything is written; then new content is staged beside the files, and put in place at the end.
class Restoration {
 public:
  [[nodiscard]] static Result<Restoration> prepare(const Store& store,
                                                   const TransactionDirectory& directory,
                                                   const std::vector<JournalFile>& files,
                                                   ForeignFiles foreign);

  /// Files that somebody else changed and that are kept.
  [[nodiscard]] const std::vector<std::size_t>& foreign() const { return foreign_; }
  /// What is there now in place of a file, empty where it is missing.
  [[nodiscard]] std::string foreign_bytes(std::size_t index) const;
  [[nodiscard]] bool foreign_is_there(std::size_t index) const {
    return observed_[index].content.has_value();
  }
  /// The file is kept no longer: it gets these bytes, and stays whose it is. False where its owner
  /// and mode cannot be read; it stays foreign then.
  [[nodiscard]] bool merge(std::size_t index, std::string bytes);
  /// Whether any file would be written or removed.
  [[nodiscard]] bool restores() const { return !ours_.empty(); }

  /// A file as it is and as it would be; nothing: there is none.
  struct Difference {
    std::size_t index = 0;
    std::optional<std::string> now;
    std::optional<std::string> then;
  };
  /// Of the files that carry_out would write or remove.
  [[nodiscard]] std::vector<Difference> differences() const;

  /// `unsafe` where a file cannot be given other content, or not as it could when the transaction
  /// was made. Writes nothing.
  [[nodiscard]] Result<void> check_ways(system::SystemWriter& writer) const;
  /// New content under the journal's temporary names, on disk. Where that fails, nothing of it is
  /// left and no file was touched.
  [[nodiscard]] Result<void> stage(system::SystemWriter& writer) const;
  /// Puts back what carries our bytes, the last written first, then removes empty directories that
  /// were made. Files of others stay as they are. All of it is on disk at the end. Paths of the
  /// files put back.
  [[nodiscard]] Result<std::vector<std::string>> carry_out(system::SystemWriter& writer) const;

 private:
  explicit Restoration(const Store& store) : store_(&store) {}
  [[nodiscard]] bool is_ours(const TransactionDirectory& directory, std::size_t index,
                             ForeignFiles foreign) const;
  /// Whether the file's new content is made beside it first.
  [[nodiscard]] bool is_staged(std::size_t index) const;
  [[nodiscard]] const system::FileMetadata& metadata_of(std::size_t index) const;
  [[nodiscard]] Result<void> stage_each(system::SystemWriter& writer) const;
  [[nodiscard]] Result<void> put_back(system::SystemWriter& writer, std::size_t index) const;
  [[nodiscard]] Result<void> remove_made_directories(system::SystemWriter& writer,
                                                     const JournalFile& file) const;

  const Store* store_;
  std::vector<JournalFile> files_;
  std::vector<ObservedFile> observed_;
  std::vector<std::string> before_;                     ///< bytes of those in ours_
  std::map<std::size_t, system::FileMetadata> merged_;  ///< those of ours_ that keep their own
  std::vector<std::size_t> ours_;
  std::vector<std::size_t> foreign_;
};

/// New content for a file, under its temporary name. A failure is told of the file itself.
[[nodiscard]] Result<void> stage(system::SystemWriter& writer, const JournalFile& file,
                                 std::string_view bytes, const system::FileMetadata& metadata);

/// Removes what has a file's temporary name.
[[nodiscard]] Result<void> discard_staged(const Store& store, system::SystemWriter& writer,
                                          const JournalFile& file);

}  // namespace guestclock::change
