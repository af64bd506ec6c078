#include "change/file_restore.h"

#include <algorithm>

#include "base/digest.h"

namespace guestclock::change {

Result<std::optional<SteadyFile>> read_steady(const system::Files& files, const std::string& path) {
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
  return SteadyFile{std::move(*bytes), *status};
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

Result<Restoration> Restoration::prepare(const Store& store, const TransactionDirectory& directory,
                                         const std::vector<JournalFile>& files,
                                         ForeignFiles foreign) {
  Restoration restoration(store);
  restoration.files_ = files;
  restoration.before_.resize(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto observed = observe(store.system.files(), files[i]);
    if (!observed) return tl::make_unexpected(observed.error());
    const bool theirs = observed->now == FileNow::foreign;
    if (theirs && foreign == ForeignFiles::keep) restoration.foreign_.push_back(i);
    if (observed->now == FileNow::after || (theirs && foreign == ForeignFiles::overwrite)) {
      restoration.ours_.push_back(i);
      if (files[i].existed) {
        auto bytes = directory.read_blob(files[i].number, Side::before, files[i].before_sha256);
        if (!bytes) return tl::make_unexpected(bytes.error());
        restoration.before_[i] = std::move(*bytes);
      }
    }
    restoration.observed_.push_back(std::move(*observed));
  }
  return restoration;
}

std::string Restoration::foreign_bytes(std::size_t index) const {
  const std::optional<SteadyFile>& content = observed_[index].content;
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
  const std::optional<SteadyFile>& content = observed_[index].content;
  if (const auto merged = merged_.find(index); merged != merged_.end()) {
    return writer.replace(file.resolved, before_[index], merged->second, content->status);
  }
  if (!file.existed) return writer.remove_file(file.resolved);
  // Removed by somebody else, and wanted back.
  if (!content) return writer.create(file.resolved, before_[index], file.metadata);
  return writer.replace(file.resolved, before_[index], file.metadata, content->status);
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
  std::reverse(restored.begin(), restored.end());
  return restored;
}

}  // namespace guestclock::change
