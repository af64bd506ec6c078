#include "support/recording_writer.h"

namespace guestclock::support {

template <class Function>
auto RecordingWriter::recorded(const char* name, std::string_view path, std::string_view bytes,
                               Function function) -> decltype(function()) {
  const std::size_t index = operations_.size();
  operations_.push_back({name, std::string(path), std::string(bytes), false});
  auto result = function();
  operations_[index].succeeded = result.has_value();
  return result;
}

std::vector<std::string> RecordingWriter::log() const {
  std::vector<std::string> lines;
  lines.reserve(operations_.size());
  for (const Operation& operation : operations_) {
    lines.push_back(operation.name + " " + operation.path);
  }
  return lines;
}

Result<std::unique_ptr<system::Lock>> RecordingWriter::lock(std::string_view path) {
  return recorded("lock", path, {}, [&] { return under_.lock(path); });
}

Result<std::unique_ptr<system::Lock>> RecordingWriter::hold(std::string_view path,
                                                            Nanoseconds patience) {
  return recorded("hold", path, {}, [&] { return under_.hold(path, patience); });
}

Result<void> RecordingWriter::make_directory(std::string_view path, std::uint32_t mode) {
  return recorded("make_directory", path, {}, [&] { return under_.make_directory(path, mode); });
}

Result<void> RecordingWriter::remove_directory(std::string_view path) {
  return recorded("remove_directory", path, {}, [&] { return under_.remove_directory(path); });
}

Result<std::string> RecordingWriter::fresh_path_beside(std::string_view path) {
  return recorded("fresh_path_beside", path, {}, [&] { return under_.fresh_path_beside(path); });
}

Result<void> RecordingWriter::create(std::string_view path, std::string_view bytes,
                                     const system::FileMetadata& metadata) {
  return recorded("create", path, bytes, [&] { return under_.create(path, bytes, metadata); });
}

Result<system::RenameObstacle> RecordingWriter::rename_obstacle(
    std::string_view path, const system::FileStatus& expected) {
  return recorded("rename_obstacle", path, {},
                  [&] { return under_.rename_obstacle(path, expected); });
}

Result<void> RecordingWriter::move_new(std::string_view from, std::string_view to) {
  return recorded("move_new", to, {}, [&] { return under_.move_new(from, to); });
}

Result<void> RecordingWriter::replace(std::string_view from, std::string_view to,
                                      const system::SteadyFile& expected) {
  return recorded("replace", to, {}, [&] { return under_.replace(from, to, expected); });
}

Result<void> RecordingWriter::overwrite(std::string_view path, std::string_view bytes,
                                        const system::FileMetadata& metadata,
                                        const system::SteadyFile& expected) {
  return recorded("overwrite", path, bytes,
                  [&] { return under_.overwrite(path, bytes, metadata, expected); });
}

Result<void> RecordingWriter::append(std::string_view path, std::string_view bytes) {
  return recorded("append", path, bytes, [&] { return under_.append(path, bytes); });
}

Result<void> RecordingWriter::remove_file(std::string_view path) {
  return recorded("remove_file", path, {}, [&] { return under_.remove_file(path); });
}

Result<void> RecordingWriter::remove_expected(std::string_view path, std::string_view aside,
                                              const system::SteadyFile& expected) {
  return recorded("remove_expected", path, {},
                  [&] { return under_.remove_expected(path, aside, expected); });
}

Result<void> RecordingWriter::include_in_sync(std::string_view path) {
  return recorded("include_in_sync", path, {}, [&] { return under_.include_in_sync(path); });
}

Result<void> RecordingWriter::sync() {
  return recorded("sync", {}, {}, [&] { return under_.sync(); });
}

}  // namespace guestclock::support
