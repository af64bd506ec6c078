// Symlinks as targets: kept, followed inside the root only, and refused where they lead nowhere.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "change/transaction.h"
#include "fault/five_files.h"
#include "fault/legacy_tree.h"
#include "fault/snapshot.h"

namespace guestclock::fault {
namespace {

using support::Finished;
using testing::HasSubstr;

/// A tree whose grub.conf is a link; the real file, if any, is elsewhere.
class Links : public testing::Test {
 protected:
  Links() { content_ = tree_.read(kConf); }

  void move_conf(const std::string& to) const {
    std::filesystem::create_directories((tree_.path() / to.substr(1)).parent_path());
    std::filesystem::rename(tree_.conf(), tree_.path() / to.substr(1));
  }
  void link(const std::string& text, const std::string& path) const {
    std::filesystem::create_symlink(text, tree_.path() / path.substr(1));
  }

  /// Only the file at the end of the links changes, and rollback brings it back.
  void expect_followed_to(const std::string& real) const {
    const Snapshot before = tree_.snapshot();
    const Finished set = tree_.set();
    ASSERT_EQ(set.exit_code, 0) << set.err;
    Snapshot now = tree_.snapshot();
    EXPECT_THAT(now.at(real).content, HasSubstr(" divider=10\n"));
    now[real] = before.at(real);
    EXPECT_EQ(difference(before, now), "");
    const Finished undone = tree_.undo();
    ASSERT_EQ(undone.exit_code, 0) << undone.err;
    EXPECT_EQ(difference(before, tree_.snapshot()), "");
  }

  void expect_refused() const {
    const Snapshot before = tree_.snapshot();
    const Finished set = tree_.set();
    EXPECT_NE(set.exit_code, 0);
    EXPECT_NE(set.err, "");
    EXPECT_EQ(difference(before, tree_.snapshot()), "");
  }

  LegacyTree tree_;
  std::string content_;
};

TEST_F(Links, ARelativeOne) {
  move_conf("/boot/real.conf");
  link("../real.conf", kConf);
  expect_followed_to("/boot/real.conf");
}

TEST_F(Links, AnAbsoluteOneIsSeenFromInsideTheRoot) {
  move_conf("/srv/real.conf");
  link("/srv/real.conf", kConf);
  expect_followed_to("/srv/real.conf");
}

TEST_F(Links, TwoLevelsRelativeAndAbsolute) {
  move_conf("/srv/deep/real.conf");
  link("deep/real.conf", "/srv/second");
  link("/srv/second", kConf);
  expect_followed_to("/srv/deep/real.conf");
}

TEST_F(Links, ADirectoryThatIsALink) {
  std::filesystem::rename(tree_.path() / "boot/grub", tree_.path() / "boot/grub-real");
  link("grub-real", "/boot/grub");
  expect_followed_to("/boot/grub-real/grub.conf");
}

TEST_F(Links, ADirectoryThatIsAnAbsoluteLink) {
  std::filesystem::create_directories(tree_.path() / "srv");
  std::filesystem::rename(tree_.path() / "boot/grub", tree_.path() / "srv/grub");
  link("/srv/grub", "/boot/grub");
  expect_followed_to("/srv/grub/grub.conf");
}

TEST_F(Links, UpwardsOutOfTheRootStaysInside) {
  move_conf("/real.conf");
  link("../../../../../../../../../../real.conf", kConf);
  expect_followed_to("/real.conf");
}

/// The file that the link's text names outside exists, and has the very content of a boot file.
TEST_F(Links, NoLinkReachesAFileOutside) {
  const support::ScratchDirectory outside(quick_parent());
  const std::filesystem::path file = outside.write("grub.conf", content_);
  const Snapshot before = snapshot_of(outside.path());
  std::filesystem::remove(tree_.conf());
  for (const std::string& text :
       {file.string(), "../../../../../../../../../.." + file.string(),
        "../../../" + outside.path().filename().string() + "/grub.conf"}) {
    SCOPED_TRACE(text);
    link(text, kConf);
    expect_refused();
    std::filesystem::remove(tree_.conf());
  }
  EXPECT_EQ(difference(before, snapshot_of(outside.path())), "");
}

TEST_F(Links, OneThatLeadsNowhere) {
  std::filesystem::remove(tree_.conf());
  link("nowhere.conf", kConf);
  expect_refused();
}

TEST_F(Links, Loops) {
  std::filesystem::remove(tree_.conf());
  link("other", kConf);
  link("grub.conf", "/boot/grub/other");
  expect_refused();
  std::filesystem::remove(tree_.conf());
  link("grub.conf", kConf);
  expect_refused();
}

/// With a plan that says otherwise: what the loaders would not even plan.
class PlannedLinks : public testing::Test {
 protected:
  [[nodiscard]] Result<model::TransactionOutcome> change(std::optional<std::string> before) const {
    model::ChangeSet changes = five_file_changes();
    model::FileDifference file;
    file.edit = {"/etc/target", "grub-legacy", std::move(before), "new\n"};
    changes.files.push_back(std::move(file));
    const OpenTree open(tree_.path());
    return change::apply(open.store(), *open.writer, changes, kNow);
  }
  /// The error names `says`.
  void expect_refused_with(const std::string& text, const std::string& says) const {
    SCOPED_TRACE("/etc/target -> " + text);
    const std::filesystem::path link = tree_.path() / "etc/target";
    std::filesystem::create_symlink(text, link);
    const Snapshot before = snapshot_of(tree_.path());
    const auto outcome = change("old\n");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().path, says) << describe(outcome.error());
    EXPECT_EQ(difference(before, snapshot_of(tree_.path())), "") << "no state directory either";
    std::filesystem::remove(link);
  }

