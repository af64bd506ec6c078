#include "change/file_restore.h"

#include <algorithm>

#include "base/digest.h"

namespace guestclock::change {

Result<std::optional<system::SteadyFile>> read_steady(const system::Files& files,
                                                      const std::string& path) {
  const auto status = files.status(path);
  if (!status && status.error().code == ErrorCode::not_found) return std::nullopt;
  if (!status) return tl::make_unexpected(status.error());
  auto bytes = files.read(path);
  if (!bytes) return tl::make_unexpected(bytes.error());
  const auto again = files.status(path);
  if (!again) return tl::make_unexpected(again.error());
  if (*again != *status) {
    return fail(ErrorCode::conflict, "changes while it is being read", path, "try again");
  }
  return system::SteadyFile{std::move(*bytes), *status};
}

Result<ObservedFile> observe(const system::Files& files, const JournalFile& file) {
  auto content = read_steady(files, file.resolved);
  ObservedFile observed;
  if (!content && content.error().code == ErrorCode::unsupported) {
    observed.now = FileNow::foreign;  // a directory or device has taken the name
    return observed;
  }
  if (!content) return tl::make_unexpected(content.error());
  observed.content = std::move(*content);
  if (!observed.content) {
    observed.now = file.existed ? FileNow::foreign : FileNow::before;
    return observed;
  }
  const std::string sha256 = sha256_hex(observed.content->bytes);
  if (sha256 == file.after_sha256) {
    observed.now = FileNow::after;
  } else if (!file.existed || sha256 != file.before_sha256) {
    observed.now = FileNow::foreign;
  }
  return observed;
}

bool is_torn(std::string_view now, std::string_view before, std::string_view after) {
  constexpr std::size_t kBlock = 512;
  const std::string_view shorter = before.size() < after.size() ? before : after;
  const std::string_view longer = before.size() < after.size() ? after : before;
  if (now.size() < shorter.size() || now.size() > longer.size()) return false;
  // Where the shorter one was written and the file not yet cut off behind it.
  const std::string uncut = std::string(shorter) + std::string(longer.substr(shorter.size()));
  for (std::size_t at = 0; at < now.size(); at += kBlock) {
    const std::string_view block = now.substr(at, kBlock);
    const auto is_of = [&](std::string_view whole) {
      std::string same(at < whole.size() ? whole.substr(at, block.size()) : std::string_view());
      same.resize(block.size(), '\0');
      return same == block;
    };
    if (!is_of(before) && !is_of(after) && !is_of(uncut)) return false;
  }
  return true;
}

Result<void> stage(system::SystemWriter& writer, const JournalFile& file, std::string_view bytes,
                   const system::FileMetadata& metadata) {
  auto made = writer.create(file.temporary, bytes, metadata);
  if (made) return made;
  Error error = made.error();
  error.message = "its new content, as " + file.temporary + ": " + error.message;
  error.path = file.path;
  return tl::make_unexpected(std::move(error));
}

Result<void> discard_staged(const Store& store, system::SystemWriter& writer,
                            const JournalFile& file) {
  const auto there = store.system.files().link_status(file.temporary);
  if (!there && there.error().code == ErrorCode::not_found) return {};
  if (!there) return tl::make_unexpected(there.error());
  return writer.remove_file(file.temporary);
}

bool Restoration::is_ours(const TransactionDirectory& directory, std::size_t index,
                          ForeignFiles foreign) const {
  const ObservedFile& observed = observed_[index];
  const JournalFile& file = files_[index];
  if (observed.now != FileNow::foreign) return observed.now == FileNow::after;
  if (foreign == ForeignFiles::give_back_before) return true;
  if (foreign == ForeignFiles::keep || !file.in_place || !observed.content) return false;
  const auto before = directory.read_blob(file.number, Side::before, file.before_sha256);
  const auto after = directory.read_blob(file.number, Side::after, file.after_sha256);
  return before && after && is_torn(observed.content->bytes, *before, *after);
}

Result<Restoration> Restoration::prepare(const Store& store, const TransactionDirectory& directory,
                                         const std::vector<JournalFile>& files,
                                         ForeignFiles foreign) {
  Restoration restoration(store);
  restoration.files_ = files;
  restoration.before_.resize(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto observed = observe(store.system.files(), files[i]);
    if (!observed) return tl::make_unexpected(observed.error());
    restoration.observed_.push_back(std::move(*observed));
    if (!restoration.is_ours(directory, i, foreign)) {
      if (restoration.observed_[i].now == FileNow::foreign) restoration.foreign_.push_back(i);
      continue;
    }
    restoration.ours_.push_back(i);
    if (files[i].existed) {
      auto bytes = directory.read_blob(files[i].number, Side::before, files[i].before_sha256);
      if (!bytes) return tl::make_unexpected(bytes.error());
      restoration.before_[i] = std::move(*bytes);
    }
  }
  return restoration;
}

std::string Restoration::foreign_bytes(std::size_t index) const {
  const std::optional<system::SteadyFile>& content = observed_[index].content;
  return content ? content->bytes : std::string();
}

Result<void> Restoration::remove_made_directories(system::SystemWriter& writer,
                                                  const JournalFile& file) const {
  for (auto directory = file.directories.rbegin(); directory != file.directories.rend();
       ++directory) {
    const auto names = store_->system.files().list(*directory);
    if (!names && names.error().code == ErrorCode::not_found) continue;
    if (!names) return tl::make_unexpected(names.error());
    if (!names->empty()) return {};
    if (auto gone = writer.remove_directory(*directory); !gone) return gone;
  }
  return {};
}

bool Restoration::merge(std::size_t index, std::string bytes) {
  auto metadata = store_->system.files().metadata(files_[index].resolved);
  if (!metadata) return false;
  metadata->modified.reset();
  merged_[index] = std::move(*metadata);
  before_[index] = std::move(bytes);
  foreign_.erase(std::find(foreign_.begin(), foreign_.end(), index));
  ours_.insert(std::upper_bound(ours_.begin(), ours_.end(), index), index);
  return true;
}

bool Restoration::is_staged(std::size_t index) const {
  const bool wanted = files_[index].existed || merged_.count(index) != 0;
  return wanted && !(files_[index].in_place && observed_[index].content);
}

const system::FileMetadata& Restoration::metadata_of(std::size_t index) const {
  const auto merged = merged_.find(index);
  return merged != merged_.end() ? merged->second : files_[index].metadata;
}

Result<void> Restoration::check_ways(system::SystemWriter& writer) const {
  for (const std::size_t index : ours_) {
    const std::optional<system::SteadyFile>& content = observed_[index].content;
    if (!content) continue;
    const JournalFile& file = files_[index];
    const auto obstacle = writer.rename_obstacle(file.resolved, content->status);
    if (!obstacle) return tl::make_unexpected(obstacle.error());
    const bool removed = !is_staged(index) && !file.in_place;
    if (*obstacle == system::RenameObstacle::none || file.in_place) continue;
    if (removed && *obstacle == system::RenameObstacle::other_names) continue;
    return fail(ErrorCode::unsafe,
                *obstacle == system::RenameObstacle::mount_point
                    ? "has become a mount of its own since"
                    : "has got another name (hard link) since, which would keep what it holds now",
                file.path, "take that away, then try again");
  }
  return {};
}

Result<void> Restoration::stage_each(system::SystemWriter& writer) const {
  for (const std::size_t index : ours_) {
    if (!is_staged(index)) continue;
    auto made = change::stage(writer, files_[index], before_[index], metadata_of(index));
    if (!made) return made;
  }
  return writer.sync();
}

Result<void> Restoration::stage(system::SystemWriter& writer) const {
  auto staged = stage_each(writer);
  if (staged) return staged;
  for (const std::size_t index : ours_) {
    // What cannot be removed now is removed by recovery; the first failure is the one to tell.
    static_cast<void>(discard_staged(*store_, writer, files_[index]));
  }
  return staged;
}

std::vector<Restoration::Difference> Restoration::differences() const {
  std::vector<Difference> found;
  for (const std::size_t index : ours_) {
    Difference one;
    one.index = index;
    if (foreign_is_there(index)) one.now = foreign_bytes(index);
    if (files_[index].existed || merged_.count(index) != 0) one.then = before_[index];
    found.push_back(std::move(one));
  }
  return found;
}

Result<void> Restoration::put_back(system::SystemWriter& writer, std::size_t index) const {
  const JournalFile& file = files_[index];
  const std::optional<system::SteadyFile>& content = observed_[index].content;
  // Removed by somebody else, and wanted back.
  if (!content) return writer.move_new(file.temporary, file.resolved);
  if (is_staged(index)) return writer.replace(file.temporary, file.resolved, *content);
  if (!file.existed && merged_.count(index) == 0) {
    return writer.remove_expected(file.resolved, file.temporary, *content);
  }
  return writer.overwrite(file.resolved, before_[index], metadata_of(index), *content);
}

Result<std::vector<std::string>> Restoration::carry_out(system::SystemWriter& writer) const {
  std::vector<std::string> restored;
  for (auto index = ours_.rbegin(); index != ours_.rend(); ++index) {
    const JournalFile& file = files_[*index];
    auto done = put_back(writer, *index);
    if (!done) return tl::make_unexpected(done.error());
    restored.push_back(file.path);
  }
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    if (auto gone = remove_made_directories(writer, *file); !gone) {
      return tl::make_unexpected(gone.error());
    }
  }
  if (auto synced = writer.sync(); !synced) return tl::make_unexpected(synced.error());
  std::reverse(restored.begin(), restored.end());
  return restored;
}

}  // namespace guestclock::change
