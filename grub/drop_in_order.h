// Drop-ins whose order is not certain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grub/default_grub.h"

namespace guestclock::grub {

/// One line for each of `variables` that two drop-ins would leave with other words if they were
/// read the other way round, and whose order is not certain; it names both. dash sorts *.cfg by
/// bytes in every locale (measured: 0.5.12), as GrubLayers are. bash sorts it by the locale of
/// whoever runs update-grub, which nobody can know beforehand: most locales look at letters and
/// digits first, case aside, and skip the rest (glibc 2.36, en_US).
[[nodiscard]] std::vector<std::string> uncertain_order(
    const GrubLayers& layers, const std::vector<std::string_view>& variables);

}  // namespace guestclock::grub
