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
                                         const std::vector<JournalFile>& files) {
  Restoration restoration(store);
  restoration.files_ = files;
  restoration.before_.resize(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto observed = observe(store.system.files(), files[i]);
    if (!observed) return tl::make_unexpected(observed.error());
    if (observed->now == FileNow::foreign) restoration.foreign_.push_back(i);
    if (observed->now == FileNow::after) {
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

Result<std::vector<std::string>> Restoration::carry_out(system::SystemWriter& writer) const {
  std::vector<std::string> restored;
  for (auto index = ours_.rbegin(); index != ours_.rend(); ++index) {
    const JournalFile& file = files_[*index];
    auto done = file.existed ? writer.replace(file.resolved, before_[*index], file.metadata,
                                              observed_[*index].content->status)
                             : writer.remove_file(file.resolved);
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
