// A transaction's journal: what is to be written, what stood there, and how far it came.
//
// One record a line: length of the payload (8 hexadecimal digits), CRC-32 of length and payload
// (8), payload (JSON), newline. A record that does not check out is no record: a torn one at the
// end is what a power cut leaves behind, one in the middle is damage. Bytes that JSON cannot hold
// stand as %XX.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/change.h"
#include "system/system.h"

namespace guestclock::change {

/// The first record.
struct JournalBeginning {
  std::string id;
  std::string time;  ///< RFC 3339 UTC
  std::size_t files = 0;
  std::vector<std::string> rules;
  std::vector<std::string> parameters;

  friend bool operator==(const JournalBeginning&, const JournalBeginning&) = default;
};

/// One file of the transaction; its bytes lie beside the journal as N.before and N.after.
struct JournalFile {
  std::size_t number = 0;
  std::string path;      ///< as found
  std::string resolved;  ///< what is written: the end of the links
  std::string loader;
  bool existed = false;
  system::FileMetadata metadata;  ///< of the file before; only where it existed
  std::string before_sha256;      ///< only where it existed
  std::string after_sha256;
  std::vector<std::string> directories;  ///< made for it, the outermost first
  std::string temporary;  ///< beside it: the name that its new content has until it is in place
  bool in_place = false;  ///< cannot be replaced by a rename: overwritten

  friend bool operator==(const JournalFile&, const JournalFile&) = default;
};

enum class JournalMark {
  prepared,      ///< in the journal from its beginning: temporary files may exist, files may change
  applied,       ///< every file is written
  rolling_back,  ///< from here on files may be restored
  rolled_back,
  conflict,  ///< recovery met a file that somebody else changed; nothing more is done by itself
  purged,    ///< forgotten: its directory is being removed
};

struct Journal {
  std::optional<JournalBeginning> beginning;
  std::vector<JournalFile> files;
  std::vector<JournalMark> marks;
  bool damaged = false;  ///< a whole line in it is no record

  /// Every file that the beginning announces is there, in order.
  [[nodiscard]] bool complete() const;
  /// Files may have been changed or restored half: recovery has to look.
  [[nodiscard]] bool interrupted() const;
  /// It never began, or it was purged: no file is touched, and its directory may go.
  [[nodiscard]] bool abandoned() const;
  /// What `history` says; a journal that cannot be believed is a conflict.
  [[nodiscard]] model::TransactionState state() const;
};

[[nodiscard]] std::string encode(const JournalBeginning& beginning);
[[nodiscard]] std::string encode(const JournalFile& file);
[[nodiscard]] std::string encode(JournalMark mark);

/// Any bytes are a journal, if only an empty one.
[[nodiscard]] Journal decode_journal(std::string_view bytes);

}  // namespace guestclock::change
