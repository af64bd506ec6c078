// Files of the machine we run on, of an unbooted tree or of a capture: Files below one directory.
#pragma once

#include "system/root_directory.h"
#include "system/system.h"

namespace guestclock::system {

/// Whose /proc and /sys are below the root.
enum class KernelTrees {
  foreign,  ///< files like all others: somebody may have put a FIFO or a device there
  own,      ///< the running kernel's: there, opening has no side effect
};

class RootedFiles final : public Files {
 public:
  explicit RootedFiles(RootDirectory root, KernelTrees trees = KernelTrees::foreign)
      : root_(std::move(root)), trees_(trees) {}

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::string> read_start(std::string_view path,
                                               std::size_t bytes) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override;
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override;
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override;
  /// `unsupported` for what is neither a regular file nor a directory.
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override;

 private:
  struct OpenFile {
    UniqueFd fd;
    std::uint64_t size = 0;  ///< what it claims
  };

  /// Open for reading, after it was seen to be of a kind whose opening has no side effect.
  [[nodiscard]] Result<OpenFile> open_harmless(std::string_view path, bool directory_too) const;

  RootDirectory root_;
  KernelTrees trees_;
};

}  // namespace guestclock::system
