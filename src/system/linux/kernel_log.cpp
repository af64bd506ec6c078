#include "system/linux/kernel_log.h"

#include <cerrno>

#include <sys/klog.h>

namespace guestclock::system {
namespace {

constexpr int kReadAll = 3;  // SYSLOG_ACTION_READ_ALL of syslog(2)
constexpr int kUsual = 64 << 10;
constexpr int kLimit = 256 << 10;
constexpr int kLargestRecord = 16 << 10;  // with a prefix before each of its lines

}  // namespace

Result<std::string> read_kernel_log() {
  for (const int room : {kUsual, kLimit}) {
    std::string text(static_cast<std::size_t>(room), '\0');
    const int size = ::klogctl(kReadAll, text.data(), room);
    if (size < 0) break;
    // The oldest records are left out until the rest fits.
    if (room == kUsual && size > room - kLargestRecord) continue;
    text.resize(static_cast<std::size_t>(size));
    return text;
  }
  Error error = error_from_errno(errno, "cannot read the kernel's log");
  if (error.code == ErrorCode::permission) {
    error.hint = "needs CAP_SYSLOG, or the sysctl kernel.dmesg_restrict=0";
  }
  return tl::make_unexpected(std::move(error));
}

}  // namespace guestclock::system
