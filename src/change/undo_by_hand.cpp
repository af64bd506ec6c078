#include "change/undo_by_hand.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/rfc3339.h"

namespace guestclock::change {
namespace {

/// A word for sh, quoted where it has to be.
std::string word(const std::string& text) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+:,@").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return text;
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

/// For touch -d: seconds since 1970 as GNU and busybox take them, a date for FreeBSD's touch.
std::string touch_time(Nanoseconds time, bool freebsd) {
  namespace chr = std::chrono;
  const auto seconds = chr::floor<chr::seconds>(time);
  const auto fraction = (time - seconds).count();
  if (!freebsd) return fmt::format("@{}.{:09}", seconds.count(), fraction);
  std::string date = rfc3339(seconds);
  date.pop_back();
  return fmt::format("{}.{:09}Z", date, fraction);
}

}  // namespace

std::vector<std::string> undo_by_hand(const std::string& root,
                                      const TransactionDirectory& directory,
                                      const std::vector<JournalFile>& files) {
  const auto at = [&](const std::string& path) { return word(root == "/" ? path : root + path); };
  std::vector<std::string> commands;
  for (const JournalFile& file : files) {
    const std::string path = at(file.resolved);
    if (!file.existed) {
      commands.push_back("rm " + path);
      for (auto made = file.directories.rbegin(); made != file.directories.rend(); ++made) {
        commands.push_back("rmdir " + at(*made));
      }
      continue;
    }
    commands.push_back("cp " + at(directory.blob_path(file.number, Side::before)) + " " + path);
    commands.push_back(fmt::format("chown {}:{} {}", file.metadata.uid, file.metadata.gid, path));
    commands.push_back(fmt::format("chmod {:04o} {}", file.metadata.mode & 07777U, path));
    if (file.metadata.modified) {
      const bool freebsd = file.loader.starts_with("freebsd");
      commands.push_back("touch -d " + touch_time(*file.metadata.modified, freebsd) + " " + path);
    }
  }
  return commands;
}

}  // namespace guestclock::change
