// Files of a capture of which it knows that they were there, and not what was in them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "system/system.h"

namespace guestclock::system {

/// unread.txt of a capture, a line a file: one word and its absolute path without links.
enum class Unread {
  permission,  ///< "permission": refused to the user who took the capture
  failed,      ///< "failed": could not be read for another reason
  name,        ///< "name": nobody asked for more than its name
  withheld,    ///< "withheld": it would name the machine
};

[[nodiscard]] std::string_view to_string(Unread why);
/// Lines that are none of the above are passed over.
[[nodiscard]] std::map<std::string, Unread> parse_unread(std::string_view text);

/// Reading and listing what stands in the list fails, everything else is read through.
class UnreadFiles final : public Files {
 public:
  UnreadFiles(std::unique_ptr<Files> under, std::map<std::string, Unread> unread)
      : under_(std::move(under)), unread_(std::move(unread)) {}

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override {
    return under_->status(path);
  }
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override {
    return under_->link_status(path);
  }
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override {
    return under_->read_link(path);
  }
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override {
    return under_->resolve(path);
  }
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override {
    return under_->metadata(path);
  }

 private:
  /// Why the file cannot be read; nothing where it can.
  [[nodiscard]] std::optional<Error> refusal(std::string_view path) const;

  std::unique_ptr<Files> under_;
  std::map<std::string, Unread> unread_;
};

}  // namespace guestclock::system
