#include "system/new_tree.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "system/byte_io.h"
#include "system/new_file.h"

namespace guestclock::system {
namespace {

namespace fs = std::filesystem;

constexpr int kEnter = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Where the new directory will stand, links resolved if something is there already.
Result<fs::path> place_of(std::string_view target) {
  if (target.empty() || target.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::usage, "is no directory name", printable(target));
  }
  std::error_code error;
  const fs::path asked{std::string(target)};
  const fs::file_status there = fs::symlink_status(asked, error);
  if (there.type() == fs::file_type::not_found) {
    fs::path absolute = fs::absolute(asked, error).lexically_normal();
    if (!absolute.has_filename()) absolute = absolute.parent_path();
    return absolute;
  }
  if (there.type() == fs::file_type::none) {
    return fail_errno(error.value(), "cannot look at it", std::string(target));
  }
  // Where either cannot be told it is none.
  if (!fs::is_directory(asked, error) || !fs::is_empty(asked, error) || error) {
    return fail(ErrorCode::unsafe, "is there already and is no empty directory",
                std::string(target), "name a new directory");
  }
  fs::path real = fs::canonical(asked, error);
  if (error) return fail_errno(error.value(), "cannot find", std::string(target));
  return real;
}

bool is_plain(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('\0') == std::string_view::npos;
}

}  // namespace

Result<NewTree> NewTree::create(std::string_view target) {
  const auto place = place_of(target);
  if (!place) return tl::make_unexpected(place.error());
  const auto random = random_name();
  if (!random) return tl::make_unexpected(random.error());
  std::string partial = place->string() + ".partial-" + random->substr(random->rfind('-') + 1);
  // What only the owner could read stays so.
  if (::mkdir(partial.c_str(), 0700) != 0) {
    return fail_errno(errno, "cannot make the directory", partial);
  }
  UniqueFd fd(::open(partial.c_str(), kEnter));
  const int error = errno;
  NewTree made(std::move(partial), place->string(), std::move(fd));
  if (!made.fd_.valid()) return fail_errno(error, "cannot open the directory", made.partial_);
  return made;
}

NewTree::NewTree(NewTree&& other) noexcept
    : partial_(std::exchange(other.partial_, {})),
      target_(std::move(other.target_)),
      fd_(std::move(other.fd_)) {}

NewTree::~NewTree() {
  if (partial_.empty()) return;
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
}

Result<UniqueFd> NewTree::enter(std::string_view path) const {
  UniqueFd here(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  while (here.valid() && !path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string name(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (!is_plain(name)) return fail(ErrorCode::malformed, "is no plain name", printable(name));
    if (::mkdirat(here.get(), name.c_str(), 0777) != 0 && errno != EEXIST) {
      return fail_errno(errno, "cannot make the directory " + printable(name), partial_);
    }
    here.reset(::openat(here.get(), name.c_str(), kEnter));
    if (!here.valid()) return fail_errno(errno, "cannot open " + printable(name), partial_);
  }
  if (!here.valid()) return fail_errno(errno, "cannot open the directory", partial_);
  return here;
}

Result<void> NewTree::add(const TreeEntry& entry) {
  const std::string_view path = entry.path;
  if (entry.kind == TreeEntry::Kind::directory) {
    const auto made = enter(path);
    return made ? Result<void>() : tl::make_unexpected(made.error());
  }
  const std::size_t slash = path.rfind('/');
  const auto directory = enter(slash == std::string_view::npos ? "" : path.substr(0, slash));
  if (!directory) return tl::make_unexpected(directory.error());
  const std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
  if (!is_plain(name)) return fail(ErrorCode::malformed, "is no plain name", printable(path));
  if (entry.kind == TreeEntry::Kind::symlink) {
    if (::symlinkat(entry.bytes.c_str(), directory->get(), name.c_str()) == 0) return {};
    return fail_errno(errno, "cannot make the link", partial_ + "/" + printable(path));
  }
  auto file = NewFile::create(directory->get(), name, 0666, partial_ + "/" + printable(path));
  if (!file) return tl::make_unexpected(std::move(file).error());
  if (auto written = file->write(entry.bytes); !written) return written;
  static_cast<void>(file->keep());
  return {};
}

Result<void> NewTree::move_into_place() {
  if (::rename(partial_.c_str(), target_.c_str()) != 0) {
    return fail_errno(errno, "cannot move the new directory into place", target_);
  }
  partial_.clear();
  return {};
}

}  // namespace guestclock::system
