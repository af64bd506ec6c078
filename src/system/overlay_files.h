// Files as they would be after an edit: some contents replaced, everything else read through. Lets
// an edit be checked by the very code that reads the machine, before a byte is written.
#pragma once

#include <map>
#include <string>

#include "system/system.h"

namespace guestclock::system {

class OverlayFiles final : public Files {
 public:
  /// `contents` by resolved path (Files::resolve of `under`).
  OverlayFiles(const Files& under, std::map<std::string, std::string> contents);

  [[nodiscard]] Result<std::string> read(std::string_view path, std::size_t limit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override;
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override;
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override;
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override;

 private:
  [[nodiscard]] const std::string* replaced(std::string_view path) const;

  const Files& under_;
  std::map<std::string, std::string> contents_;
};

}  // namespace guestclock::system
