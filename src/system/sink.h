// Files that the user named on the command line (--output, --record, capture): new files outside of
// what is audited.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace guestclock::system {

/// Something in a directory that is to be made.
struct TreeEntry {
  enum class Kind { directory, file, symlink };

  std::string path;  ///< relative; neither empty nor "." nor ".." in it
  Kind kind = Kind::file;
  std::string bytes;  ///< the file's, or where the link leads

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Writes the whole file: a temporary one beside it, then rename, so that a reader never sees
  /// half of it. `path` is relative to the working directory like any argument.
  [[nodiscard]] virtual Result<void> write(std::string_view path, std::string_view bytes) = 0;
  /// Makes a directory that only its owner may enter, with all of `entries` in it, or nothing: it
  /// grows as DIRECTORY.partial-... beside its place and is then renamed. Directories above an
  /// entry are made as needed. `unsafe` where `directory` is there and not an empty directory.
  [[nodiscard]] virtual Result<void> write_tree(std::string_view directory,
                                                std::span<const TreeEntry> entries) = 0;
};

}  // namespace guestclock::system
