// Files as they were when they were first read: whoever reads one twice sees one state of it, even
// while somebody else is writing.
#pragma once

#include <map>
#include <string>

#include "system/system.h"

namespace guestclock::system {

class FirstReadFiles final : public Files {
 public:
  /// `under` must outlive this. Only contents are kept; names and status are those of the moment.
  explicit FirstReadFiles(const Files& under) : under_(under) {}

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override {
    return under_.list(path);
  }
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override {
    return under_.status(path);
  }
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override {
    return under_.link_status(path);
  }
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override {
    return under_.read_link(path);
  }
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override {
    return under_.resolve(path);
  }
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override {
    return under_.metadata(path);
  }

 private:
  const Files& under_;
  mutable std::map<std::string, std::string> seen_;  ///< by resolved path
};

}  // namespace guestclock::system
