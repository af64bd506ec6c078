// How much of its command line a kernel takes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/change.h"
#include "model/facts.h"
#include "tables/tables.h"

namespace guestclock::change {

/// Bytes without the final NUL that a kernel of this architecture and version takes (thresholds
/// command_line_*). An empty architecture counts as x86, an empty version as a new kernel. Nothing
/// where the limit is not known.
[[nodiscard]] std::optional<std::size_t> command_line_limit(std::string_view arch,
                                                            std::string_view version,
                                                            const tables::Thresholds& thresholds);

/// The version in a kernel's file name ("/vmlinuz-2.6.18-128.el5": "2.6.18-128.el5"); else empty.
[[nodiscard]] std::string_view version_in_path(std::string_view kernel_path);

/// What to say where the edit made an entry's parameters, with what the loader puts in front of
/// them, longer than its kernel takes. Nothing where they fit or did not grow. The kernel's version
/// is the one in its path; without one there, that of the kernel that `kernel` describes.
[[nodiscard]] std::optional<std::string> command_line_warning(const model::EntryChange& entry,
                                                              std::string_view loader,
                                                              std::string_view kernel_path,
                                                              const model::Kernel& kernel,
                                                              const tables::Thresholds& thresholds);

}  // namespace guestclock::change
