// The kernel's build configuration, as far as the clock is concerned.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::probe {

struct KernelConfig {
  std::optional<std::int64_t> hz;  ///< CONFIG_HZ
  std::optional<bool> tickless;    ///< CONFIG_NO_HZ, _IDLE or _FULL; before 3.10 CONFIG_NO_HZ
};

[[nodiscard]] KernelConfig parse_kernel_config(std::string_view text);

/// /proc/config.gz, else /boot/config-RELEASE, else /lib/modules/RELEASE/config: of the kernel
/// `release` only, never of another one. `hz`, where it is known from elsewhere, saves unpacking
/// down to it.
[[nodiscard]] Result<KernelConfig> read_kernel_config(const system::Files& files,
                                                      const std::string& release,
                                                      std::optional<std::int64_t> hz);

}  // namespace guestclock::probe
