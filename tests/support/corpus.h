// Real boot files that tests read but that are not in the repository.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::support {

/// GUESTCLOCK_CORPUS, or the folder beside the checkout.
inline std::filesystem::path corpus_directory(const char* source_directory) {
  const char* const named = std::getenv("GUESTCLOCK_CORPUS");
  if (named != nullptr) return named;
  return std::filesystem::path(source_directory) / ".." / "shared" / "corpus";
}

/// Regular files directly in a folder whose names start with `prefix`, sorted; none where there is
/// no such folder.
inline std::vector<std::filesystem::path> corpus_files(const std::filesystem::path& folder,
                                                       std::string_view prefix = "") {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.is_regular_file() && entry.path().filename().string().starts_with(prefix)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace guestclock::support
