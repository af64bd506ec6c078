// The log of the kernel we run on.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace guestclock::system {

class LiveKernelLog {
 public:
  /// The last 256 KiB of what the kernel still has, by syslog(2), which takes nothing away from
  /// other readers; it stays until the next read. `permission` without CAP_SYSLOG where
  /// kernel.dmesg_restrict is set.
  [[nodiscard]] Result<std::string_view> read() const;

 private:
  mutable std::unique_ptr<char[]> text_;
};

}  // namespace guestclock::system
