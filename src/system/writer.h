// The one door to the machine, writing half. Only change/ (through cli/) gets one. Every operation
// is durable when it returns: data and directory are synced.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::system {

/// Held until destroyed.
class Lock {
 public:
  virtual ~Lock() = default;
};

/// Whether a file of this name is what an operation that was cut off leaves beside its target:
/// ".guestclock-" and 16 hexadecimal digits.
[[nodiscard]] bool is_left_over(std::string_view name);

/// Paths are absolute, as seen inside the root, and are resolved inside it. Only replace() follows
/// a link in the last component: the others act on that very name.
class SystemWriter {
 public:
  virtual ~SystemWriter() = default;

  /// Exclusive lock on `path` (created 0600 if missing); `busy` where another process holds it.
  [[nodiscard]] virtual Result<std::unique_ptr<Lock>> lock(std::string_view path) = 0;
  /// The lock that another program's lock file stands for, as package managers take it (fcntl(2)
  /// and flock(2) alike), held until destroyed. Null where there is no such file, or where it
  /// cannot be opened for writing: then nobody can hold it. Waits up to `patience` for whoever
  /// holds it, then `busy`. The file's bytes stay as they are.
  [[nodiscard]] virtual Result<std::unique_ptr<Lock>> hold(std::string_view path,
                                                           Nanoseconds patience) = 0;
  /// One directory; its parent must exist. `conflict` where something of that name exists.
  [[nodiscard]] virtual Result<void> make_directory(std::string_view path, std::uint32_t mode) = 0;
  /// An empty directory; `conflict` where it is not.
  [[nodiscard]] virtual Result<void> remove_directory(std::string_view path) = 0;
  /// A new file with these bytes; `conflict` where something of that name exists.
  [[nodiscard]] virtual Result<void> create(std::string_view path, std::string_view bytes,
                                            const FileMetadata& metadata) = 0;
  /// Replaces the file (of a symlink: its target) in one rename: temporary file beside it, bytes,
  /// owner, mode, xattrs, times, sync, rename, directory sync. Just before the rename the file must
  /// still have `expected`'s device, inode, size and times, else `conflict` and nothing is changed.
  /// `unsafe`: hard links, immutable, not a regular file. Nothing is left behind on failure.
  [[nodiscard]] virtual Result<void> replace(std::string_view path, std::string_view bytes,
                                             const FileMetadata& metadata,
                                             const FileStatus& expected) = 0;
  /// Adds bytes at the end of an existing file of our own (journals).
  [[nodiscard]] virtual Result<void> append(std::string_view path, std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> remove_file(std::string_view path) = 0;
};

}  // namespace guestclock::system
