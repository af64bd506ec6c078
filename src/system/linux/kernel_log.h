// The log of the kernel we run on.
#pragma once

#include <string>

#include "base/result.h"

namespace guestclock::system {

/// The last 256 KiB of what the kernel still has, by syslog(2), which takes nothing away from other
/// readers. `permission` without CAP_SYSLOG where kernel.dmesg_restrict is set.
[[nodiscard]] Result<std::string> read_kernel_log();

}  // namespace guestclock::system
