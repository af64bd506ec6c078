// A file that is being made: removed again unless it is kept or moved into place.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "system/system.h"

namespace guestclock::system {

/// ".guestclock-" and 16 random hexadecimal digits.
[[nodiscard]] Result<std::string> random_name();

class NewFile {
 public:
  /// Opened for reading and writing in an open directory, which must outlive this; `conflict` where
  /// something of that name exists. `mode` is subject to the umask. `path` is for messages.
  [[nodiscard]] static Result<NewFile> create(int directory, std::string name, std::uint32_t mode,
                                              std::string path);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] Result<void> sync();
  /// Takes the place of `name` in the same directory, whatever was there.
  [[nodiscard]] Result<void> replace(const std::string& name);
  /// Stays under the name it has; its descriptor.
  [[nodiscard]] UniqueFd keep();

 private:
  NewFile(int directory, std::string name, UniqueFd fd, std::string path)
      : directory_(directory), name_(std::move(name)), fd_(std::move(fd)), path_(std::move(path)) {}

  int directory_;
  std::string name_;  ///< empty once it is kept or has become another
  UniqueFd fd_;
  std::string path_;
};

}  // namespace guestclock::system
