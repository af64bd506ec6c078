#include "fault/snapshot.h"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sys/stat.h>
#include <sys/xattr.h>

namespace guestclock::fault {
namespace {

std::map<std::string, std::string> attributes_of(const std::filesystem::path& file) {
  std::map<std::string, std::string> found;
  static std::array<char, 65536> names;  // kept: clearing it for each file would take longest
  const ssize_t size = ::llistxattr(file.c_str(), names.data(), names.size());
  for (ssize_t at = 0; at < size;) {
    const std::string name(names.data() + at);
    static std::array<char, 4096> value;
    const ssize_t length = ::lgetxattr(file.c_str(), name.c_str(), value.data(), value.size());
    if (length >= 0) found[name] = std::string(value.data(), static_cast<std::size_t>(length));
    at += static_cast<ssize_t>(name.size()) + 1;
  }
  return found;
}

std::string line(const std::string& path, const std::string& what) {
  return path + ": " + what + "\n";
}

std::string shown(const Entry& entry) {
  const std::string begins = entry.content.substr(0, 60);
  return std::to_string(entry.content.size()) + " bytes \"" + begins + "\" mode " +
         std::to_string(entry.mode) + " owner " + std::to_string(entry.uid) + ":" +
         std::to_string(entry.gid) + " time " + std::to_string(entry.modified_ns) + " with " +
         std::to_string(entry.attributes.size()) + " attributes";
}

}  // namespace

Entry entry_at(const std::filesystem::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) throw std::runtime_error("no " + file.string());
  Entry entry;
  entry.mode = status.st_mode;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.attributes = attributes_of(file);
  if (S_ISLNK(status.st_mode)) {
    entry.content = std::filesystem::read_symlink(file).string();
  } else if (S_ISREG(status.st_mode)) {
    entry.modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
    std::ifstream in(file, std::ios::binary);
    entry.content = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  return entry;
}

Snapshot snapshot_of(const std::filesystem::path& tree, const std::string& except) {
  Snapshot all;
  for (auto at = std::filesystem::recursive_directory_iterator(tree);
       at != std::filesystem::recursive_directory_iterator(); ++at) {
    const std::string name = "/" + at->path().lexically_relative(tree).string();
    if (name == except) {
      if (at->is_directory()) at.disable_recursion_pending();
      continue;
    }
    all[name] = entry_at(at->path());
  }
  return all;
}

bool same_but_time(Entry one, const Entry& other) {
  one.modified_ns = other.modified_ns;
  return one == other;
}

std::string difference(const Snapshot& expected, const Snapshot& found) {
  std::string text;
  for (const auto& [path, entry] : expected) {
    const auto there = found.find(path);
    if (there == found.end()) {
      text += line(path, "is missing");
    } else if (there->second != entry) {
      text += line(path, "is " + shown(there->second) + ", not " + shown(entry));
    }
  }
  for (const auto& [path, entry] : found) {
    if (expected.count(path) == 0) text += line(path, "is there, " + shown(entry));
  }
  return text;
}

}  // namespace guestclock::fault
