// One suite for all Files: whatever reads a tree must read it the same way, and never leave it.
#include <functional>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/machines.h"
#include "system/overlay_files.h"
#include "system/rooted_files.h"
#include "system/system.h"

namespace guestclock::system {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Files of DIR/root, and what keeps them alive.
struct Opened {
  std::shared_ptr<const void> owner;
  std::shared_ptr<const void> below;
  const Files* files = nullptr;
};

struct Kind {
  std::string name;
  std::function<Opened(const std::string& directory)> open;
};

Opened opened(std::shared_ptr<const Files> files) {
  const Files* const raw = files.get();
  return {std::move(files), nullptr, raw};
}

Opened opened(Result<std::unique_ptr<System>> machine) {
  const std::shared_ptr<const System> owner = std::move(machine.value());
  return {owner, nullptr, &owner->files()};
}

std::shared_ptr<const Files> rooted(const std::string& directory, Resolution resolution) {
  return std::make_shared<RootedFiles>(RootDirectory::open(directory, resolution).value());
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"Openat2",
       [](const std::string& dir) {
         return opened(rooted(dir + "/root", Resolution::kernel_first));
       }},
      {"Walk",
       [](const std::string& dir) { return opened(rooted(dir + "/root", Resolution::walk_only)); }},
      {"Tree", [](const std::string& dir) { return opened(open_tree(dir + "/root")); }},
      {"Capture", [](const std::string& dir) { return opened(open_capture(dir)); }},
      {"Overlay",
       [](const std::string& dir) {
         const auto under = rooted(dir + "/root", Resolution::kernel_first);
         Opened out =
             opened(std::make_shared<OverlayFiles>(*under, std::map<std::string, std::string>()));
         out.below = under;
         return out;
       }},
  };
  return all;
}

class FilesContract : public ::testing::TestWithParam<Kind> {
 protected:
  FilesContract() {
    std::filesystem::create_directory(root());
    scratch_.write("secret", "outside");
    opened_ = GetParam().open(scratch_.path().string());
  }

  [[nodiscard]] std::filesystem::path root() const { return scratch_.path() / "root"; }
  [[nodiscard]] const Files& files() const { return *opened_.files; }

  void write(const std::string& path, const std::string& bytes) const {
    scratch_.write("root" + path, bytes);
  }
  void link(const std::string& target, const std::string& path) const {
    const std::filesystem::path at = root() / path.substr(1);
    std::filesystem::create_directories(at.parent_path());
    std::filesystem::create_symlink(target, at);
  }
  [[nodiscard]] std::string on_disk(const std::string& path) const {
    return (root() / path.substr(1)).string();
  }

  support::ScratchDirectory scratch_;
  Opened opened_;
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::usage : result.error().code;
}

