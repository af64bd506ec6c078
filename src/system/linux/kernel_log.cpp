#include "system/linux/kernel_log.h"

#include <cerrno>
#include <memory>

#include <sys/klog.h>

namespace guestclock::system {
namespace {

constexpr int kReadAll = 3;        // SYSLOG_ACTION_READ_ALL of syslog(2)
constexpr int kLimit = 256 << 10;  // of what does not fit the oldest records are left out

}  // namespace

Result<std::string> read_kernel_log() {
  // Not filled first: most logs use little of it, and each page touched is a page fault.
  const auto text = std::make_unique_for_overwrite<char[]>(kLimit);
  const int size = ::klogctl(kReadAll, text.get(), kLimit);
  if (size >= 0) return std::string(text.get(), static_cast<std::size_t>(size));
  Error error = error_from_errno(errno, "cannot read the kernel's log");
  if (error.code == ErrorCode::permission) {
    error.hint = "needs CAP_SYSLOG, or the sysctl kernel.dmesg_restrict=0";
  }
  return tl::make_unexpected(std::move(error));
}

}  // namespace guestclock::system
