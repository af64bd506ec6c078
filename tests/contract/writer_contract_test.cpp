// What the writing half promises: whole replacements, nothing lost, nothing left behind, no way
// out.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/scratch_directory.h"
#include "system/machines.h"
#include "system/writer.h"

namespace guestclock::system {
namespace {

using ::testing::ElementsAre;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::usage : result.error().code;
}

/// Of a private file of the user who runs the tests.
FileMetadata own() {
  FileMetadata metadata;
  metadata.uid = ::geteuid();
  metadata.gid = ::getegid();
  return metadata;
}

class WriterContract : public ::testing::Test {
 protected:
  WriterContract() {
    scratch_.write("secret", "outside");
    std::filesystem::create_directories(root());
    machine_ = open_tree(root().string()).value();
    writer_ = open_writer(root().string()).value();
  }

  [[nodiscard]] std::filesystem::path root() const { return scratch_.path() / "root"; }
  [[nodiscard]] std::string on_disk(const std::string& path) const {
    return (root() / path.substr(1)).string();
  }
  void write(const std::string& path, const std::string& bytes) const {
    scratch_.write("root" + path, bytes);
  }
  [[nodiscard]] std::string read(const std::string& path) const {
    return scratch_.read("root" + path);
  }
  void link(const std::string& target, const std::string& path) const {
    std::filesystem::create_symlink(target, on_disk(path));
  }
  [[nodiscard]] const Files& files() const { return machine_->files(); }
  /// The file as it is now.
  [[nodiscard]] SteadyFile steady(const std::string& path) const {
    return {files().read(path).value_or(""), files().status(path).value()};
  }
  /// A new file beside it that takes its place, as a transaction does it; removed where it cannot.
  [[nodiscard]] Result<void> replace(const std::string& path, const std::string& bytes,
                                     const FileMetadata& metadata, const SteadyFile& expected) {
    const std::string fresh = writer_->fresh_path_beside(path).value();
    auto done = writer_->create(fresh, bytes, metadata);
    if (!done) return done;
    done = writer_->replace(fresh, path, expected);
    if (!done) {
      EXPECT_TRUE(writer_->remove_file(fresh)) << "the new file is still there";
    }
    return done;
  }
  [[nodiscard]] Result<void> replace(const std::string& path, const std::string& bytes) {
    return replace(path, bytes, files().metadata(path).value(), steady(path));
  }
  /// Every name below the root, to see litter.
  [[nodiscard]] std::vector<std::string> names(const std::string& directory = "/") const {
    return files().list(directory).value();
  }

  support::ScratchDirectory scratch_;
  std::unique_ptr<System> machine_;
  std::unique_ptr<SystemWriter> writer_;
};

TEST_F(WriterContract, ReplaceKeepsModeOwnerTimeAndAttributes) {
  write("/etc/file", "old");
  const std::string path = on_disk("/etc/file");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), 12, 34), 0);
  }
  ASSERT_EQ(::chmod(path.c_str(), 04751), 0);
  const bool has_xattrs = ::setxattr(path.c_str(), "user.guestclock.test", "label", 5, 0) == 0;
  if (!has_xattrs) std::printf("no user.* attributes on this file system: not looked at\n");
  // A label such as SELinux's; where it cannot be set, the others are looked at without it.
  if (::setxattr(path.c_str(), "security.guestclock", "label", 5, 0) != 0) {
    std::printf("no security.* attributes for this user: not looked at\n");
  }
  const timespec times[2] = {{1, 0}, {1'234'567'890, 987'654'321}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const FileMetadata before = files().metadata("/etc/file").value();
  const FileStatus status = files().status("/etc/file").value();

  ASSERT_TRUE(replace("/etc/file", "new content", before, steady("/etc/file")));
  EXPECT_EQ(read("/etc/file"), "new content");
  EXPECT_EQ(files().metadata("/etc/file").value(), before);
  EXPECT_NE(files().status("/etc/file").value().inode, status.inode) << "a file of its own";
  EXPECT_THAT(names("/etc"), ElementsAre("file"));

  FileMetadata now = before;
  now.modified.reset();
  ASSERT_TRUE(replace("/etc/file", "newer", now, steady("/etc/file")));
  EXPECT_GT(files().status("/etc/file").value().modified, *before.modified) << "time of writing";
}

TEST_F(WriterContract, ReplaceKeepsInodeFlags) {
  write("/file", "old");
  const UniqueFd fd(::open(on_disk("/file").c_str(), O_RDONLY));
  int flags = 0;
  ASSERT_EQ(::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags), 0);
  flags |= FS_NOATIME_FL | FS_NODUMP_FL;
  if (::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) != 0) {
    GTEST_SKIP() << "this user or file system knows no such flags";
  }
  ASSERT_TRUE(replace("/file", "new"));
  const UniqueFd again(::open(on_disk("/file").c_str(), O_RDONLY));
  int now = 0;
  ASSERT_EQ(::ioctl(again.get(), FS_IOC_GETFLAGS, &now), 0);
  EXPECT_EQ(now, flags);
  EXPECT_EQ(files().metadata("/file")->flags,
            static_cast<std::uint32_t>(FS_NOATIME_FL | FS_NODUMP_FL));
}

