#include "system/linux/kernel_log.h"

#include <cerrno>

#include <sys/klog.h>

namespace guestclock::system {
namespace {

constexpr int kReadAll = 3;        // SYSLOG_ACTION_READ_ALL of syslog(2)
constexpr int kLimit = 256 << 10;  // of what does not fit the oldest records are left out

}  // namespace

Result<std::string_view> LiveKernelLog::read() const {
  // Neither filled first nor copied: most logs use little of it, and each page is a page fault.
  if (!text_) text_ = std::make_unique_for_overwrite<char[]>(kLimit);
  const int size = ::klogctl(kReadAll, text_.get(), kLimit);
  if (size >= 0) return std::string_view(text_.get(), static_cast<std::size_t>(size));
  Error error = error_from_errno(errno, "cannot read the kernel's log");
  if (error.code == ErrorCode::permission) {
    error.hint = "needs CAP_SYSLOG, or the sysctl kernel.dmesg_restrict=0";
  }
  return tl::make_unexpected(std::move(error));
}

}  // namespace guestclock::system
