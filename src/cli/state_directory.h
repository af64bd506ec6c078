// Where transactions may be kept.
#pragma once

#include <string>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::cli {

/// Usage error where `state_dir` is, or lies below, a directory that boot loaders or their
/// generators read (a backup there may be booted, run or read as configuration, and goes with a
/// file system that is made anew), whichever way symlinks inside the root lead there.
[[nodiscard]] Result<void> check_state_directory(const system::Files& files,
                                                 const std::string& state_dir);

}  // namespace guestclock::cli
