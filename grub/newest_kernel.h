// The kernel that grub-mkconfig puts first.
#pragma once

#include <string>

#include "system/system.h"

namespace guestclock::grub {

/// "/boot/vmlinuz-VERSION" of the highest version, rescue kernels left out; "/boot/vmlinuz" where
/// there is none.
[[nodiscard]] std::string newest_kernel(const system::Files& files);

}  // namespace guestclock::grub