  FiveFiles tree_;
};

TEST_F(PlannedLinks, DanglingEscapingAndLooping) {
  const support::ScratchDirectory outside(quick_parent());
  const std::string file = outside.write("file", "old\n").string();
  for (const std::string& text : {std::string("nowhere"), std::string("/nowhere/at/all"), file,
                                  "../../../../../.." + file, std::string("target")}) {
    expect_refused_with(text, "/etc/target");
  }
  EXPECT_EQ(outside.read("file"), "old\n");
}

TEST_F(PlannedLinks, ALinkToADirectory) {
  expect_refused_with("sub", "/etc/sub");
}

TEST_F(PlannedLinks, OneFileUnderTwoNames) {
  const std::filesystem::path link = tree_.path() / "etc/target";
  std::filesystem::create_symlink("empty", link);
  const Snapshot before = snapshot_of(tree_.path());
  const auto outcome = change("");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::unsafe) << describe(outcome.error());
  EXPECT_EQ(difference(before, snapshot_of(tree_.path())), "");
}

/// A new file whose name is a link that leads nowhere yet is made where the link leads, inside the
/// root; the link stays, and rollback takes the file away again.
TEST_F(PlannedLinks, ANewFileBehindALinkIsMadeInsideTheRoot) {
  for (const char* const text : {"../boot/made", "/boot/made", "../../../../../../boot/made"}) {
    SCOPED_TRACE(text);
    std::filesystem::create_symlink(text, tree_.path() / "etc/target");
    const Snapshot before = snapshot_of(tree_.path(), kStateDirectory);
    const auto outcome = change(std::nullopt);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    EXPECT_EQ(tree_.read("/boot/made"), "new\n");
    EXPECT_EQ(entry_at(tree_.path() / "etc/target"), before.at("/etc/target"));
    const OpenTree open(tree_.path());
    ASSERT_TRUE(change::rollback(open.store(), *open.writer, ""));
    EXPECT_EQ(difference(before, snapshot_of(tree_.path(), kStateDirectory)), "");
    std::filesystem::remove(tree_.path() / "etc/target");
  }
}

}  // namespace
}  // namespace guestclock::fault
