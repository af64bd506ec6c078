// SystemWriter below one directory.
#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/byte_io.h"
#include "system/file_lock.h"
#include "system/file_status.h"
#include "system/machines.h"
#include "system/new_file.h"
#include "system/replacement.h"
#include "system/root_directory.h"
#include "system/unsynced.h"
#include "system/writer.h"

namespace guestclock::system {
namespace {

constexpr int kSafeFlags = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

/// What the file holds now must be what was meant to be written.
Result<void> check_written(int fd, std::string_view bytes, const std::string& path) {
  if (::lseek(fd, 0, SEEK_SET) != 0) return fail_errno(errno, "cannot read back", path);
  const auto read_back = read_to_end(fd, bytes.size(), bytes.size(), path);
  if (read_back && *read_back == bytes) return {};
  return fail(ErrorCode::io, "was written, but reads back differently", path,
              "check the file system");
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
  Result<std::string> fresh_path_beside(std::string_view path) override;
  Result<void> create(std::string_view path, std::string_view bytes,
                      const FileMetadata& metadata) override;
  Result<RenameObstacle> rename_obstacle(std::string_view path,
                                         const FileStatus& expected) override;
  Result<void> move_new(std::string_view from, std::string_view to) override;
  Result<void> replace(std::string_view from, std::string_view to,
                       const SteadyFile& expected) override;
  Result<void> overwrite(std::string_view path, std::string_view bytes,
                         const FileMetadata& metadata, const SteadyFile& expected) override;
  Result<void> append(std::string_view path, std::string_view bytes) override;
  Result<void> remove_file(std::string_view path) override;
  Result<void> remove_expected(std::string_view path, std::string_view aside,
                               const SteadyFile& expected) override;
  Result<void> include_in_sync(std::string_view path) override;
  Result<void> sync() override { return unsynced_.bring_to_disk(); }

 private:
  struct Pair {
    Location from;
    Location to;
  };
  [[nodiscard]] Result<Location> locate(std::string_view path) const {
    return root_.locate(path, LastLink::keep);
  }
  [[nodiscard]] Result<Pair> locate_both(std::string_view from, std::string_view to) const;
  void changed(const Location& where) {
    unsynced_.add_directory(where.directory.get(), where.path);
  }

  RootDirectory root_;
  Unsynced unsynced_;
};

Result<TreeWriter::Pair> TreeWriter::locate_both(std::string_view from, std::string_view to) const {
  auto first = locate(from);
  if (!first) return tl::make_unexpected(std::move(first).error());
  auto second = locate(to);
  if (!second) return tl::make_unexpected(std::move(second).error());
  return Pair{std::move(*first), std::move(*second)};
}

Result<void> TreeWriter::make_directory(std::string_view path, std::uint32_t mode) {
  const auto where = locate(path);
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
  unsynced_.add_directory(fd.get(), where->path);
  changed(*where);
  return {};
}

Result<void> TreeWriter::remove_directory(std::string_view path) {
  const auto where = locate(path);
  if (!where) return tl::make_unexpected(where.error());
  if (::unlinkat(where->directory.get(), where->name.c_str(), AT_REMOVEDIR) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) {
      return fail(ErrorCode::conflict, "is not empty", where->path);
    }
    return fail_errno(errno, "cannot remove the directory", where->path);
  }
  changed(*where);
  return {};
}

Result<std::string> TreeWriter::fresh_path_beside(std::string_view path) {
  const std::string directory(path.substr(0, path.rfind('/') + 1));
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto name = random_name();
    if (!name) return name;
    std::string fresh = directory + *name;
    const auto where = locate(fresh);
    if (!where) {
      // A directory that is still to be made has nothing in it.
      if (where.error().code == ErrorCode::not_found) return fresh;
      return tl::make_unexpected(where.error());
    }
    if (!status_at(*where)) return fresh;
  }
  return fail(ErrorCode::io, "cannot find a free name beside it", std::string(path));
}

Result<void> TreeWriter::create(std::string_view path, std::string_view bytes,
                                const FileMetadata& metadata) {
  const auto where = locate(path);
  if (!where) return tl::make_unexpected(where.error());
  // O_EXCL would say that "." exists; this says it of every name alike.
  if (status_at(*where)) return fail(ErrorCode::conflict, "exists already", where->path);
  auto made = NewFile::create(where->directory.get(), where->name, 0600, where->path);
  if (!made) return tl::make_unexpected(std::move(made).error());
  if (metadata.flags) give_inode_flags(made->fd(), *metadata.flags);
  if (auto done = made->write(bytes); !done) return done;
  if (auto done = give_metadata(made->fd(), metadata, where->path); !done) return done;
  if (auto done = check_written(made->fd(), bytes, where->path); !done) return done;
  unsynced_.add(made->keep(), where->path);
  changed(*where);
  return {};
}

