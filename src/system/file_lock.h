// An exclusive lock on a file, held by an open descriptor (flock).
#pragma once

#include "system/root_directory.h"
#include "system/writer.h"

namespace guestclock::system {

/// The file is made, 0600, where it is missing; it stays when the lock is released. `busy` where
/// another process or another descriptor of ours holds it, `unsafe` where it is no regular file.
[[nodiscard]] Result<std::unique_ptr<Lock>> lock_file(const RootDirectory& root,
                                                      std::string_view path);

/// See SystemWriter::hold.
[[nodiscard]] Result<std::unique_ptr<Lock>> hold_file(const RootDirectory& root,
                                                      std::string_view path, Nanoseconds patience);

}  // namespace guestclock::system
