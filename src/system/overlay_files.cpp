#include "system/overlay_files.h"

#include <algorithm>

#include <fmt/format.h>

namespace guestclock::system {
namespace {

constexpr std::uint32_t kNewFileMode = 0644;
constexpr std::uint32_t kNewDirectoryMode = 0755;

/// Without "", "." and ".."; for paths of which not even the directory exists.
std::string plain(std::string_view path) {
  std::vector<std::string_view> kept;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (name == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!name.empty() && name != ".") {
      kept.push_back(name);
    }
  }
  std::string out;
  for (const std::string_view name : kept)
    out.append("/").append(name);
  return out.empty() ? "/" : out;
}

std::string prefix_of(const std::string& directory) {
  return directory == "/" ? directory : directory + "/";
}

}  // namespace

OverlayFiles::OverlayFiles(const Files& under, std::map<std::string, std::string> contents)
    : under_(under), contents_(std::move(contents)) {}

std::vector<std::string> OverlayFiles::added_names(const std::string& directory) const {
  const std::string prefix = prefix_of(directory);
  std::vector<std::string> names;
  for (auto at = contents_.lower_bound(prefix);
       at != contents_.end() && at->first.starts_with(prefix); ++at) {
    std::string name = at->first.substr(prefix.size());
    name.resize(std::min(name.size(), name.find('/')));
    if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(std::move(name));
  }
  return names;
}

Result<std::string> OverlayFiles::locate(std::string_view path) const {
  auto resolved = under_.resolve(path);
  if (resolved || resolved.error().code != ErrorCode::not_found) return resolved;
  std::string as_written = plain(path);
  const std::string directory = as_written.substr(0, as_written.rfind('/'));
  if (contents_.count(as_written) != 0 || !added_names(directory).empty()) return as_written;
  return resolved;
}

const std::string* OverlayFiles::replaced(std::string_view path) const {
  const auto where = locate(path);
  if (!where) return nullptr;
  const auto found = contents_.find(*where);
  return found == contents_.end() ? nullptr : &found->second;
}

Result<std::string> OverlayFiles::read(std::string_view path, std::size_t limit) const {
  const std::string* const bytes = replaced(path);
  if (bytes == nullptr) return under_.read(path, limit);
  if (bytes->size() > limit) {
    return fail(ErrorCode::malformed, fmt::format("holds more than {} bytes", limit),
                std::string(path));
  }
  return *bytes;
}

Result<std::vector<std::string>> OverlayFiles::list(std::string_view path) const {
  auto names = under_.list(path);
  if (!names && names.error().code != ErrorCode::not_found) return names;
  const auto where = locate(path);
  if (!where) return names;
  const std::vector<std::string> added = added_names(*where);
  if (!names && added.empty()) return names;
  std::vector<std::string> all = names ? std::move(*names) : std::vector<std::string>();
  all.insert(all.end(), added.begin(), added.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Result<FileStatus> OverlayFiles::added_status(const std::string& path, const Error& error) const {
  FileStatus status;
  const auto found = contents_.find(path);
  if (found != contents_.end()) {
    status.kind = FileKind::regular;
    status.mode = kNewFileMode;
    status.size = found->second.size();
    status.links = 1;
    return status;
  }
  if (added_names(path).empty()) return tl::make_unexpected(error);
  status.kind = FileKind::directory;
  status.mode = kNewDirectoryMode;
  status.links = 2;
  return status;
}

Result<FileStatus> OverlayFiles::status(std::string_view path) const {
  auto status = under_.status(path);
  if (status) {
    if (const std::string* const bytes = replaced(path)) status->size = bytes->size();
    return status;
  }
  if (status.error().code != ErrorCode::not_found) return status;
  const auto where = locate(path);
  return where ? added_status(*where, status.error()) : status;
}

Result<FileStatus> OverlayFiles::link_status(std::string_view path) const {
  auto own = under_.link_status(path);
  if (own ? own->kind == FileKind::symlink : own.error().code != ErrorCode::not_found) return own;
  return status(path);
}

Result<std::string> OverlayFiles::read_link(std::string_view path) const {
  return under_.read_link(path);
}

Result<std::string> OverlayFiles::resolve(std::string_view path) const {
  return locate(path);
}

Result<FileMetadata> OverlayFiles::metadata(std::string_view path) const {
  auto metadata = under_.metadata(path);
  if (metadata || metadata.error().code != ErrorCode::not_found) return metadata;
  const auto where = locate(path);
  if (!where) return metadata;
  const auto added = added_status(*where, metadata.error());
  if (!added) return tl::make_unexpected(added.error());
  FileMetadata made;
  made.mode = added->mode;
  return made;
}

}  // namespace guestclock::system
