// Trees and change sets made for the transaction tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "change/transaction.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::change {

inline constexpr Nanoseconds kNow = std::chrono::seconds(1795437296);  // 2026-11-23T12:34:56Z

/// `before` nothing: the file is created; otherwise it is what stands in the tree.
inline model::FileDifference edit_of(const std::string& path, std::optional<std::string> before,
                                     std::string after) {
  model::FileDifference file;
  file.edit.path = path;
  file.edit.loader = "grub-legacy";
  file.edit.before = std::move(before);
  file.edit.after = std::move(after);
  return file;
}

/// Contents of every regular file below a directory, by path; directories end in "/", links in "@".
inline std::map<std::string, std::string> contents_below(const std::filesystem::path& directory,
                                                         const std::string& except = "") {
  std::map<std::string, std::string> all;
  for (auto at = std::filesystem::recursive_directory_iterator(directory);
       at != std::filesystem::recursive_directory_iterator(); ++at) {
    std::string name = "/" + at->path().lexically_relative(directory).string();
    if (name == except) {
      at.disable_recursion_pending();
      continue;
    }
    if (at->is_symlink()) {
      all[name + "@"] = std::filesystem::read_symlink(at->path()).string();
    } else if (at->is_directory()) {
      all[name + "/"] = "";
    } else {
      std::ifstream in(at->path(), std::ios::binary);
      all[name] = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
  }
  return all;
}

/// A tree opened for reading and for writing, with its store.
struct OpenTree {
  explicit OpenTree(const support::ScratchDirectory& tree) {
    auto read = system::open_tree(tree.path().string());
    auto write = system::open_writer(tree.path().string());
    if (!read || !write) throw std::runtime_error("cannot open the tree");
    system = std::move(*read);
    writer = std::move(*write);
  }
  [[nodiscard]] Store store() const { return {*system, "/var/lib/guestclock"}; }

  std::unique_ptr<system::System> system;
  std::unique_ptr<system::SystemWriter> writer;
};

}  // namespace guestclock::change
