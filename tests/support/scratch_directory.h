// A directory of the test's own, removed with everything in it at the end.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace guestclock::support {

class ScratchDirectory {
 public:
  explicit ScratchDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the directory, making its parents; returns its full path.
  std::filesystem::path write(std::string_view below, std::string_view bytes) const;
  [[nodiscard]] std::string read(std::string_view below) const;

 private:
  std::filesystem::path path_;
};

}  // namespace guestclock::support
