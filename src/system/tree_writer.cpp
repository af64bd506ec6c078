// SystemWriter below one directory.
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/byte_io.h"
#include "system/file_lock.h"
#include "system/file_status.h"
#include "system/machines.h"
#include "system/root_directory.h"
#include "system/temporary_file.h"

namespace guestclock::system {
namespace {

constexpr int kSafeFlags = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

Result<FileStatus> status_at(const Location& where) {
  struct stat status {};
  if (::fstatat(where.directory.get(), where.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_errno(errno, "cannot read the status", where.path);
  }
  return to_file_status(status);
}

/// Still the very file that was read, and one that a rename replaces without breaking anything.
Result<void> check_replaceable(const Location& where, const FileStatus& expected) {
  const auto now = status_at(where);
  const std::string hint = "look at it, then run the plan again";
  if (!now && now.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::conflict, "has gone since it was read", where.path, hint);
  }
  if (!now) return tl::make_unexpected(now.error());
  if (now->kind != FileKind::regular) {
    return fail(ErrorCode::unsafe, "is not a regular file", where.path);
  }
  if (now->device != expected.device || now->inode != expected.inode ||
      now->size != expected.size || now->modified != expected.modified ||
      now->status_changed != expected.status_changed) {
    return fail(ErrorCode::conflict, "has changed since it was read", where.path, hint);
  }
  if (now->links > 1) {
    return fail(ErrorCode::unsafe, "has another name (hard link) that would keep the old content",
                where.path, "make it a file of its own: cp it aside and mv it back");
  }
  return {};
}

Result<void> check_mutable(const Location& where) {
  const UniqueFd fd(::openat(where.directory.get(), where.name.c_str(), O_RDONLY | kSafeFlags));
  if (fd.valid() && is_immutable(fd.get())) {
    return fail(ErrorCode::unsafe, "carries the immutable or append-only flag", where.path,
                "see lsattr; chattr -ia takes it off");
  }
  return {};
}

/// What stands at the place now must be what was meant to be written.
Result<void> check_written(const Location& where, std::string_view bytes) {
  const UniqueFd fd(::openat(where.directory.get(), where.name.c_str(), O_RDONLY | kSafeFlags));
  if (!fd.valid() && errno == EACCES) return {};
  if (!fd.valid()) return fail_errno(errno, "cannot read back what was written", where.path);
  const auto read_back = read_to_end(fd.get(), bytes.size(), where.path);
  if (read_back && *read_back == bytes) return {};
  return fail(ErrorCode::io, "was written, but reads back differently", where.path,
              "check the file system, then roll back");
}

class TreeWriter final : public SystemWriter {
 public:
  explicit TreeWriter(RootDirectory root) : root_(std::move(root)) {}

  Result<std::unique_ptr<Lock>> lock(std::string_view path) override {
    return lock_file(root_, path);
  }
  Result<std::unique_ptr<Lock>> hold(std::string_view path, Nanoseconds patience) override {
    return hold_file(root_, path, patience);
  }
  Result<void> make_directory(std::string_view path, std::uint32_t mode) override;
  Result<void> remove_directory(std::string_view path) override;
  Result<void> create(std::string_view path, std::string_view bytes,
                      const FileMetadata& metadata) override;
  Result<void> replace(std::string_view path, std::string_view bytes, const FileMetadata& metadata,
                       const FileStatus& expected) override;
  Result<void> append(std::string_view path, std::string_view bytes) override;
  Result<void> remove_file(std::string_view path) override;

