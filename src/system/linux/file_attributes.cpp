// Extended attributes and inode flags: Linux calls of their own.
#include <algorithm>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "system/file_status.h"

namespace guestclock::system {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 10U;  // XATTR_SIZE_MAX, XATTR_LIST_MAX
/// chattr's A, c, C, d, j, m, s, S, t and u.
constexpr unsigned kCarriedFlags = FS_NOATIME_FL | FS_COMPR_FL | FS_NOCOW_FL | FS_NODUMP_FL |
                                   FS_JOURNAL_DATA_FL | FS_NOCOMP_FL | FS_SECRM_FL | FS_SYNC_FL |
                                   FS_NOTAIL_FL | FS_UNRM_FL;
constexpr std::string_view kAccessAcl = "system.posix_acl_access";

/// The value, or nothing with errno set.
std::optional<std::string> get(int fd, const std::string& name) {
  std::string value(kMaxBytes, '\0');
  const ssize_t size = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
  if (size < 0) return std::nullopt;
  value.resize(static_cast<std::size_t>(size));
  return value;
}

Result<void> set(int fd, const std::string& name, const std::string& value, std::string_view path) {
  if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) == 0) return {};
  const int error = errno;
  if (error == ENOTSUP) return {};
  if (get(fd, name) == value) return {};
  return fail_errno(error, "cannot carry over the extended attribute " + name, std::string(path));
}

}  // namespace

Result<ExtendedAttributes> read_extended_attributes(int fd, std::string_view path) {
  std::string names(kMaxBytes, '\0');
  const ssize_t size = ::flistxattr(fd, names.data(), names.size());
  ExtendedAttributes attributes;
  if (size < 0) {
    if (errno == ENOTSUP) return attributes;
    return fail_errno(errno, "cannot list the extended attributes", std::string(path));
  }
  names.resize(static_cast<std::size_t>(size));
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    if (auto value = get(fd, name)) {
      attributes.emplace_back(name, std::move(*value));
    } else if (errno != ENODATA && errno != ENOTSUP) {
      return fail_errno(errno, "cannot read the extended attribute " + name, std::string(path));
    }
  }
  std::sort(attributes.begin(), attributes.end());
  return attributes;
}

Result<void> write_extended_attributes(int fd, const ExtendedAttributes& attributes,
                                       std::string_view path) {
  const bool has_acl = std::any_of(attributes.begin(), attributes.end(),
                                   [](const auto& entry) { return entry.first == kAccessAcl; });
  // A default ACL of the directory has given the new file one: it would let others in.
  if (!has_acl && ::fremovexattr(fd, std::string(kAccessAcl).c_str()) != 0 && errno != ENODATA &&
      errno != ENOTSUP) {
    return fail_errno(errno, "cannot remove the inherited access list", std::string(path));
  }
  for (const auto& [name, value] : attributes) {
    if (auto done = set(fd, name, value, path); !done) return done;
  }
  return {};
}

bool is_mount_point(int directory, const char* name) {
  constexpr int kFlags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  struct statx file {};
  struct statx parent {};
  if (::statx(directory, name, kFlags, 0, &file) != 0) return false;
  if ((file.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0) {
    return (file.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  }
  return ::statx(directory, "", AT_EMPTY_PATH, 0, &parent) == 0 &&
         (file.stx_dev_major != parent.stx_dev_major || file.stx_dev_minor != parent.stx_dev_minor);
}

std::uint32_t inode_flags_of(int fd) {
  unsigned flags = 0;
  return ::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 ? flags & kCarriedFlags : 0;
}

void give_inode_flags(int fd, std::uint32_t flags) {
  unsigned now = 0;
  if (::ioctl(fd, FS_IOC_GETFLAGS, &now) != 0) return;
  unsigned wanted = (now & ~kCarriedFlags) | (flags & kCarriedFlags);
  if (wanted != now) static_cast<void>(::ioctl(fd, FS_IOC_SETFLAGS, &wanted));
}

bool is_immutable(int fd) {
  int flags = 0;
  constexpr int kFixed = FS_IMMUTABLE_FL | FS_APPEND_FL;
  return ::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & kFixed) != 0;
}

}  // namespace guestclock::system
