#include "system/replacement.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/byte_io.h"
#include "system/file_status.h"

namespace guestclock::system {
namespace {

constexpr std::string_view kLookHint = "look at it, then run the plan again";

/// The file that was read, under whatever name, and nobody wrote to it. Its status change time is
/// not looked at: renaming changes it.
bool holds(const Location& where, const SteadyFile& expected) {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  const auto status = status_at(where);
  if (!status || status->kind != FileKind::regular || status->device != expected.status.device ||
      status->inode != expected.status.inode || status->size != expected.status.size ||
      status->modified != expected.status.modified) {
    return false;
  }
  const UniqueFd fd(::openat(where.directory.get(), where.name.c_str(), kFlags));
  if (!fd.valid()) return errno == EACCES;  // what its status says is all there is
  const auto bytes =
      read_to_end(fd.get(), expected.bytes.size(), expected.bytes.size(), where.path);
  return bytes && *bytes == expected.bytes;
}

enum class Rename { plain, exchange, no_replace };

/// 0, or the errno; ENOSYS where this kind of rename is not to be had.
int rename_between(const Location& from, const Location& to, Rename kind) {
  const int from_directory = from.directory.get();
  const int to_directory = to.directory.get();
  const char* const from_name = from.name.c_str();
  const char* const to_name = to.name.c_str();
  int result = -1;
  if (kind == Rename::plain) {
    result = ::renameat(from_directory, from_name, to_directory, to_name);
  } else {
#ifdef RENAME_EXCHANGE
    const unsigned flags = kind == Rename::exchange ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    result = ::renameat2(from_directory, from_name, to_directory, to_name, flags);
    // EINVAL: this file system cannot do it.
    if (result != 0 && errno == EINVAL) return ENOSYS;
#else
    return ENOSYS;
#endif
  }
  return result == 0 ? 0 : errno;
}

Result<void> failed_rename(int error, const Location& to) {
  if (error == EBUSY) {
    return fail(ErrorCode::unsafe, "is a mount of its own and cannot be replaced in one step",
                to.path, "unmount it and try again");
  }
  if (error == EEXIST) return fail(ErrorCode::conflict, "exists already", to.path);
  if (error == ENOENT) {
    return fail(ErrorCode::conflict, "has gone since it was read", to.path, std::string(kLookHint));
  }
  return fail_errno(error, "cannot move the new file into place", to.path);
}

tl::unexpected<Error> changed_meanwhile(const Location& where) {
  return fail(ErrorCode::conflict, "was changed by somebody else at this very moment", where.path,
              std::string(kLookHint));
}

/// The file that `to` had a moment ago was not the expected one, and now has the name `from`.
Result<void> exchange_back(const Location& from, const Location& to, const FileStatus& ours) {
  const int error = rename_between(from, to, Rename::exchange);
  const auto back = status_at(from);
  if (error == 0 && back && back->inode == ours.inode && back->device == ours.device) {
    return changed_meanwhile(to);
  }
  // Changed a second time, or nothing moves any more: all content is there, under these two names.
  if (error == 0) static_cast<void>(rename_between(from, to, Rename::exchange));
  return fail(ErrorCode::io, "was changed by somebody else while it was being replaced", to.path,
              "compare it with " + from.path + ", which holds the other version");
}

Result<void> unlink_at(const Location& where) {
  if (::unlinkat(where.directory.get(), where.name.c_str(), 0) == 0) return {};
  return fail_errno(errno, "cannot remove the file", where.path);
}

}  // namespace

Result<FileStatus> status_at(const Location& where) {
  struct stat status {};
  if (::fstatat(where.directory.get(), where.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_errno(errno, "cannot read the status", where.path);
  }
  return to_file_status(status);
}

Result<void> check_still(const Location& where, const FileStatus& expected) {
  const auto now = status_at(where);
  if (!now && now.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::conflict, "has gone since it was read", where.path,
                std::string(kLookHint));
  }
  if (!now) return tl::make_unexpected(now.error());
  if (now->kind != FileKind::regular) {
    return fail(ErrorCode::unsafe, "is not a regular file", where.path);
  }
  if (now->device != expected.device || now->inode != expected.inode ||
      now->size != expected.size || now->modified != expected.modified ||
      now->status_changed != expected.status_changed) {
    return fail(ErrorCode::conflict, "has changed since it was read", where.path,
                std::string(kLookHint));
  }
  return {};
}

Result<void> move_to_free_name(const Location& from, const Location& to) {
  int error = rename_between(from, to, Rename::no_replace);
  if (error == ENOSYS) {
    error = ::linkat(from.directory.get(), from.name.c_str(), to.directory.get(), to.name.c_str(),
                     0) == 0
                ? 0
                : errno;
    if (error == 0) return unlink_at(from);
    // vfat and its like know no links, and had no RENAME_NOREPLACE before Linux 3.15.
    if (error == EPERM || error == ENOTSUP) error = EEXIST;
    if (error == EEXIST && !status_at(to)) error = rename_between(from, to, Rename::plain);
  }
  return error == 0 ? Result<void>() : failed_rename(error, to);
}

Result<void> replace_by(const Location& from, const Location& to, const SteadyFile& expected) {
  const auto ours = status_at(from);
  if (!ours) return tl::make_unexpected(ours.error());
  if (auto still = check_still(to, expected.status); !still) return still;
  int error = rename_between(from, to, Rename::exchange);
  if (error == 0) {
    if (!holds(from, expected)) return exchange_back(from, to, *ours);
    return unlink_at(from);
  }
  if (error == ENOSYS) {
    if (!holds(to, expected)) return changed_meanwhile(to);
    error = rename_between(from, to, Rename::plain);
  }
  return error == 0 ? Result<void>() : failed_rename(error, to);
}

Result<void> remove_by_way_of(const Location& aside, const Location& where,
                              const SteadyFile& expected) {
  if (auto still = check_still(where, expected.status); !still) return still;
  if (auto moved = move_to_free_name(where, aside); !moved) return moved;
  if (holds(aside, expected)) return unlink_at(aside);
  if (move_to_free_name(aside, where)) return changed_meanwhile(where);
  return fail(ErrorCode::io, "was changed by somebody else while it was being removed", where.path,
              "compare it with " + aside.path + ", which holds the other version");
}

}  // namespace guestclock::system
