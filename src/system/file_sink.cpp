// Sink: files and directories of the user's, outside of what is audited.
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "system/byte_io.h"
#include "system/file_status.h"
#include "system/machines.h"
#include "system/new_file.h"
#include "system/new_tree.h"

namespace guestclock::system {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

/// The descriptor that a name such as /dev/stdout stands for. It is written to as it is: opening
/// the name anew would start at the beginning of a file that a shell redirection has open.
std::optional<int> own_descriptor(std::string_view path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view directory : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(directory)) continue;
    const auto number = parse_int(path.substr(directory.size()));
    if (number && *number >= 0 && *number <= 0xffff) return static_cast<int>(*number);
  }
  return std::nullopt;
}

Result<void> write_through(const std::string& path, std::string_view bytes) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return fail_errno(errno, "cannot open for writing", path);
  return write_all(fd.get(), bytes, path);
}

class FileSink final : public Sink {
 public:
  Result<void> write(std::string_view path, std::string_view bytes) override;
  Result<void> write_tree(std::string_view directory, std::span<const TreeEntry> entries) override;
};

Result<void> FileSink::write(std::string_view path, std::string_view bytes) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::usage, "is no file name", printable(path));
  }
  if (const auto fd = own_descriptor(path)) return write_all(*fd, bytes, path);

  std::string target(path);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) return fail(ErrorCode::usage, "is a directory", target);
  if (exists && !S_ISREG(old.st_mode)) return write_through(target, bytes);
  if (exists) {
    // The file behind a link is replaced, not the link.
    const std::unique_ptr<char, Free> real(::realpath(target.c_str(), nullptr));
    if (!real) return fail_errno(errno, "cannot find", target);
    target = real.get();
  } else if (struct stat link{}; ::lstat(target.c_str(), &link) == 0) {
    return fail(ErrorCode::usage, "is a link that leads nowhere", target);
  }

  const std::size_t slash = target.rfind('/');
  const std::string name = slash == std::string::npos ? target : target.substr(slash + 1);
  std::string directory = slash == std::string::npos ? "." : target.substr(0, slash);
  if (directory.empty()) directory = "/";
  if (name.empty()) return fail(ErrorCode::usage, "is no file name", target);
  const UniqueFd beside(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!beside.valid()) return fail_errno(errno, "cannot open the directory", directory);
  auto temporary = random_name();
  if (!temporary) return tl::make_unexpected(std::move(temporary).error());
  auto made = NewFile::create(beside.get(), std::move(*temporary), exists ? 0600 : 0666, target);
  if (!made) return tl::make_unexpected(std::move(made).error());
  if (auto done = made->write(bytes); !done) return done;
  if (exists) {
    // As a redirection would leave them; where the owner cannot be kept, the mode must not widen.
    const bool owned = ::fchown(made->fd(), old.st_uid, old.st_gid) == 0;
    const mode_t kept = old.st_mode & (owned ? 07777U : 0700U);
    if (::fchmod(made->fd(), kept) != 0) return fail_errno(errno, "cannot set the mode", target);
  }
  if (auto done = made->sync(); !done) return done;
  return made->replace(name);
}

Result<void> FileSink::write_tree(std::string_view directory, std::span<const TreeEntry> entries) {
  auto tree = NewTree::create(directory);
  if (!tree) return tl::make_unexpected(std::move(tree).error());
  for (const TreeEntry& entry : entries) {
    if (auto added = tree->add(entry); !added) return added;
  }
  return tree->move_into_place();
}

}  // namespace

std::unique_ptr<Sink> open_sink() {
  return std::make_unique<FileSink>();
}

}  // namespace guestclock::system
