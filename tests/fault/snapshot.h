// Everything that a file system shows of a tree: kinds, contents, owners, modes, times, attributes.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <sys/types.h>

namespace guestclock::fault {

struct Entry {
  std::string content;  ///< of a link its text
  mode_t mode = 0;      ///< kind included
  uid_t uid = 0;
  gid_t gid = 0;
  std::int64_t modified_ns = 0;  ///< regular files only
  std::map<std::string, std::string> attributes;

  friend bool operator==(const Entry&, const Entry&) = default;
};

/// By path as seen inside the tree, "/etc/file". What lies at or below `except` is left out.
using Snapshot = std::map<std::string, Entry>;
[[nodiscard]] Snapshot snapshot_of(const std::filesystem::path& tree,
                                   const std::string& except = "");
[[nodiscard]] Entry entry_at(const std::filesystem::path& file);

/// Alike but for the time of modification.
[[nodiscard]] bool same_but_time(Entry one, const Entry& other);

/// What differs, a line each, for a person; empty where nothing does.
[[nodiscard]] std::string difference(const Snapshot& expected, const Snapshot& found);

}  // namespace guestclock::fault
