#include "system/recording_files.h"

namespace guestclock::system {
namespace {

using Kind = RecordedFile::Kind;

constexpr int kMaxLinks = 40;

/// Puts the components of a path in front of those that are still to go, first one last.
void push_components(std::string_view path, std::vector<std::string>& pending) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
    if (start < path.size()) pending.emplace_back(path.substr(start));
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
}

std::string below(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name);
}

std::string or_root(std::string path) {
  return path.empty() ? "/" : path;
}

bool names_this_process(std::string_view path) {
  return path == "/proc/self" || path == "/proc/thread-self";
}

}  // namespace

std::optional<std::string> RecordingFiles::link_text(const std::string& path) const {
  if (names_this_process(path)) return std::nullopt;
  const auto known = links_.find(path);
  if (known != links_.end()) return known->second;
  std::optional<std::string> text;
  if (auto link = under_.read_link(path)) text = std::move(*link);
  links_.emplace(path, text);
  return text;
}

std::string RecordingFiles::follow(std::string_view path, LastLink last) const {
  std::vector<std::string> pending;
  push_components(path, pending);
  std::string here;
  for (int links = 0; !pending.empty();) {
    const std::string name = std::move(pending.back());
    pending.pop_back();
    if (name == ".") continue;
    if (name == "..") {
      here.resize(here.empty() ? 0 : here.rfind('/'));
      continue;
    }
    std::string next = below(here, name);
    const bool kept = pending.empty() && last == LastLink::keep;
    const auto text = kept || links == kMaxLinks ? std::nullopt : link_text(next);
    if (!text) {
      here = std::move(next);
      continue;
    }
    ++links;
    if (RecordedFile* const noted = note(next, Kind::symlink)) noted->bytes = *text;
    if (text->starts_with('/')) here.clear();
    push_components(*text, pending);
  }
  return or_root(std::move(here));
}

RecordedFile* RecordingFiles::note(const std::string& path, Kind kind) const {
  if (recorded_.size() >= kMaxPaths && recorded_.count(path) == 0) {
    incomplete_ = true;
    return nullptr;
  }
  RecordedFile& noted = recorded_[path];
  if (noted.kind < kind) noted.kind = kind;
  return noted.kind == kind ? &noted : nullptr;
}

void RecordingFiles::note_failure(const std::string& real, Kind expected,
                                  const Error& error) const {
  if (error.code == ErrorCode::not_found) return;
  note_status(real, under_.status(real));
  note(real, Kind::absent);
  const auto noted = recorded_.find(real);
  if (noted == recorded_.end()) return;
  // A copy of something else than what was expected fails by itself.
  const Kind kind = noted->second.kind;
  if (kind != Kind::absent && kind != expected) return;
  noted->second.unread = error.code == ErrorCode::permission ? Unread::permission : Unread::failed;
}

void RecordingFiles::note_status(const std::string& real, const Result<FileStatus>& status) const {
  if (status) note(real, status->kind == FileKind::directory ? Kind::directory : Kind::name);
}

void RecordingFiles::note_name(const std::string& path) const {
  if (names_this_process(path)) {
    note(path, Kind::directory);
  } else if (const auto text = link_text(path)) {
    if (RecordedFile* const noted = note(path, Kind::symlink)) noted->bytes = *text;
  } else {
    note_status(path, under_.link_status(path));
    note(path, Kind::name);
  }
}

void RecordingFiles::note_bytes(const std::string& real, const std::string& bytes) const {
  const auto known = recorded_.find(real);
  if (known != recorded_.end() && known->second.kind >= Kind::file) return;
  if (bytes.size() > kMaxBytes - bytes_) {
    incomplete_ = true;
    note(real, Kind::name);
    return;
  }
  if (RecordedFile* const noted = note(real, Kind::file)) {
    bytes_ += bytes.size();
    noted->bytes = bytes;
    noted->unread.reset();
  }
}

Result<std::string> RecordingFiles::read(std::string_view path, std::size_t limit) const {
  auto bytes = under_.read(path, limit);
  const std::string real = follow(path);
  if (bytes) {
    note_bytes(real, *bytes);
  } else {
    note_failure(real, Kind::name, bytes.error());
  }
  return bytes;
}

Result<std::vector<std::string>> RecordingFiles::list(std::string_view path) const {
  auto names = under_.list(path);
  const std::string real = follow(path);
  if (!names) {
    note_failure(real, Kind::directory, names.error());
    return names;
  }
  note(real, Kind::directory);
  const std::string prefix = real == "/" ? std::string() : real;
  for (const std::string& name : *names)
    note_name(below(prefix, name));
  return names;
}

Result<FileStatus> RecordingFiles::status(std::string_view path) const {
  auto status = under_.status(path);
  const std::string real = follow(path);
  note_status(real, status);
  return status;
}

Result<FileStatus> RecordingFiles::link_status(std::string_view path) const {
  auto status = under_.link_status(path);
  if (status) note_name(follow(path, LastLink::keep));
  return status;
}

Result<std::string> RecordingFiles::read_link(std::string_view path) const {
  auto text = under_.read_link(path);
  const std::string real = follow(path, LastLink::keep);
  if (!text) {
    note_status(real, under_.link_status(real));
  } else if (RecordedFile* const noted = note(real, Kind::symlink)) {
    noted->bytes = *text;
  }
  return text;
}

Result<std::string> RecordingFiles::resolve(std::string_view path) const {
  auto resolved = under_.resolve(path);
  const std::string real = follow(path);
  if (resolved) note(or_root(real.substr(0, real.rfind('/'))), Kind::directory);
  note_status(real, under_.status(path));
  return resolved;
}

Result<FileMetadata> RecordingFiles::metadata(std::string_view path) const {
  auto metadata = under_.metadata(path);
  note_status(follow(path), under_.status(path));
  return metadata;
}

}  // namespace guestclock::system
