// What the operating system says of an open file, in the seam's types.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "base/result.h"
#include "system/system.h"

namespace guestclock::system {

using ExtendedAttributes = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] FileStatus to_file_status(const struct stat& status);

/// Of an open file, O_PATH descriptors included.
[[nodiscard]] Result<FileStatus> status_of(int fd, std::string_view path);

/// Of a file or directory open for reading.
[[nodiscard]] Result<FileMetadata> metadata_of(int fd, std::string_view path);

/// Sorted by name; none where the file system knows no such thing.
[[nodiscard]] Result<ExtendedAttributes> read_extended_attributes(int fd, std::string_view path);

/// Gives the open file exactly these POSIX ACLs and labels, and these attributes besides the ones
/// that the system put there itself. A refusal counts only where the value then differs; a file
/// system without attributes takes none and that is no failure.
[[nodiscard]] Result<void> write_extended_attributes(int fd, const ExtendedAttributes& attributes,
                                                     std::string_view path);

/// Owner, mode, attributes and, where there is one, the time of modification of an open file.
[[nodiscard]] Result<void> give_metadata(int fd, const FileMetadata& metadata,
                                         std::string_view path);

/// FileMetadata::flags of an open file; 0 where the file system has none.
[[nodiscard]] std::uint32_t inode_flags_of(int fd);

/// Gives an empty open file these flags (some cannot be had later), and leaves its others as they
/// are. What the file system does not take is left out.
void give_inode_flags(int fd, std::uint32_t flags);

/// True where the name is a mount of its own, as far as this kernel tells (Linux 5.8; before that
/// only where the device differs from the directory's).
[[nodiscard]] bool is_mount_point(int directory, const char* name);

/// True where the file may not be replaced: it carries the immutable or append-only flag.
[[nodiscard]] bool is_immutable(int fd);

}  // namespace guestclock::system
