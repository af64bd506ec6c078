// Places that cannot be written, or not in one step: refused with the reason, nothing changed.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "fault/five_files.h"
#include "fault/legacy_tree.h"
#include "fault/private_mounts.h"
#include "fault/transaction_checks.h"
#include "support/skip.h"

namespace guestclock::fault {
namespace {

using support::Finished;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

/// The program on a GRUB Legacy tree: this code, these words, and not one byte changed.
void expect_refused(const LegacyTree& tree, int code, const testing::Matcher<std::string>& says) {
  const Snapshot before = tree.snapshot();
  const Finished run = tree.set();
  EXPECT_EQ(run.exit_code, code) << run.out;
  EXPECT_THAT(run.err, says);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(difference(before, tree.snapshot()), "");
}

/// The driver: a file in the middle of the transaction cannot be written, so none is.
void expect_refused_whole(const std::filesystem::path& tree, int code,
                          const testing::Matcher<std::string>& says) {
  const Snapshot before = snapshot_of(tree, kStateDirectory);
  const Finished run = support::run_program(driver("apply", tree));
  EXPECT_EQ(run.exit_code, code);
  EXPECT_THAT(run.err, says);
  EXPECT_EQ(difference(before, snapshot_of(tree, kStateDirectory)), "");
  expect_clean_state_directory(tree);
}

/// Puts one of chattr's flags on a file or directory for as long as this lives.
class Flag {
 public:
  Flag(const std::filesystem::path& path, int flag)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (::ioctl(fd_.get(), FS_IOC_GETFLAGS, &before_) != 0) return;
    int now = before_ | flag;
    set_ = ::ioctl(fd_.get(), FS_IOC_SETFLAGS, &now) == 0;
  }
  ~Flag() {
    if (set_) ::ioctl(fd_.get(), FS_IOC_SETFLAGS, &before_);
  }
  Flag(const Flag&) = delete;
  Flag& operator=(const Flag&) = delete;
  [[nodiscard]] bool is_set() const { return set_; }

 private:
  UniqueFd fd_;
  int before_ = 0;
  bool set_ = false;
};

/// Where files can carry these flags; nothing where they cannot.
std::optional<std::filesystem::path> parent_with_flags() {
  for (const std::filesystem::path& parent :
       {quick_parent(), std::filesystem::temp_directory_path()}) {
    const support::ScratchDirectory scratch(parent);
    const Flag probe(scratch.write("probe", ""), FS_IMMUTABLE_FL);
    if (probe.is_set()) return parent;
  }
  return std::nullopt;
}

class RefusedMount : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = no_private_mounts_reason()) GUESTCLOCK_SKIP(*reason);
  }
};

TEST_F(RefusedMount, AReadOnlyTree) {
  in_private_mounts([] {
    const LegacyTree tree;
    const Mount same(tree.path().string(), tree.path(), "");
    same.remount_read_only();
    expect_refused(tree, 77, AllOf(HasSubstr("/var"), HasSubstr("Read-only file system")));
    EXPECT_FALSE(std::filesystem::exists(tree.path() / "var"));
  });
}

TEST_F(RefusedMount, AReadOnlyBoot) {
  in_private_mounts([] {
    const LegacyTree tree;
    const std::filesystem::path boot = tree.path() / "boot";
    const Mount same(boot.string(), boot, "");
    same.remount_read_only();
    expect_refused(tree, 77, AllOf(HasSubstr(kConf), HasSubstr("Read-only file system")));
    EXPECT_THAT(tree.states(), Each("rolled-back"));
  });
}

TEST_F(RefusedMount, OneReadOnlyDirectoryOfSeveral) {
  in_private_mounts([] {
    const FiveFiles tree;
    const std::filesystem::path sub = tree.path() / "etc/sub";
    const Mount same(sub.string(), sub, "");
    same.remount_read_only();
    expect_refused_whole(tree.path(), 77,
                         AllOf(HasSubstr("/etc/sub/"), HasSubstr("Read-only file system")));
  });
}

TEST(Refused, ImmutableAndAppendOnlyFiles) {
  const auto parent = parent_with_flags();
  if (!parent) GUESTCLOCK_SKIP("no file system here lets this user make a file immutable");
  for (const int flag : {FS_IMMUTABLE_FL, FS_APPEND_FL}) {
    SCOPED_TRACE(flag == FS_IMMUTABLE_FL ? "+i" : "+a");
    const LegacyTree tree(*parent);
    {
      const Flag set(tree.conf(), flag);
      ASSERT_TRUE(set.is_set());
      expect_refused(tree, 1, AllOf(HasSubstr(kConf), HasSubstr("immutable or append-only")));
      EXPECT_THAT(tree.states(), Each("rolled-back"));
    }
    EXPECT_EQ(tree.set().exit_code, 0);
    const FiveFiles files(*parent);
    const Flag set(files.path() / "etc/default/grub", flag);
    expect_refused_whole(files.path(), 1, HasSubstr("/etc/default/grub"));
  }
}

TEST(Refused, AnImmutableDirectory) {
  const auto parent = parent_with_flags();
  if (!parent) GUESTCLOCK_SKIP("no file system here lets this user make a file immutable");
  const FiveFiles tree(*parent);
  const Flag set(tree.path() / "etc/default", FS_IMMUTABLE_FL);
  ASSERT_TRUE(set.is_set());
  expect_refused_whole(tree.path(), 77,
                       AllOf(HasSubstr("/etc/default/grub"), HasSubstr("not permitted")));
}

TEST(Refused, ImmutableAtTheTimeOfRollback) {
  const auto parent = parent_with_flags();
  if (!parent) GUESTCLOCK_SKIP("no file system here lets this user make a file immutable");
  const FiveFiles tree(*parent);
  ASSERT_EQ(support::run_program(driver("apply", tree.path())).exit_code, 0);
  {
    const Flag set(tree.path() / "etc/default/grub", FS_IMMUTABLE_FL);
    const Finished run = support::run_program(driver("rollback", tree.path()));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("/etc/default/grub"));
    EXPECT_EQ(torn_files(tree.path()), "");
  }
  EXPECT_EQ(support::run_program(driver("rollback", tree.path())).exit_code, 0);
  EXPECT_EQ(state_of(tree.path()), State::before);
}

TEST(Refused, AFileWithASecondName) {
  const LegacyTree tree;
  std::filesystem::create_hard_link(tree.conf(), tree.path() / "boot/grub/second");
  expect_refused(tree, 1, AllOf(HasSubstr(kConf), HasSubstr("hard link")));
  EXPECT_THAT(tree.states(), Each("rolled-back"));
  EXPECT_EQ(std::filesystem::hard_link_count(tree.conf()), 2U);

  const FiveFiles files;
  std::filesystem::create_hard_link(files.path() / "etc/sub/bytes", files.path() / "etc/second");
  expect_refused_whole(files.path(), 1, HasSubstr("/etc/sub/bytes"));
}

TEST(Refused, WhatIsNoRegularFile) {
  const LegacyTree tree;
  std::filesystem::remove(tree.conf());
  std::filesystem::create_directory(tree.conf());
  const Snapshot before = tree.snapshot();
  EXPECT_NE(tree.set().exit_code, 0);
  EXPECT_EQ(difference(before, tree.snapshot()), "");
}

}  // namespace
}  // namespace guestclock::fault
