#include "support/fault_writer.h"

namespace guestclock::support {

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

Result<void> FaultWriter::create(std::string_view path, std::string_view bytes,
                                 const system::FileMetadata& metadata) {
  return guarded(path, [&] { return under_.create(path, bytes, metadata); });
}

Result<void> FaultWriter::replace(std::string_view path, std::string_view bytes,
                                  const system::FileMetadata& metadata,
                                  const system::FileStatus& expected) {
  return guarded(path, [&] { return under_.replace(path, bytes, metadata, expected); });
}

Result<void> FaultWriter::append(std::string_view path, std::string_view bytes) {
  return guarded(
      path, [&] { return under_.append(path, bytes); },
      [&] { static_cast<void>(under_.append(path, bytes.substr(0, bytes.size() / 2))); });
}

Result<void> FaultWriter::remove_file(std::string_view path) {
  return guarded(path, [&] { return under_.remove_file(path); });
}

}  // namespace guestclock::support
