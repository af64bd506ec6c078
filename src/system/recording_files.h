// Files that remember what was asked of them and what they answered, so that the same questions get
// the same answers from a copy.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "system/system.h"
#include "system/unread_files.h"

namespace guestclock::system {

/// What is known of one path, which has no link in it but perhaps its last component.
struct RecordedFile {
  /// In the order in which one replaces another.
  enum class Kind {
    absent,  ///< only that it cannot be looked at
    name,    ///< there; nobody asked for more
    file,
    directory,
    symlink,
  };

  Kind kind = Kind::absent;
  std::string bytes;             ///< the file's, or where the link leads
  std::optional<Unread> unread;  ///< why there are no bytes, or no names in the directory
};

/// A path through links is recorded as these links and the file at their end. /proc/self is taken
/// for a directory: who reads the copy is another process.
class RecordingFiles final : public Files {
 public:
  /// Of all contents together; a file beyond is there by its name.
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;
  /// Of all paths together; those beyond are not recorded.
  static constexpr std::size_t kMaxPaths = 200'000;

  /// `under` must outlive this.
  explicit RecordingFiles(const Files& under) : under_(under) {}

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override;
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override;
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override;
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override;

  [[nodiscard]] const std::map<std::string, RecordedFile>& recorded() const { return recorded_; }
  /// Something was too much to be recorded.
  [[nodiscard]] bool incomplete() const { return incomplete_; }

 private:
  enum class LastLink { follow, keep };

  /// The path without links; those on the way are recorded.
  std::string follow(std::string_view path, LastLink last = LastLink::follow) const;
  /// Where a link leads; nothing for what is none.
  std::optional<std::string> link_text(const std::string& path) const;
  RecordedFile* note(const std::string& path, RecordedFile::Kind kind) const;
  void note_status(const std::string& real, const Result<FileStatus>& status) const;
  void note_failure(const std::string& real, RecordedFile::Kind expected, const Error& error) const;
  void note_name(const std::string& path) const;
  void note_bytes(const std::string& real, const std::string& bytes) const;

  const Files& under_;
  mutable std::map<std::string, RecordedFile> recorded_;
  mutable std::map<std::string, std::optional<std::string>> links_;
  mutable std::size_t bytes_ = 0;
  mutable bool incomplete_ = false;
};

}  // namespace guestclock::system
