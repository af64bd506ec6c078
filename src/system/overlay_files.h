// Files as they would be after an edit: some contents replaced, everything else read through. Lets
// an edit be checked by the very code that reads the machine, before a byte is written.
#pragma once

#include <map>
#include <string>

#include "system/system.h"

namespace guestclock::system {

class OverlayFiles final : public Files {
 public:
  /// `contents` by resolved path (Files::resolve of `under`), or by plain absolute path where its
  /// directory is not there either: then the directories above it are part of the picture.
  OverlayFiles(const Files& under, std::map<std::string, std::string> contents);

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override;
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override;
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override;
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override;

 private:
  /// Where `path` leads in the edited picture.
  [[nodiscard]] Result<std::string> locate(std::string_view path) const;
  [[nodiscard]] const std::string* replaced(std::string_view path) const;
  [[nodiscard]] std::vector<std::string> added_names(const std::string& directory) const;
  [[nodiscard]] Result<FileStatus> added_status(const std::string& path, const Error& error) const;

  const Files& under_;
  std::map<std::string, std::string> contents_;
};

}  // namespace guestclock::system
