// What a file carries besides its bytes goes through apply and comes back with rollback: design.md,
// promise 3.
#include <cstdio>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "fault/five_files.h"
#include "fault/legacy_tree.h"
#include "fault/transaction_checks.h"
#include "support/skip.h"

namespace guestclock::fault {
namespace {

using support::Finished;

constexpr const char* kLabel = "security.selinux";
constexpr const char* kAccessList = "system.posix_acl_access";

class Metadata : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GUESTCLOCK_SKIP("only root can set owners and labels");
    for (const char* const name : {kLabel, kAccessList}) {
      if (before_.at("/etc/default/grub").attributes.count(name) == 0) {
        GUESTCLOCK_SKIP(std::string("this file system has no ") + name);
      }
    }
  }

  FiveFiles tree_;
  Snapshot before_ = snapshot_of(tree_.path(), kStateDirectory);
};

/// Each changed file's bytes are as planned, the rest of it as it was; the time is that of writing.
TEST_F(Metadata, ApplyCarriesItOver) {
  timespec started{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &started);
  const Finished run = support::run_program(driver("apply", tree_.path()));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Snapshot now = snapshot_of(tree_.path(), kStateDirectory);
  std::size_t compared = 0;
  for (const model::FileDifference& file : five_file_changes().files) {
    if (!file.edit.before) continue;
    const std::string path = file.edit.path == "/etc/grub.conf" ? kConf : file.edit.path;
    SCOPED_TRACE(path);
    Entry planned = before_.at(path);
    planned.content = file.edit.after;
    EXPECT_TRUE(same_but_time(now.at(path), planned));
    EXPECT_GE(now.at(path).modified_ns, started.tv_sec * 1'000'000'000 + started.tv_nsec);
    ++compared;
  }
  EXPECT_EQ(compared, 5U);
  EXPECT_EQ(now.at("/etc/empty").mode & 07777U, 04755U);
  EXPECT_EQ(now.at(kConf).uid, 12U);
  EXPECT_EQ(now.at("/etc/grub.conf"), before_.at("/etc/grub.conf")) << "the link itself";
  EXPECT_EQ(now.at("/etc/default/grub").attributes.size(), 3U);
}

/// A file that was not there belongs to whom its directory belongs to.
TEST_F(Metadata, NewFilesBelongToTheOwnerOfTheirDirectory) {
  ASSERT_EQ(::chown((tree_.path() / "etc/sub").c_str(), 41, 42), 0);
  ASSERT_EQ(support::run_program(driver("apply", tree_.path())).exit_code, 0);
  const Entry made = entry_at(tree_.path() / "etc/sub/last");
  EXPECT_EQ(made.uid, 41U);
  EXPECT_EQ(made.gid, 42U);
  EXPECT_EQ(made.mode & 07777U, 0644U);
}

TEST_F(Metadata, RollbackBringsAllOfItBack) {
  ASSERT_EQ(support::run_program(driver("apply", tree_.path())).exit_code, 0);
  const Finished run = support::run_program(driver("rollback", tree_.path()));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(difference(before_, snapshot_of(tree_.path(), kStateDirectory)), "");
}

/// Somebody has only changed owner, mode and label since: rollback brings back those of before, and
/// the time of before.
TEST_F(Metadata, RollbackBringsBackWhatWasChangedBesideTheBytes) {
  ASSERT_EQ(support::run_program(driver("apply", tree_.path())).exit_code, 0);
  const std::filesystem::path file = tree_.path() / "etc/default/grub";
  ASSERT_EQ(::chown(file.c_str(), 99, 98), 0);
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  ASSERT_EQ(::setxattr(file.c_str(), kLabel, "other", 5, 0), 0);
  ASSERT_EQ(support::run_program(driver("rollback", tree_.path())).exit_code, 0);
  EXPECT_EQ(difference(before_, snapshot_of(tree_.path(), kStateDirectory)), "");
}

TEST_F(Metadata, TheProgramCarriesItOverAndBack) {
  const LegacyTree tree;
  const std::string conf = tree.conf().string();
  ASSERT_EQ(::chown(conf.c_str(), 12, 34), 0);
  ASSERT_EQ(::chmod(conf.c_str(), 04711), 0);
  for (const auto& [name, value] : before_.at("/etc/default/grub").attributes)
    ASSERT_EQ(::setxattr(conf.c_str(), name.c_str(), value.data(), value.size(), 0), 0) << name;
  const Snapshot before = tree.snapshot();
  ASSERT_EQ(tree.set().exit_code, 0);
  Entry now = entry_at(tree.conf());
  EXPECT_NE(now.content, before.at(kConf).content);
  now.content = before.at(kConf).content;
  EXPECT_TRUE(same_but_time(now, before.at(kConf)));
  ASSERT_EQ(tree.undo().exit_code, 0);
  EXPECT_EQ(difference(before, tree.snapshot()), "");
}

}  // namespace
}  // namespace guestclock::fault
