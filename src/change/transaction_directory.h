// Where transactions lie: STATE_DIR/lock, STATE_DIR/txn/ID/journal and, beside it, the bytes of
// each file before (N.before) and after (N.after). Directories are 0700, files 0600.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/journal.h"
#include "change/transaction.h"

namespace guestclock::change {

/// A transaction as found.
struct StoredTransaction {
  std::string id;
  std::string directory;
  Journal journal;
  bool ends_torn = false;  ///< the journal's last line has no newline
};

/// Every transaction, oldest first by the running number at the end of its id: clocks are what is
/// wrong here. Empty where there is no store.
[[nodiscard]] Result<std::vector<StoredTransaction>> stored_transactions(const Store& store);

/// Held until destroyed.
using StoreLock = std::vector<std::unique_ptr<system::Lock>>;

/// Makes the store where it does not exist, and takes its lock and those of the package managers in
/// use there, which regenerate boot files: dpkg, rpm, zypper, apk, pkg, and pacman's, which is its
/// lock file's mere existence. `busy` where one does not come free within the store's patience.
[[nodiscard]] Result<StoreLock> lock_store(const Store& store, system::SystemWriter& writer);

/// The id of the next transaction, "20261123T123456Z-7", and its time in RFC 3339.
struct NewId {
  std::string id;
  std::string time;
};
[[nodiscard]] NewId next_id(const std::vector<StoredTransaction>& existing, Nanoseconds now);

enum class Side { before, after };

/// One transaction's directory, for reading and writing.
class TransactionDirectory {
 public:
  TransactionDirectory(const Store& store, std::string id);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string blob_path(std::size_t number, Side side) const;

  [[nodiscard]] Result<void> make(system::SystemWriter& writer) const;
  [[nodiscard]] Result<void> write_blob(system::SystemWriter& writer, std::size_t number, Side side,
                                        std::string_view bytes) const;
  /// Its first bytes, "prepared" among them. It appears whole, once all that was written before is
  /// on disk.
  [[nodiscard]] Result<void> write_journal(system::SystemWriter& writer,
                                           std::string_view bytes) const;
  [[nodiscard]] Result<void> mark(system::SystemWriter& writer, JournalMark mark) const;
  /// Bytes of a blob; `malformed` where they are not the ones of `sha256`.
  [[nodiscard]] Result<std::string> read_blob(std::size_t number, Side side,
                                              const std::string& sha256) const;
  /// Everything in it, the journal last, and itself.
  [[nodiscard]] Result<void> remove(system::SystemWriter& writer) const;

 private:
  [[nodiscard]] std::string journal_path() const;
  [[nodiscard]] system::FileMetadata own_file() const;

  const Store& store_;
  std::string path_;
};

}  // namespace guestclock::change
