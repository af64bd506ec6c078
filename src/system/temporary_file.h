// A new file beside the one that it is to become: removed again unless it was moved into place.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "system/system.h"

namespace guestclock::system {

class TemporaryFile {
 public:
  /// In an open directory, which must outlive this. The name is random and starts with
  /// ".guestclock-": nothing that reads configuration directories takes it. `mode` is subject to
  /// the umask. `path` is the file it stands for, in messages.
  [[nodiscard]] static Result<TemporaryFile> create(int directory, std::uint32_t mode,
                                                    std::string path);

  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] Result<void> write(std::string_view bytes);
  /// Owner, mode, attributes, times: in this order, as each can undo the one before.
  [[nodiscard]] Result<void> give(const FileMetadata& metadata);
  [[nodiscard]] Result<void> sync();
  /// Takes the place of `name` in the same directory, whatever was there.
  [[nodiscard]] Result<void> replace(const std::string& name);
  /// Becomes `name`; `conflict` where something of that name exists.
  [[nodiscard]] Result<void> become(const std::string& name);

 private:
  TemporaryFile(int directory, std::string name, UniqueFd fd, std::string path)
      : directory_(directory), name_(std::move(name)), fd_(std::move(fd)), path_(std::move(path)) {}

  int directory_;
  std::string name_;  ///< empty once it has become another
  UniqueFd fd_;
  std::string path_;
};

/// Makes names that came to or went from an open directory durable.
[[nodiscard]] Result<void> sync_directory(int directory, std::string_view path);

}  // namespace guestclock::system
