#include "support/fault_writer.h"

#include <algorithm>

namespace guestclock::support {
namespace {

/// Every other block new, as a power cut may leave a file that is being overwritten.
std::string torn(std::string_view fresh, std::string_view old) {
  constexpr std::size_t kBlock = 512;
  std::string bytes(old);
  for (std::size_t at = 0; at < std::min(fresh.size(), old.size()); at += 2 * kBlock) {
    const std::string_view block = fresh.substr(at, kBlock);
    bytes.replace(at, std::min(block.size(), old.size() - at), block.substr(0, old.size() - at));
  }
  return bytes;
}

}  // namespace

template <class Operation, class Halfway>
auto FaultWriter::guarded(std::string_view path, Operation operation, Halfway halfway)
    -> decltype(operation()) {
  ++operations_;
  const bool first = operations_ == at_;
  const bool later = at_ != 0 && operations_ > at_ && fault_ != Fault::fail_once;
  if (!first && !later) return operation();
  if (first && moment_ == Moment::halfway) halfway();
  if (first && moment_ == Moment::after) static_cast<void>(operation());
  if (fault_ == Fault::die) throw Died{};
  return fail(ErrorCode::io, "injected fault", std::string(path));
}

template <class Operation>
auto FaultWriter::guarded(std::string_view path, Operation operation) -> decltype(operation()) {
  return guarded(path, operation, [] {});
}

Result<std::unique_ptr<system::Lock>> FaultWriter::lock(std::string_view path) {
  return guarded(path, [&] { return under_.lock(path); });
}

Result<std::unique_ptr<system::Lock>> FaultWriter::hold(std::string_view path,
                                                        Nanoseconds patience) {
  return guarded(path, [&] { return under_.hold(path, patience); });
}

Result<void> FaultWriter::make_directory(std::string_view path, std::uint32_t mode) {
  return guarded(path, [&] { return under_.make_directory(path, mode); });
}

Result<void> FaultWriter::remove_directory(std::string_view path) {
  return guarded(path, [&] { return under_.remove_directory(path); });
}

Result<std::string> FaultWriter::fresh_path_beside(std::string_view path) {
  return guarded(path, [&] { return under_.fresh_path_beside(path); });
}

Result<void> FaultWriter::create(std::string_view path, std::string_view bytes,
                                 const system::FileMetadata& metadata) {
  return guarded(path, [&] { return under_.create(path, bytes, metadata); });
}

Result<system::RenameObstacle> FaultWriter::rename_obstacle(std::string_view path,
                                                            const system::FileStatus& expected) {
  return guarded(path, [&] { return under_.rename_obstacle(path, expected); });
}

Result<void> FaultWriter::move_new(std::string_view from, std::string_view to) {
  return guarded(to, [&] { return under_.move_new(from, to); });
}

Result<void> FaultWriter::replace(std::string_view from, std::string_view to,
                                  const system::SteadyFile& expected) {
  return guarded(to, [&] { return under_.replace(from, to, expected); });
}

Result<void> FaultWriter::overwrite(std::string_view path, std::string_view bytes,
                                    const system::FileMetadata& metadata,
                                    const system::SteadyFile& expected) {
  return guarded(
      path, [&] { return under_.overwrite(path, bytes, metadata, expected); },
      [&] {
        static_cast<void>(under_.overwrite(path, torn(bytes, expected.bytes), metadata, expected));
      });
}

Result<void> FaultWriter::append(std::string_view path, std::string_view bytes) {
  return guarded(
      path, [&] { return under_.append(path, bytes); },
      [&] { static_cast<void>(under_.append(path, bytes.substr(0, bytes.size() / 2))); });
}

Result<void> FaultWriter::remove_file(std::string_view path) {
  return guarded(path, [&] { return under_.remove_file(path); });
}

Result<void> FaultWriter::remove_expected(std::string_view path, std::string_view aside,
                                          const system::SteadyFile& expected) {
  return guarded(path, [&] { return under_.remove_expected(path, aside, expected); });
}

Result<void> FaultWriter::include_in_sync(std::string_view path) {
  return guarded(path, [&] { return under_.include_in_sync(path); });
}

Result<void> FaultWriter::sync() {
  return guarded({}, [&] { return under_.sync(); });
}

}  // namespace guestclock::support