TEST_F(WriterContract, ReplaceNeverFollowsALink) {
  write("/boot/grub.conf", "old");
  std::filesystem::create_directories(root() / "etc");
  link("../boot/grub.conf", "/etc/grub.conf");
  link("../boot", "/etc/boot");
  EXPECT_FALSE(replace("/etc/grub.conf", "new"));
  EXPECT_EQ(files().read_link("/etc/grub.conf").value(), "../boot/grub.conf");
  // Links on the way are followed: they lead to the same directory.
  ASSERT_TRUE(replace("/etc/boot/grub.conf", "new"));
  EXPECT_EQ(read("/boot/grub.conf"), "new");
  EXPECT_THAT(names("/etc"), ElementsAre("boot", "grub.conf"));
  EXPECT_THAT(names("/boot"), ElementsAre("grub.conf"));
}

TEST_F(WriterContract, NoLinkLeadsOutOfTheRoot) {
  write("/secret", "inside");
  std::filesystem::create_directories(root() / "etc");
  link("../..", "/etc/up");
  link(scratch_.path().string(), "/etc/absolute");
  ASSERT_TRUE(replace("/etc/up/secret", "changed"));
  EXPECT_EQ(read("/secret"), "changed");
  ASSERT_TRUE(writer_->create("/etc/up/made", "x", own()));
  EXPECT_EQ(read("/made"), "x");
  ASSERT_TRUE(writer_->make_directory("/etc/up/../../dir", 0755));
  EXPECT_TRUE(std::filesystem::is_directory(root() / "dir"));
  EXPECT_EQ(code_of(writer_->create("/etc/absolute/made", "x", own())), ErrorCode::not_found);
  EXPECT_EQ(code_of(writer_->remove_file("/etc/absolute/secret")), ErrorCode::not_found);
  EXPECT_EQ(code_of(writer_->lock("/etc/absolute/lock")), ErrorCode::not_found);
  EXPECT_EQ(scratch_.read("secret"), "outside");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch_.path()), {}), 2);
}

TEST_F(WriterContract, AChangedFileIsAConflictAndLeavesNoLitter) {
  write("/dir/file", "old");
  const FileMetadata metadata = files().metadata("/dir/file").value();
  const SteadyFile old = steady("/dir/file");
  // Somebody else's edit of the same length, with the time set back: ctime still tells.
  write("/dir/file", "OLD");
  const std::int64_t modified = old.status.modified.count();
  const timespec times[2] = {{0, UTIME_OMIT}, {modified / 1'000'000'000, modified % 1'000'000'000}};
  ASSERT_EQ(::utimensat(AT_FDCWD, on_disk("/dir/file").c_str(), times, 0), 0);
  EXPECT_EQ(code_of(replace("/dir/file", "new", metadata, old)), ErrorCode::conflict);
  EXPECT_EQ(code_of(writer_->overwrite("/dir/file", "new", metadata, old)), ErrorCode::conflict);
  EXPECT_EQ(code_of(writer_->remove_expected("/dir/file", "/dir/aside", old)), ErrorCode::conflict);
  EXPECT_EQ(code_of(writer_->rename_obstacle("/dir/file", old.status)), ErrorCode::conflict);
  EXPECT_EQ(read("/dir/file"), "OLD");
  ASSERT_TRUE(std::filesystem::remove(on_disk("/dir/file")));
  EXPECT_EQ(code_of(replace("/dir/file", "new", metadata, old)), ErrorCode::conflict);
  write("/dir/file", "old");
  EXPECT_EQ(code_of(replace("/dir/file", "new", metadata, old)), ErrorCode::conflict);
  EXPECT_EQ(read("/dir/file"), "old");
  EXPECT_THAT(names("/dir"), ElementsAre("file"));
}

