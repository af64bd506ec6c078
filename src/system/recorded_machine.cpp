#include "system/recorded_machine.h"

#include <unistd.h>

namespace guestclock::system {
namespace {

tl::unexpected<Error> absent(std::string_view path) {
  return fail(ErrorCode::not_found, "not in the capture", std::string(path));
}

bool is_root(std::string_view path) {
  return !path.empty() && path.find_first_not_of('/') == std::string_view::npos;
}

}  // namespace

Result<std::string> RecordedIdentity::host_name() const {
  return tl::make_unexpected(live_only());
}

std::uint32_t RecordedIdentity::effective_uid() const {
  return ::geteuid();
}

Result<std::vector<int>> RecordedIdentity::online_cpus() const {
  return tl::make_unexpected(live_only());
}

Result<void> RecordedIdentity::pin_thread(int /*cpu*/) const {
  return tl::make_unexpected(live_only());
}

Result<std::string> NoFiles::read(std::string_view path, std::size_t /*limit*/) const {
  return absent(path);
}

Result<std::vector<std::string>> NoFiles::list(std::string_view path) const {
  if (is_root(path)) return std::vector<std::string>();
  return absent(path);
}

Result<FileStatus> NoFiles::status(std::string_view path) const {
  if (!is_root(path)) return absent(path);
  FileStatus status;
  status.kind = FileKind::directory;
  return status;
}

Result<FileStatus> NoFiles::link_status(std::string_view path) const {
  return status(path);
}

Result<std::string> NoFiles::read_link(std::string_view path) const {
  return absent(path);
}

Result<std::string> NoFiles::resolve(std::string_view path) const {
  if (is_root(path)) return std::string("/");
  return absent(path);
}

Result<FileMetadata> NoFiles::metadata(std::string_view path) const {
  if (is_root(path)) return FileMetadata{};
  return absent(path);
}

RecordedMachine::RecordedMachine(std::string root, Recording recording)
    : root_(std::move(root)),
      recording_(std::move(recording)),
      devices_(*recording_.files),
      identity_(recording_.kernel) {
  if (!recording_.cpuid) recording_.cpuid = std::make_unique<UnavailableCpuid>(live_only());
  if (!recording_.sysctl) recording_.sysctl = std::make_unique<UnavailableSysctl>(live_only());
}

}  // namespace guestclock::system
