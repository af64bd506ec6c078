#include "system/rooted_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

#include <fmt/format.h>

#include "system/byte_io.h"
#include "system/file_status.h"

namespace guestclock::system {
namespace {

constexpr std::size_t kMaxNames = 100'000;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_wanted(FileKind kind, bool directory_too) {
  return kind == FileKind::regular || (directory_too && kind == FileKind::directory);
}

}  // namespace

Result<RootedFiles::OpenFile> RootedFiles::open_harmless(std::string_view path,
                                                         bool directory_too) const {
  if (trees_ == KernelTrees::own && (path.starts_with("/proc/") || path.starts_with("/sys/"))) {
    auto fd = root_.open_path(path, O_RDONLY);
    if (!fd) return tl::make_unexpected(std::move(fd).error());
    auto opened = status_of(fd->get(), path);
    if (!opened) return tl::make_unexpected(std::move(opened).error());
    if (is_wanted(opened->kind, directory_too)) return OpenFile{std::move(*fd), opened->size};
    return fail(ErrorCode::unsupported, "is not a regular file", std::string(path));
  }
  // Somebody may be replacing the file right now: then the new one is as good.
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    // Held until the end, so that its device and inode numbers stay its own.
    auto looked_at = root_.open_path(path, O_PATH);
    if (!looked_at) return tl::make_unexpected(std::move(looked_at).error());
    auto seen = status_of(looked_at->get(), path);
    if (!seen) return tl::make_unexpected(std::move(seen).error());
    if (!is_wanted(seen->kind, directory_too)) {
      return fail(ErrorCode::unsupported, "is not a regular file", std::string(path));
    }
    auto fd = root_.open_path(path, O_RDONLY);
    if (!fd) return tl::make_unexpected(std::move(fd).error());
    auto opened = status_of(fd->get(), path);
    if (!opened) return tl::make_unexpected(std::move(opened).error());
    if (opened->device == seen->device && opened->inode == seen->inode) {
      return OpenFile{std::move(*fd), opened->size};
    }
  }
  return fail(ErrorCode::unsafe, "is exchanged again and again while it is being opened",
              std::string(path));
}

Result<std::string> RootedFiles::read(std::string_view path, std::size_t limit) const {
  auto file = open_harmless(path, false);
  if (!file) return tl::make_unexpected(std::move(file).error());
  return read_to_end(file->fd.get(), limit, file->size, path);
}

Result<std::string> RootedFiles::read_start(std::string_view path, std::size_t bytes) const {
  auto file = open_harmless(path, false);
  if (!file) return tl::make_unexpected(std::move(file).error());
  return read_first(file->fd.get(), bytes, path);
}

Result<std::vector<std::string>> RootedFiles::list(std::string_view path) const {
  auto fd = root_.open_path(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return tl::make_unexpected(std::move(fd).error());
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd->get()));
  if (!directory) return fail_errno(errno, "cannot list", std::string(path));
  static_cast<void>(fd->release());
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = &entry->d_name[0];
    if (name == "." || name == "..") continue;
    if (names.size() == kMaxNames) {
      return fail(ErrorCode::malformed, fmt::format("holds more than {} names", kMaxNames),
                  std::string(path));
    }
    names.emplace_back(name);
  }
  if (errno != 0) return fail_errno(errno, "cannot list", std::string(path));
  std::sort(names.begin(), names.end());
  return names;
}

Result<FileStatus> RootedFiles::status(std::string_view path) const {
  auto fd = root_.open_path(path, O_PATH);
  if (!fd) return tl::make_unexpected(std::move(fd).error());
  return status_of(fd->get(), path);
}

Result<FileStatus> RootedFiles::link_status(std::string_view path) const {
  auto fd = root_.open_path(path, O_PATH, LastLink::keep);
  if (!fd) return tl::make_unexpected(std::move(fd).error());
  return status_of(fd->get(), path);
}

Result<std::string> RootedFiles::read_link(std::string_view path) const {
  auto link = root_.open_path(path, O_PATH, LastLink::keep);
  if (!link) return tl::make_unexpected(std::move(link).error());
  std::array<char, PATH_MAX> text;
  const ssize_t size = ::readlinkat(link->get(), "", text.data(), text.size());
  if (size >= 0) return std::string(text.data(), static_cast<std::size_t>(size));
  // ENOENT: what stands there, and is open, is no link.
  if (errno == EINVAL || errno == ENOENT) {
    return fail(ErrorCode::unsupported, "is not a symbolic link", std::string(path));
  }
  return fail_errno(errno, "cannot read the link", std::string(path));
}

Result<std::string> RootedFiles::resolve(std::string_view path) const {
  auto location = root_.locate(path, LastLink::follow);
  if (!location) return tl::make_unexpected(std::move(location).error());
  return std::move(location->path);
}

Result<FileMetadata> RootedFiles::metadata(std::string_view path) const {
  auto file = open_harmless(path, true);
  if (!file) return tl::make_unexpected(std::move(file).error());
  return metadata_of(file->fd.get(), path);
}

}  // namespace guestclock::system