TEST_F(WriterContract, ContentThatIsNotTheExpectedOneComesBack) {
  // As if it had been changed between the last look and the exchange, and its status told nothing.
  write("/dir/file", "theirs");
  SteadyFile expected = steady("/dir/file");
  expected.bytes = "before";
  const FileMetadata metadata = files().metadata("/dir/file").value();
  EXPECT_EQ(code_of(replace("/dir/file", "new", metadata, expected)), ErrorCode::conflict);
  EXPECT_EQ(read("/dir/file"), "theirs");
  expected.status = files().status("/dir/file").value();
  EXPECT_EQ(code_of(writer_->remove_expected("/dir/file", "/dir/aside", expected)),
            ErrorCode::conflict);
  EXPECT_EQ(read("/dir/file"), "theirs");
  expected.status = files().status("/dir/file").value();
  EXPECT_EQ(code_of(writer_->overwrite("/dir/file", "new", metadata, expected)),
            ErrorCode::conflict);
  EXPECT_EQ(read("/dir/file"), "theirs");
  EXPECT_THAT(names("/dir"), ElementsAre("file"));
}

TEST_F(WriterContract, OverwriteKeepsTheFileItself) {
  write("/dir/file", "a longer old content");
  std::filesystem::create_hard_link(on_disk("/dir/file"), on_disk("/dir/other"));
  ASSERT_EQ(::chmod(on_disk("/dir/file").c_str(), 04711), 0);
  const FileStatus before = files().status("/dir/file").value();
  const FileMetadata metadata = files().metadata("/dir/file").value();
  ASSERT_TRUE(writer_->overwrite("/dir/file", "new", metadata, steady("/dir/file")));
  ASSERT_TRUE(writer_->sync());
  EXPECT_EQ(read("/dir/other"), "new");
  EXPECT_EQ(files().status("/dir/file").value().inode, before.inode);
  EXPECT_EQ(files().metadata("/dir/file").value(), metadata);
  EXPECT_THAT(names("/dir"), ElementsAre("file", "other"));
}

TEST_F(WriterContract, MovesAndRemovesOnlyWhatIsExpected) {
  write("/dir/from", "new");
  write("/dir/taken", "theirs");
  EXPECT_EQ(code_of(writer_->move_new("/dir/from", "/dir/taken")), ErrorCode::conflict);
  EXPECT_EQ(read("/dir/taken"), "theirs");
  ASSERT_TRUE(writer_->move_new("/dir/from", "/dir/to"));
  EXPECT_EQ(read("/dir/to"), "new");
  ASSERT_TRUE(writer_->remove_expected("/dir/to", "/dir/aside", steady("/dir/to")));
  ASSERT_TRUE(writer_->include_in_sync("/dir/taken"));
  ASSERT_TRUE(writer_->include_in_sync("/absent/file"));
  ASSERT_TRUE(writer_->sync());
  EXPECT_THAT(names("/dir"), ElementsAre("taken"));
}

TEST_F(WriterContract, RefusesWhatARenameWouldBreak) {
  write("/dir/file", "old");
  EXPECT_EQ(writer_->rename_obstacle("/dir/file", files().status("/dir/file").value()),
            RenameObstacle::none);
  std::filesystem::create_hard_link(on_disk("/dir/file"), on_disk("/dir/other"));
  EXPECT_EQ(writer_->rename_obstacle("/dir/file", files().status("/dir/file").value()),
            RenameObstacle::other_names);
  EXPECT_EQ(code_of(writer_->append("/dir/file", "more")), ErrorCode::unsafe);

  ASSERT_EQ(::mkfifo(on_disk("/dir/fifo").c_str(), 0600), 0);
  const SteadyFile fifo{"", files().status("/dir/fifo").value()};
  EXPECT_EQ(code_of(replace("/dir/fifo", "new", own(), fifo)), ErrorCode::unsafe);
  EXPECT_EQ(code_of(writer_->rename_obstacle("/dir/fifo", fifo.status)), ErrorCode::unsafe);
  EXPECT_EQ(code_of(writer_->append("/dir/fifo", "new")), ErrorCode::unsafe);
  EXPECT_EQ(code_of(writer_->lock("/dir/fifo")), ErrorCode::unsafe);
  const SteadyFile directory{"", files().status("/dir").value()};
  EXPECT_EQ(code_of(replace("/dir", "new", own(), directory)), ErrorCode::unsafe);
  EXPECT_THAT(names("/dir"), ElementsAre("fifo", "file", "other"));
}

