#include "fault/five_files.h"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace guestclock::fault {
namespace {

/// acl(5) as an attribute: user::rw- user:12:r-- group::r-- mask::r-- other::r--
std::string access_list() {
  std::string bytes;
  const auto put = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i)
      bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  };
  put(2, 4);
  constexpr std::uint32_t kNobody = ~0U;
  const std::array<std::array<std::uint32_t, 3>, 5> entries{
      {{1, 6, kNobody}, {2, 4, 12}, {4, 4, kNobody}, {16, 4, kNobody}, {32, 4, kNobody}}};
  for (const auto& [tag, permissions, id] : entries) {
    put(tag, 2);
    put(permissions, 2);
    put(id, 4);
  }
  return bytes;
}

struct Made {
  const char* path;
  std::string content;
  mode_t mode;
  uid_t uid;
  gid_t gid;
  time_t modified;
};

std::vector<Made> files() {
  std::string pages;
  while (pages.size() < 20'000)
    pages += "# a line of a long file " + std::to_string(pages.size()) + "\n";
  return {{"/boot/grub/grub.conf", "default=0\ntitle A\n\tkernel /vmlinuz ro\n", 0600, 12, 34, 1},
          {"/boot/loader.conf", pages, 0444, 0, 0, 1'240'000'000},
          {"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"\"\n", 0644, 0, 12, 1'300'000'000},
          {"/etc/empty", "", 04755, 0, 0, 1'400'000'000},
          {"/etc/sub/bytes", std::string("\0\xff\r\n\n\0", 6), 0640, 7, 7, 1'500'000'000}};
}

/// Where this user or file system cannot have an attribute, the file goes without it.
void attach(const std::filesystem::path& file, const char* name, const std::string& value) {
  (void)::setxattr(file.c_str(), name, value.data(), value.size(), 0);
}

void must(int result, const std::string& what) {
  if (result != 0) throw std::runtime_error("cannot set " + what);
}

}  // namespace

std::filesystem::path quick_parent() {
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
}

FiveFiles::FiveFiles(const std::filesystem::path& parent) : ScratchDirectory(parent) {
  make_five_files(path());
}

void make_five_files(const std::filesystem::path& tree) {
  for (const char* const directory : {"boot/grub", "etc/default", "etc/sub", "var/lib"})
    std::filesystem::create_directories(tree / directory);
  std::filesystem::create_symlink("../boot/grub/grub.conf", tree / "etc/grub.conf");
  const bool is_root = ::geteuid() == 0;
  for (const Made& made : files()) {
    const std::filesystem::path file = tree / (made.path + 1);
    {
      const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
      const auto written = ::write(fd.get(), made.content.data(), made.content.size());
      must(written == static_cast<ssize_t>(made.content.size()) ? 0 : 1, file.string());
    }
    if (is_root) must(::chown(file.c_str(), made.uid, made.gid), "owner");
    must(::chmod(file.c_str(), made.mode), "mode");
    attach(file, "user.guestclock.test", std::string("value\0", 6) + made.path);
  }
  attach(tree / "etc/default/grub", "security.selinux", "system_u:object_r:etc_t:s0");
  attach(tree / "etc/default/grub", "system.posix_acl_access", access_list());
  for (const Made& made : files()) {
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {made.modified, 123'456'789}}};
    must(::utimensat(AT_FDCWD, (tree / (made.path + 1)).c_str(), times.data(), 0), "time");
  }
}

model::ChangeSet five_file_changes() {
  model::ChangeSet set;
  const auto add = [&](const char* path, std::optional<std::string> before, std::string after) {
    model::FileDifference file;
    file.edit = {path, "grub-legacy", std::move(before), std::move(after)};
    set.files.push_back(std::move(file));
  };
  const std::vector<Made> old = files();
  add("/etc/grub.conf", old[0].content, old[0].content + "# and more\n");
  add("/new/deep/file", std::nullopt, "made\n");
  add("/boot/loader.conf", old[1].content, "kern.hz=\"100\"\n" + old[1].content);
  add("/etc/default/grub", old[2].content, "GRUB_CMDLINE_LINUX=\"divider=10\"\n");
  add("/etc/empty", old[3].content, std::string(5000, 'x') + "\n");
  add("/etc/sub/bytes", old[4].content, "");
  add("/etc/sub/last", std::nullopt, std::string("\0made too\n", 10));
  set.parameters = {"divider=10"};
  return set;
}

const std::set<std::string>& changed_paths() {
  static const std::set<std::string> paths{
      "/boot/grub/grub.conf", "/boot/loader.conf", "/etc/default/grub", "/etc/empty",
      "/etc/sub/bytes",       "/etc/sub/last",     "/new/deep/file"};
  return paths;
}

OpenTree::OpenTree(const std::filesystem::path& tree) {
  auto read = system::open_tree(tree.string());
  auto write = system::open_writer(tree.string());
  if (!read || !write) throw std::runtime_error("cannot open the tree");
  system = std::move(*read);
  writer = std::move(*write);
}

}  // namespace guestclock::fault
