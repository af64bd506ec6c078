// What was written and is not known to be on disk yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace guestclock::system {

class Unsynced {
 public:
  /// An open file, whose bytes or metadata changed.
  void add(UniqueFd file, std::string_view path);
  /// A directory in which a name came, went or changed. Any descriptor of it will do.
  void add_directory(int directory, std::string_view path);

  /// Brings all of it to disk, names and data, each file system once where that is enough: its
  /// syncfs(2) must report failures (Linux 5.8) and flush the disk's cache. What could not be
  /// brought there is not tried again.
  [[nodiscard]] Result<void> bring_to_disk();

 private:
  struct Item {
    UniqueFd fd;
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };
  void add_once(Item item);

  std::vector<Item> items_;
  bool everything_ = false;  ///< a directory that cannot be opened: sync(2) is all there is
};

}  // namespace guestclock::system
