// One file in another's place, so that a change made to it at the last moment is not lost.
#pragma once

#include <string_view>

#include "base/result.h"
#include "system/root_directory.h"
#include "system/system.h"

namespace guestclock::system {

[[nodiscard]] Result<FileStatus> status_at(const Location& where);

/// `conflict` where the name no longer stands for the file that was read.
[[nodiscard]] Result<void> check_still(const Location& where, const FileStatus& expected);

/// See SystemWriter::move_new.
[[nodiscard]] Result<void> move_to_free_name(const Location& from, const Location& to);

/// See SystemWriter::replace.
[[nodiscard]] Result<void> replace_by(const Location& from, const Location& to,
                                      const SteadyFile& expected);

/// See SystemWriter::remove_expected.
[[nodiscard]] Result<void> remove_by_way_of(const Location& aside, const Location& where,
                                            const SteadyFile& expected);

}  // namespace guestclock::system