TEST_P(FilesContract, ReadsWholeFiles) {
  std::string bytes;
  for (int i = 0; i < 200'000; ++i)
    bytes.push_back(static_cast<char>(i % 251));
  write("/etc/big", bytes);
  write("/etc/empty", "");
  EXPECT_EQ(files().read("/etc/big").value(), bytes);
  EXPECT_EQ(files().read("/etc/empty").value(), "");
  EXPECT_EQ(files().read("etc/big").value(), bytes) << "a relative path counts from the root";
  EXPECT_EQ(files().read("//etc/.//../etc/big").value(), bytes);
}

TEST_P(FilesContract, SaysWhatIsNotThere) {
  write("/etc/file", "x");
  EXPECT_EQ(code_of(files().read("/etc/absent")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().read("/absent/file")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().read("/etc/file/below")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().read("/etc/file/")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().list("/absent")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().status("/absent")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().link_status("/absent")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().read_link("/absent")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().metadata("/absent")), ErrorCode::not_found);
  EXPECT_FALSE(files().exists("/absent"));
  EXPECT_TRUE(files().exists("/etc/file"));
}

TEST_P(FilesContract, RefusesPathsThatAreNone) {
  write("/etc/file", "x");
  const std::string with_nul("/etc/file\0.txt", 14);
  const std::string too_long(5000, 'a');
  for (const std::string& path : {with_nul, too_long, std::string()}) {
    EXPECT_EQ(code_of(files().read(path)), ErrorCode::malformed);
    EXPECT_EQ(code_of(files().list(path)), ErrorCode::malformed);
    EXPECT_EQ(code_of(files().status(path)), ErrorCode::malformed);
    EXPECT_EQ(code_of(files().link_status(path)), ErrorCode::malformed);
    EXPECT_EQ(code_of(files().read_link(path)), ErrorCode::malformed);
    EXPECT_EQ(code_of(files().resolve(path)), ErrorCode::malformed);
    EXPECT_EQ(code_of(files().metadata(path)), ErrorCode::malformed);
  }
}

TEST_P(FilesContract, KeepsTheLimit) {
  write("/file", "12345678");
  EXPECT_EQ(files().read("/file", 8).value(), "12345678");
  EXPECT_EQ(files().read("/file", 9).value(), "12345678");
  EXPECT_EQ(code_of(files().read("/file", 7)), ErrorCode::malformed);
  EXPECT_EQ(code_of(files().read("/file", 0)), ErrorCode::malformed);
  write("/empty", "");
  EXPECT_EQ(files().read("/empty", 0).value(), "");
  write("/large", std::string(Files::kDefaultLimit + 1, 'x'));
  EXPECT_EQ(code_of(files().read("/large")), ErrorCode::malformed);
  write("/chunks", std::string(128 << 10, 'x'));
  EXPECT_EQ(files().read("/chunks", 128 << 10).value().size(), std::size_t{128} << 10U);
  EXPECT_EQ(code_of(files().read("/chunks", (128 << 10) - 1)), ErrorCode::malformed);
}

TEST_P(FilesContract, LinksStayInsideTheRoot) {
  write("/secret", "inside");
  link("/secret", "/etc/absolute");
  link("../../../../../secret", "/etc/upwards");
  link("absolute", "/etc/chained");
  link("/", "/etc/slash");
  link("..", "/etc/parent");
  link("/etc/parent/etc/slash", "/etc/winding");
  for (const char* path :
       {"/secret", "/etc/absolute", "/etc/upwards", "/etc/chained", "/etc/slash/secret",
        "/etc/parent/secret", "/etc/winding/secret", "/../secret", "/etc/../../../secret",
        "../../secret", "/etc/slash/../../secret", "/etc/parent/../../secret"}) {
    EXPECT_EQ(files().read(path).value_or("error"), "inside") << path;
    EXPECT_EQ(files().resolve(path).value_or("error"), "/secret") << path;
  }
}

TEST_P(FilesContract, WhatIsOnlyOutsideIsNotThere) {
  link("../secret", "/upwards");
  link("../../../../../../../../secret", "/far");
  link(scratch_.path().string() + "/secret", "/absolute");
  link(scratch_.path().string(), "/directory");
  for (const char* path :
       {"/upwards", "/far", "/absolute", "/directory/secret", "/../secret", "../secret"}) {
    EXPECT_EQ(code_of(files().read(path)), ErrorCode::not_found) << path;
    EXPECT_FALSE(files().exists(path)) << path;
  }
  EXPECT_EQ(code_of(files().list("/directory")), ErrorCode::not_found);
}

TEST_P(FilesContract, FollowsFortyLinksAndNoMore) {
  write("/target", "reached");
  link("target", "/l1");
  for (int i = 2; i <= 41; ++i)
    link("l" + std::to_string(i - 1), "/l" + std::to_string(i));
  EXPECT_EQ(files().read("/l40").value_or("error"), "reached");
  EXPECT_EQ(files().resolve("/l40").value_or("error"), "/target");
  EXPECT_EQ(code_of(files().read("/l41")), ErrorCode::unsafe);
  EXPECT_EQ(code_of(files().status("/l41")), ErrorCode::unsafe);
  EXPECT_EQ(code_of(files().resolve("/l41")), ErrorCode::unsafe);
}

TEST_P(FilesContract, EndsAtLoops) {
  link("loop", "/loop");
  link("/b/x", "/a");
  link("/a/x", "/b");
  for (const char* path : {"/loop", "/loop/x", "/a", "/b/y"}) {
    EXPECT_EQ(code_of(files().read(path)), ErrorCode::unsafe) << path;
    EXPECT_EQ(code_of(files().resolve(path)), ErrorCode::unsafe) << path;
  }
  EXPECT_EQ(files().link_status("/loop").value().kind, FileKind::symlink);
}

TEST_P(FilesContract, DanglingLinksResolveToWhereTheFileWouldBe) {
  write("/boot/grub/other", "");
  link("../boot/grub/grub.conf", "/etc/grub.conf");
  link("/nowhere/file", "/etc/lost");
  EXPECT_EQ(files().resolve("/etc/grub.conf").value_or("error"), "/boot/grub/grub.conf");
  EXPECT_EQ(code_of(files().resolve("/etc/lost")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().read("/etc/grub.conf")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().status("/etc/grub.conf")), ErrorCode::not_found);
  EXPECT_EQ(files().link_status("/etc/grub.conf").value().kind, FileKind::symlink);
  EXPECT_EQ(files().read_link("/etc/grub.conf").value(), "../boot/grub/grub.conf");
}

TEST_P(FilesContract, ResolvesDirectoriesAndWhatIsNotThereYet) {
  write("/usr/lib/file", "");
  link("usr/lib", "/lib");
  EXPECT_EQ(files().resolve("/lib/file").value(), "/usr/lib/file");
  EXPECT_EQ(files().resolve("/lib/new").value(), "/usr/lib/new");
  EXPECT_EQ(files().resolve("/lib").value(), "/usr/lib");
  EXPECT_EQ(files().resolve("/lib/").value(), "/usr/lib");
  EXPECT_EQ(files().resolve("/lib/..").value(), "/usr");
  EXPECT_EQ(files().resolve("/").value(), "/");
  EXPECT_EQ(files().resolve("/..").value(), "/");
  EXPECT_EQ(code_of(files().resolve("/lib/new/")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().resolve("/lib/new/file")), ErrorCode::not_found);
}

TEST_P(FilesContract, OnlyRegularFilesAreEverOpened) {
  write("/dir/file", "");
  ASSERT_EQ(::mkfifo(on_disk("/fifo").c_str(), 0600), 0);
  link("fifo", "/to-fifo");
  for (const char* path : {"/fifo", "/to-fifo", "/dir", "/"}) {
    EXPECT_EQ(code_of(files().read(path)), ErrorCode::unsupported) << path;
  }
  EXPECT_EQ(code_of(files().metadata("/fifo")), ErrorCode::unsupported);
  EXPECT_EQ(files().status("/fifo").value().kind, FileKind::other);
  EXPECT_EQ(code_of(files().list("/fifo")), ErrorCode::not_found);
  EXPECT_EQ(code_of(files().list("/dir/file")), ErrorCode::not_found);
  if (::mknod(on_disk("/null").c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "no device node: this user may not make one";
  }
  EXPECT_EQ(code_of(files().read("/null")), ErrorCode::unsupported);
  EXPECT_EQ(files().status("/null").value().kind, FileKind::other);
}

TEST_P(FilesContract, ListsInOrder) {
  for (const char* name : {"b", "a", "B", "a.b", ".hidden", "z10", "z9"}) {
    write(std::string("/dir/") + name, "");
  }
  link("/nowhere", "/dir/link");
  std::filesystem::create_directory(root() / "none");
  EXPECT_THAT(files().list("/dir").value(),
              ElementsAre(".hidden", "B", "a", "a.b", "b", "link", "z10", "z9"));
  EXPECT_THAT(files().list("/none").value(), IsEmpty());
  EXPECT_THAT(files().list("/").value(), ElementsAre("dir", "none"));
}

TEST_P(FilesContract, TellsFilesFromLinksAndDirectories) {
  write("/file", "12345");
  link("file", "/link");
  ASSERT_EQ(::chmod(on_disk("/file").c_str(), 0640), 0);
  const FileStatus status = files().status("/link").value();
  EXPECT_EQ(status.kind, FileKind::regular);
  EXPECT_EQ(status.mode, 0640U);
  EXPECT_EQ(status.size, 5U);
  EXPECT_EQ(status.links, 1U);
  EXPECT_EQ(status.uid, ::geteuid());
  struct stat native {};
  ASSERT_EQ(::stat(on_disk("/file").c_str(), &native), 0);
  EXPECT_EQ(status.inode, native.st_ino);
  EXPECT_EQ(status.device, native.st_dev);
  EXPECT_EQ(status.modified,
            std::chrono::seconds(native.st_mtim.tv_sec) + Nanoseconds(native.st_mtim.tv_nsec));
  EXPECT_EQ(files().status("/file").value(), status);
  EXPECT_EQ(files().link_status("/file").value(), status);
  EXPECT_EQ(files().link_status("/link").value().kind, FileKind::symlink);
  EXPECT_EQ(files().status("/").value().kind, FileKind::directory);
  EXPECT_EQ(files().read_link("/link").value(), "file");
  EXPECT_EQ(code_of(files().read_link("/file")), ErrorCode::unsupported);
}

TEST_P(FilesContract, MetadataIsWhatAReplacementNeeds) {
  write("/file", "x");
  link("file", "/link");
  const std::string path = on_disk("/file");
  ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
  const timespec times[2] = {{1, 0}, {1'000'000'000, 123'456'789}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const bool has_xattrs = ::setxattr(path.c_str(), "user.guestclock.test", "v\0w", 3, 0) == 0;
  const FileMetadata metadata = files().metadata("/link").value();
  EXPECT_EQ(metadata.mode, 0604U);
  EXPECT_EQ(metadata.uid, ::geteuid());
  EXPECT_EQ(metadata.gid, ::getegid());
  EXPECT_EQ(metadata.modified, std::chrono::seconds(1'000'000'000) + Nanoseconds(123'456'789));
  EXPECT_EQ(files().metadata("/").value().mode, 0755U);
  if (!has_xattrs) GTEST_SKIP() << "no user.* attributes on this file system";
  EXPECT_THAT(metadata.xattrs, ::testing::Contains(std::pair<std::string, std::string>(
                                   "user.guestclock.test", std::string("v\0w", 3))));
}

INSTANTIATE_TEST_SUITE_P(Machines, FilesContract, ::testing::ValuesIn(kinds()),
                         [](const auto& tested) { return tested.param.name; });

/// In memory where there is such a place: a hundred thousand files take long on a disk.
std::filesystem::path quick_directory() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK | X_OK) == 0 ? memory
                                                    : std::filesystem::temp_directory_path();
}

TEST(FilesLimit, MoreThanAHundredThousandNamesAreTooMany) {
  const support::ScratchDirectory scratch(quick_directory());
  scratch.write("root/dir/0", "");
  const UniqueFd at(::open((scratch.path() / "root/dir").c_str(), O_RDONLY | O_DIRECTORY));
  for (int i = 1; i < 100'000; ++i) {
    ASSERT_EQ(::mknodat(at.get(), std::to_string(i).c_str(), S_IFREG | 0600, 0), 0);
  }
  const Opened overlay = kinds().back().open(scratch.path().string());
  EXPECT_EQ(overlay.files->list("/dir").value().size(), 100'000U);
  ASSERT_EQ(::mknodat(at.get(), "one more", S_IFREG | 0600, 0), 0);
  EXPECT_EQ(code_of(overlay.files->list("/dir")), ErrorCode::malformed);
}

}  // namespace
}  // namespace guestclock::system