Result<RenameObstacle> TreeWriter::rename_obstacle(std::string_view path,
                                                   const FileStatus& expected) {
  const auto where = locate(path);
  if (!where) return tl::make_unexpected(where.error());
  if (auto still = check_still(*where, expected); !still) {
    return tl::make_unexpected(still.error());
  }
  const char* const name = where->name.c_str();
  const UniqueFd fd(::openat(where->directory.get(), name, O_RDONLY | kSafeFlags));
  if (fd.valid() && is_immutable(fd.get())) {
    return fail(ErrorCode::unsafe, "carries the immutable or append-only flag", where->path,
                "see lsattr; chattr -ia takes it off");
  }
  if (expected.links > 1) return RenameObstacle::other_names;
  return is_mount_point(where->directory.get(), name) ? RenameObstacle::mount_point
                                                      : RenameObstacle::none;
}

Result<void> TreeWriter::move_new(std::string_view from, std::string_view to) {
  const auto both = locate_both(from, to);
  if (!both) return tl::make_unexpected(both.error());
  if (auto moved = move_to_free_name(both->from, both->to); !moved) return moved;
  changed(both->to);
  return {};
}

Result<void> TreeWriter::replace(std::string_view from, std::string_view to,
                                 const SteadyFile& expected) {
  const auto both = locate_both(from, to);
  if (!both) return tl::make_unexpected(both.error());
  changed(both->to);
  return replace_by(both->from, both->to, expected);
}

Result<void> TreeWriter::overwrite(std::string_view path, std::string_view bytes,
                                   const FileMetadata& metadata, const SteadyFile& expected) {
  const auto where = locate(path);
  if (!where) return tl::make_unexpected(where.error());
  UniqueFd fd(::openat(where->directory.get(), where->name.c_str(), O_RDWR | kSafeFlags));
  if (!fd.valid()) return fail_errno(errno, "cannot open for writing", where->path);
  const auto opened = status_of(fd.get(), where->path);
  if (!opened) return tl::make_unexpected(opened.error());
  const auto now = read_to_end(fd.get(), expected.bytes.size(), expected.bytes.size(), where->path);
  if (*opened != expected.status || !now || *now != expected.bytes) {
    return fail(ErrorCode::conflict, "has changed since it was read", where->path,
                "look at it, then run the plan again");
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) {
    return fail_errno(errno, "cannot write to it", where->path);
  }
  if (auto done = write_all(fd.get(), bytes, where->path); !done) return done;
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes.size())) != 0) {
    return fail_errno(errno, "cannot cut it to its new length", where->path);
  }
  if (auto done = give_metadata(fd.get(), metadata, where->path); !done) return done;
  if (auto done = check_written(fd.get(), bytes, where->path); !done) return done;
  unsynced_.add(std::move(fd), where->path);
  return {};
}

Result<void> TreeWriter::append(std::string_view path, std::string_view bytes) {
  const auto where = locate(path);
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
  const auto where = locate(path);
  if (!where) return tl::make_unexpected(where.error());
  if (::unlinkat(where->directory.get(), where->name.c_str(), 0) != 0) {
    return fail_errno(errno, "cannot remove the file", where->path);
  }
  changed(*where);
  return {};
}

Result<void> TreeWriter::remove_expected(std::string_view path, std::string_view aside,
                                         const SteadyFile& expected) {
  const auto both = locate_both(aside, path);
  if (!both) return tl::make_unexpected(both.error());
  changed(both->to);
  return remove_by_way_of(both->from, both->to, expected);
}

Result<void> TreeWriter::include_in_sync(std::string_view path) {
  const auto where = locate(path);
  if (!where && where.error().code == ErrorCode::not_found) return {};
  if (!where) return tl::make_unexpected(where.error());
  const auto status = status_at(*where);
  if (status && status->kind == FileKind::regular) {
    UniqueFd fd(::openat(where->directory.get(), where->name.c_str(), O_RDONLY | kSafeFlags));
    if (!fd.valid()) return fail_errno(errno, "cannot open", where->path);
    unsynced_.add(std::move(fd), where->path);
  }
  changed(*where);
  return {};
}

}  // namespace

Result<std::unique_ptr<SystemWriter>> open_writer(const std::string& root) {
  auto directory = RootDirectory::open(root);
  if (!directory) return tl::make_unexpected(std::move(directory).error());
  return std::make_unique<TreeWriter>(std::move(*directory));
}

}  // namespace guestclock::system