TEST_F(WriterContract, ImmutableFilesAreRefused) {
  write("/file", "old");
  const UniqueFd fd(::open(on_disk("/file").c_str(), O_RDONLY));
  int flags = 0;
  ASSERT_EQ(::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags), 0);
  int fixed = flags | FS_IMMUTABLE_FL;
  if (::ioctl(fd.get(), FS_IOC_SETFLAGS, &fixed) != 0) {
    GTEST_SKIP() << "this user or file system cannot make a file immutable";
  }
  const auto obstacle = writer_->rename_obstacle("/file", files().status("/file").value());
  const Result<void> result = replace("/file", "new");
  ASSERT_EQ(::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags), 0);
  EXPECT_EQ(code_of(obstacle), ErrorCode::unsafe);
  EXPECT_EQ(code_of(result), ErrorCode::permission);
  EXPECT_EQ(read("/file"), "old");
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(WriterContract, MetadataThatCannotBeGivenLeavesTheOldFile) {
  write("/file", "old");
  FileMetadata metadata = files().metadata("/file").value();
  // Longer than any name may be: refused by every file system, with or without attributes.
  metadata.xattrs.emplace_back("user." + std::string(300, 'a'), "x");
  EXPECT_FALSE(writer_->overwrite("/file", "old", metadata, steady("/file")));
  EXPECT_FALSE(writer_->create("/made", "new", metadata));
  EXPECT_EQ(read("/file"), "old");
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(WriterContract, CreateMakesExactlyWhatWasAsked) {
  const mode_t mask = ::umask(077);
  FileMetadata metadata = own();
  metadata.mode = 0644;
  metadata.modified = std::chrono::seconds(1'000'000'000);
  const Result<void> made = writer_->create("/file", "bytes", metadata);
  ::umask(mask);
  ASSERT_TRUE(made);
  EXPECT_EQ(read("/file"), "bytes");
  EXPECT_EQ(files().metadata("/file").value().mode, 0644U);
  EXPECT_EQ(files().metadata("/file").value().modified, metadata.modified);
  EXPECT_EQ(files().status("/file").value().links, 1U);
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(WriterContract, AnInheritedAccessListDoesNotLetOthersIn) {
  struct [[gnu::packed]] Entry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
  };
  struct [[gnu::packed]] {  // acl(5) as an attribute: user::rwx user:65534:rwx group::r-x mask::rwx
    std::uint32_t version = 2;
    Entry entries[5] = {{1, 7, ~0U}, {2, 7, 65534}, {4, 5, ~0U}, {16, 7, ~0U}, {32, 5, ~0U}};
  } acl;
  write("/dir/old", "old");
  if (::setxattr(on_disk("/dir").c_str(), "system.posix_acl_default", &acl, sizeof acl, 0) != 0) {
    GTEST_SKIP() << "no access lists on this file system";
  }
  ASSERT_TRUE(writer_->create("/dir/new", "x", own()));
  ASSERT_TRUE(replace("/dir/old", "new"));
  EXPECT_EQ(files().metadata("/dir/new").value().mode, 0600U);
  EXPECT_TRUE(files().metadata("/dir/new").value().xattrs.empty());
  EXPECT_TRUE(files().metadata("/dir/old").value().xattrs.empty());
}

TEST_F(WriterContract, CreateNeverOverwrites) {
  write("/dir/file", "old");
  link("nowhere", "/dir/dangling");
  for (const char* path : {"/dir/file", "/dir/dangling", "/dir", "/"}) {
    EXPECT_EQ(code_of(writer_->create(path, "new", own())), ErrorCode::conflict) << path;
  }
  EXPECT_EQ(code_of(writer_->create("/absent/file", "new", own())), ErrorCode::not_found);
  EXPECT_EQ(read("/dir/file"), "old");
  EXPECT_THAT(names("/dir"), ElementsAre("dangling", "file"));
}

TEST_F(WriterContract, DirectoriesComeAndGo) {
  const mode_t mask = ::umask(077);
  const Result<void> made = writer_->make_directory("/dir", 0750);
  ::umask(mask);
  ASSERT_TRUE(made);
  EXPECT_EQ(files().status("/dir").value().mode, 0750U);
  EXPECT_EQ(code_of(writer_->make_directory("/dir", 0750)), ErrorCode::conflict);
  EXPECT_EQ(code_of(writer_->make_directory("/a/b", 0750)), ErrorCode::not_found);
  write("/dir/file", "");
  EXPECT_EQ(code_of(writer_->remove_directory("/dir")), ErrorCode::conflict);
  ASSERT_TRUE(writer_->remove_file("/dir/file"));
  EXPECT_EQ(code_of(writer_->remove_file("/dir/file")), ErrorCode::not_found);
  ASSERT_TRUE(writer_->remove_directory("/dir"));
  EXPECT_FALSE(files().exists("/dir"));
}

TEST_F(WriterContract, RemoveTakesTheNameItself) {
  write("/file", "kept");
  link("file", "/link");
  ASSERT_TRUE(writer_->remove_file("/link"));
  EXPECT_EQ(read("/file"), "kept");
}

TEST_F(WriterContract, AppendAddsToWhatIsThere) {
  write("/journal", "one\n");
  ASSERT_TRUE(writer_->append("/journal", "two\n"));
  ASSERT_TRUE(writer_->append("/journal", ""));
  EXPECT_EQ(read("/journal"), "one\ntwo\n");
  EXPECT_EQ(code_of(writer_->append("/absent", "x")), ErrorCode::not_found);
  link("journal", "/link");
  EXPECT_EQ(code_of(writer_->append("/link", "x")), ErrorCode::unsafe);
  EXPECT_EQ(read("/journal"), "one\ntwo\n");
}

TEST_F(WriterContract, OneLockAtATime) {
  auto held = writer_->lock("/lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(files().status("/lock").value().mode, 0600U);
  const auto other_writer = open_writer(root().string()).value();
  const auto refused = other_writer->lock("/lock");
  ASSERT_EQ(code_of(refused), ErrorCode::busy);
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_EQ(code_of(writer_->lock("/lock")), ErrorCode::busy);
  held->reset();
  EXPECT_TRUE(other_writer->lock("/lock"));
  EXPECT_TRUE(files().exists("/lock"));
}

TEST_F(WriterContract, AnotherProcessCanHoldTheLock) {
  write("/lock", "");
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const int fd = ::open(on_disk("/lock").c_str(), O_RDWR);
    char byte = ::flock(fd, LOCK_EX | LOCK_NB) == 0 ? 'y' : 'n';
    ::close(done[1]);
    if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
    ::_exit(::read(done[0], &byte, 1) == 0 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  EXPECT_EQ(code_of(writer_->lock("/lock")), ErrorCode::busy);
  ::close(done[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(writer_->lock("/lock"));
  for (const int fd : {ready[0], ready[1], done[0]})
    ::close(fd);
}

TEST_F(WriterContract, HoldTakesTheLockThatAPackageManagerTakes) {
  const auto absent = writer_->hold("/pm/lock", Nanoseconds{});
  ASSERT_TRUE(absent);
  EXPECT_EQ(*absent, nullptr);
  EXPECT_FALSE(files().exists("/pm/lock"));
  write("/pm/lock", "1234\n");
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // as dpkg and rpm do it
    const int fd = ::open(on_disk("/pm/lock").c_str(), O_RDWR);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    char byte = ::fcntl(fd, F_SETLK, &whole) == 0 ? 'y' : 'n';
    ::close(done[1]);
    if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
    ::_exit(::read(done[0], &byte, 1) == 0 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto refused = writer_->hold("/pm/lock", std::chrono::milliseconds(60));
  ASSERT_EQ(code_of(refused), ErrorCode::busy);
  EXPECT_FALSE(refused.error().hint.empty());
  ::close(done[1]);
  const auto waited = writer_->hold("/pm/lock", std::chrono::seconds(20));
  ASSERT_TRUE(waited);
  EXPECT_NE(*waited, nullptr);
  EXPECT_EQ(read("/pm/lock"), "1234\n");
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (const int fd : {ready[0], ready[1], done[0]})
    ::close(fd);
}

TEST_F(WriterContract, RefusalsOfTheSystemArePermission) {
  write("/dir/file", "old");
  ASSERT_EQ(::chmod(on_disk("/dir").c_str(), 0555), 0);
  if (::geteuid() == 0) {
    // Root may write anywhere: as somebody else, in a process of its own.
    std::filesystem::permissions(scratch_.path(), std::filesystem::perms(0755));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(2);
      const auto result = writer_->create("/dir/new", "x", own());
      ::_exit(!result && result.error().code == ErrorCode::permission ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  } else {
    EXPECT_EQ(code_of(writer_->create("/dir/new", "x", own())), ErrorCode::permission);
  }
  EXPECT_THAT(names("/dir"), ElementsAre("file"));
}

TEST(OpenWriter, NeedsADirectory) {
  const support::ScratchDirectory scratch;
  const std::string file = scratch.write("file", "").string();
  EXPECT_EQ(code_of(open_writer(file)), ErrorCode::not_found);
  EXPECT_EQ(code_of(open_writer(file + ".absent")), ErrorCode::not_found);
}

}  // namespace
}  // namespace guestclock::system