 private:
  RootDirectory root_;
};

Result<void> TreeWriter::make_directory(std::string_view path, std::uint32_t mode) {
  const auto where = root_.locate(path, LastLink::keep);
  if (!where) return tl::make_unexpected(where.error());
  const char* const name = where->name.c_str();
  if (::mkdirat(where->directory.get(), name, 0700) != 0) {
    if (errno == EEXIST) return fail(ErrorCode::conflict, "exists already", where->path);
    return fail_errno(errno, "cannot make the directory", where->path);
  }
  const UniqueFd fd(
      ::openat(where->directory.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  // fchmod, as mkdir's mode is subject to the umask.
  if (!fd.valid() || ::fchmod(fd.get(), mode) != 0) {
    const int error = errno;
    ::unlinkat(where->directory.get(), name, AT_REMOVEDIR);
    return fail_errno(error, "cannot set the mode of the directory", where->path);
  }
  if (auto done = sync_directory(fd.get(), where->path); !done) return done;
  return sync_directory(where->directory.get(), where->path);
}

Result<void> TreeWriter::remove_directory(std::string_view path) {
  const auto where = root_.locate(path, LastLink::keep);
  if (!where) return tl::make_unexpected(where.error());
  if (::unlinkat(where->directory.get(), where->name.c_str(), AT_REMOVEDIR) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) {
      return fail(ErrorCode::conflict, "is not empty", where->path);
    }
    return fail_errno(errno, "cannot remove the directory", where->path);
  }
  return sync_directory(where->directory.get(), where->path);
}

Result<void> TreeWriter::create(std::string_view path, std::string_view bytes,
                                const FileMetadata& metadata) {
  const auto where = root_.locate(path, LastLink::keep);
  if (!where) return tl::make_unexpected(where.error());
  // Asked first so that nothing is made in vain; what counts is the answer at the end.
  if (status_at(*where)) return fail(ErrorCode::conflict, "exists already", where->path);
  {
    auto made = TemporaryFile::create(where->directory.get(), 0600, where->path);
    if (!made) return tl::make_unexpected(std::move(made).error());
    if (auto done = made->write(bytes); !done) return done;
    if (auto done = made->give(metadata); !done) return done;
    if (auto done = made->sync(); !done) return done;
    if (auto done = made->become(where->name); !done) return done;
  }
  if (auto done = sync_directory(where->directory.get(), where->path); !done) return done;
  return check_written(*where, bytes);
}

Result<void> TreeWriter::replace(std::string_view path, std::string_view bytes,
                                 const FileMetadata& metadata, const FileStatus& expected) {
  const auto where = root_.locate(path, LastLink::follow);
  if (!where) return tl::make_unexpected(where.error());
  if (auto fit = check_replaceable(*where, expected); !fit) return fit;
  if (auto fit = check_mutable(*where); !fit) return fit;
  auto made = TemporaryFile::create(where->directory.get(), 0600, where->path);
  if (!made) return tl::make_unexpected(std::move(made).error());
  if (auto done = made->write(bytes); !done) return done;
  if (auto done = made->give(metadata); !done) return done;
  if (auto done = made->sync(); !done) return done;
  if (auto fit = check_replaceable(*where, expected); !fit) return fit;
  if (auto done = made->replace(where->name); !done) return done;
  if (auto done = sync_directory(where->directory.get(), where->path); !done) return done;
  return check_written(*where, bytes);
}

Result<void> TreeWriter::append(std::string_view path, std::string_view bytes) {
  const auto where = root_.locate(path, LastLink::keep);
  if (!where) return tl::make_unexpected(where.error());
  const auto before = status_at(*where);
  if (!before) return tl::make_unexpected(before.error());
  if (before->kind != FileKind::regular || before->links > 1) {
    return fail(ErrorCode::unsafe, "is no regular file of our own", where->path);
  }
  const UniqueFd fd(
      ::openat(where->directory.get(), where->name.c_str(), O_WRONLY | O_APPEND | kSafeFlags));
  if (!fd.valid()) return fail_errno(errno, "cannot open for appending", where->path);
  auto done = write_all(fd.get(), bytes, where->path);
  if (done && ::fsync(fd.get()) != 0 && errno != EINVAL) {
    done = fail_errno(errno, "cannot bring it to disk", where->path);
  }
  // A full disk must not leave half a record behind.
  if (!done && ::ftruncate(fd.get(), static_cast<off_t>(before->size)) != 0) {
    done.error().message += ", and what was written of it cannot be taken back";
  }
  return done;
}

Result<void> TreeWriter::remove_file(std::string_view path) {
  const auto where = root_.locate(path, LastLink::keep);
  if (!where) return tl::make_unexpected(where.error());
  if (::unlinkat(where->directory.get(), where->name.c_str(), 0) != 0) {
    return fail_errno(errno, "cannot remove the file", where->path);
  }
  return sync_directory(where->directory.get(), where->path);
}

}  // namespace

Result<std::unique_ptr<SystemWriter>> open_writer(const std::string& root) {
  auto directory = RootDirectory::open(root);
  if (!directory) return tl::make_unexpected(std::move(directory).error());
  return std::make_unique<TreeWriter>(std::move(*directory));
}

}  // namespace guestclock::system
