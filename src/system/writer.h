// The one door to the machine, writing half. Only change/ (through cli/) gets one.
//
// What several operations do comes to disk together: sync() is a barrier. Until it returned, a
// power cut may take any of them back, and in any order; the death of the program takes none.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::system {

/// Held until destroyed.
class Lock {
 public:
  virtual ~Lock() = default;
};

/// What stands against putting another file in a file's place.
enum class RenameObstacle {
  none,
  mount_point,  ///< the name is a mount of its own (bind mount): a rename fails
  other_names,  ///< hard links would keep the old content
};

/// Paths are absolute, as seen inside the root, and are resolved inside it; a link in the last
/// component is never followed. Where an operation fails, nothing of it is left behind.
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

  /// A path beside `path`, ".guestclock-" and 16 random hexadecimal digits, that nothing has yet.
  /// Nothing that reads configuration directories takes such a name.
  [[nodiscard]] virtual Result<std::string> fresh_path_beside(std::string_view path) = 0;
  /// A new file with these bytes; `conflict` where something of that name exists.
  [[nodiscard]] virtual Result<void> create(std::string_view path, std::string_view bytes,
                                            const FileMetadata& metadata) = 0;
  /// What stands against replace() on a file that is still `expected` (else `conflict`). `unsafe`
  /// where it can be changed in no way: immutable, append-only, not a regular file.
  [[nodiscard]] virtual Result<RenameObstacle> rename_obstacle(std::string_view path,
                                                               const FileStatus& expected) = 0;
  /// The file `from` becomes `to`, in the same directory; `conflict` where `to` exists.
  [[nodiscard]] virtual Result<void> move_new(std::string_view from, std::string_view to) = 0;
  /// The file `from` takes the place of `to`, in the same directory, in one step: at every instant
  /// one of the two is there, whole. `to` must still be `expected`, else `conflict`: it stays, and
  /// so does `from`. Where the file system can exchange two names (Linux, most of them) that also
  /// holds for a change made at the last moment; elsewhere one made between looking and renaming
  /// is lost.
  [[nodiscard]] virtual Result<void> replace(std::string_view from, std::string_view to,
                                             const SteadyFile& expected) = 0;
  /// New bytes in the very file, for those that cannot be replaced: it must still be `expected`,
  /// else `conflict`. Not atomic: whoever reads it meanwhile, or after a power cut, may find some
  /// of its 512-byte blocks old and some new.
  [[nodiscard]] virtual Result<void> overwrite(std::string_view path, std::string_view bytes,
                                               const FileMetadata& metadata,
                                               const SteadyFile& expected) = 0;
  /// Adds bytes at the end of an existing file of our own (journals). Durable when it returns.
  [[nodiscard]] virtual Result<void> append(std::string_view path, std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> remove_file(std::string_view path) = 0;
  /// Removes a file that must still be `expected`, else `conflict` and it stays. On the way it has
  /// the name `aside`, in the same directory.
  [[nodiscard]] virtual Result<void> remove_expected(std::string_view path, std::string_view aside,
                                                     const SteadyFile& expected) = 0;

  /// Adds a file, where there is one, and the names beside it to what the next sync() brings to
  /// disk: for what another run may have left in memory.
  [[nodiscard]] virtual Result<void> include_in_sync(std::string_view path) = 0;
  /// Everything done until now is on disk, data and names.
  [[nodiscard]] virtual Result<void> sync() = 0;
};

}  // namespace guestclock::system
