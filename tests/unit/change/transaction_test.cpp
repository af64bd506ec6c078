#include "change/transaction.h"

#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "change/journal.h"
#include "grub/grub_legacy.h"
#include "unit/change/change_sets.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

struct FileFacts {
  mode_t mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  std::string xattr;

  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

class Transaction : public testing::Test {
 protected:
  void SetUp() override {
    tree_.write("/boot/grub/grub.conf", "old\n");
    std::filesystem::create_directories(tree_.path() / "etc");
    std::filesystem::create_symlink("../boot/grub/grub.conf", tree_.path() / "etc/grub.conf");
    const std::string conf = full("/boot/grub/grub.conf");
    const std::array<timespec, 2> times{{{1240000000, 0}, {1240000000, 123456789}}};
    ASSERT_EQ(::chmod(conf.c_str(), 0640), 0);
    if (::geteuid() == 0) {
      ASSERT_EQ(::chown(conf.c_str(), 12, 34), 0);
    }
    // Not every file system has them; then there is nothing to keep either.
    static_cast<void>(::setxattr(conf.c_str(), "user.note", "kept", 4, 0));
    ASSERT_EQ(::utimensat(AT_FDCWD, conf.c_str(), times.data(), 0), 0);
    open_ = std::make_unique<OpenTree>(tree_);
  }

  [[nodiscard]] std::string full(const std::string& path) const {
    return tree_.path().string() + path;
  }
  [[nodiscard]] FileFacts facts(const std::string& path) const {
    struct stat status {};
    EXPECT_EQ(::stat(full(path).c_str(), &status), 0);
    std::array<char, 64> value{};
    const ssize_t size = ::getxattr(full(path).c_str(), "user.note", value.data(), value.size());
    return {status.st_mode,        status.st_uid,          status.st_gid,
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, size > 0 ? value.data() : ""};
  }
  [[nodiscard]] static model::ChangeSet set_of(std::vector<model::FileDifference> files) {
    model::ChangeSet changes;
    changes.files = std::move(files);
    changes.rules = {"V-01"};
    changes.parameters = {"clocksource=acpi_pm"};
    return changes;
  }
  [[nodiscard]] model::ChangeSet grub_edit() const {
    return set_of({edit_of("/etc/grub.conf", "old\n", "new\n")});
  }
  Result<model::TransactionOutcome> carry_out(const model::ChangeSet& changes) {
    return apply(open_->store(), *open_->writer, changes, kNow);
  }
  Result<model::TransactionOutcome> undo(const std::string& id = "") {
    return rollback(open_->store(), *open_->writer, id);
  }
  [[nodiscard]] std::vector<model::TransactionSummary> past() const {
    auto summaries = history(open_->store());
    return summaries ? *summaries : std::vector<model::TransactionSummary>();
  }

  support::ScratchDirectory tree_;
  std::unique_ptr<OpenTree> open_;
};

TEST_F(Transaction, ReplacesTheTargetOfALinkAndGivesEverythingBack) {
  const FileFacts before = facts("/boot/grub/grub.conf");
  const auto tree_before = contents_below(tree_.path());
  const auto applied = carry_out(grub_edit());
  ASSERT_TRUE(applied) << describe(applied.error());
  EXPECT_EQ(applied->id, "20261123T123456Z-1");
  EXPECT_EQ(applied->state, TransactionState::applied);
  EXPECT_TRUE(applied->changed);
  EXPECT_EQ(applied->files, (std::vector<std::string>{"/etc/grub.conf"}));
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "new\n");
  EXPECT_TRUE(std::filesystem::is_symlink(tree_.path() / "etc/grub.conf"));
  FileFacts now = facts("/boot/grub/grub.conf");
  EXPECT_GT(now.seconds, before.seconds);
  now.seconds = before.seconds;
  now.nanoseconds = before.nanoseconds;
  EXPECT_EQ(now, before);

  const auto undone = undo();
  ASSERT_TRUE(undone) << describe(undone.error());
  EXPECT_EQ(undone->id, applied->id);
  EXPECT_EQ(undone->state, TransactionState::rolled_back);
  EXPECT_TRUE(undone->changed);
  EXPECT_FALSE(undone->reboot_required);
  EXPECT_EQ(facts("/boot/grub/grub.conf"), before);
  auto tree_after = contents_below(tree_.path(), "/var");
  EXPECT_EQ(tree_after, tree_before);
}

TEST_F(Transaction, TheStoreIsPrivate) {
  ASSERT_TRUE(carry_out(grub_edit()));
  const std::string txn = "/var/lib/guestclock/txn/20261123T123456Z-1";
  for (const std::string& directory :
       {std::string("/var/lib/guestclock"), std::string("/var/lib/guestclock/txn"), txn}) {
    EXPECT_EQ(facts(directory).mode & 07777U, 0700U) << directory;
  }
  for (const char* file : {"/journal", "/0.before", "/0.after"}) {
    EXPECT_EQ(facts(txn + file).mode & 07777U, 0600U) << file;
  }
  EXPECT_EQ(facts("/var/lib/guestclock/lock").mode & 07777U, 0600U);
  EXPECT_EQ(tree_.read(txn + "/0.before"), "old\n");
  EXPECT_EQ(facts("/var/lib").mode & 07777U, 0755U);
}

TEST_F(Transaction, WhatItCreatesIsRemovedAgain) {
  const auto before = contents_below(tree_.path());
  const auto applied = carry_out(set_of(
      {edit_of("/a/b/one.conf", std::nullopt, "1\n"), edit_of("/a/b/two.conf", std::nullopt, "2\n"),
       edit_of("/boot/loader.conf", std::nullopt, "kern.hz=\"100\"\n")}));
  ASSERT_TRUE(applied) << describe(applied.error());
  EXPECT_EQ(tree_.read("/a/b/two.conf"), "2\n");
  EXPECT_EQ(facts("/boot/loader.conf").mode & 07777U, 0644U);
  EXPECT_EQ(facts("/boot/loader.conf").uid, facts("/boot").uid);
  ASSERT_TRUE(undo());
  EXPECT_EQ(contents_below(tree_.path(), "/var").size(), before.size());
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "a"));
}

TEST_F(Transaction, ADirectoryThatSomebodyElseUsesNowStays) {
  ASSERT_TRUE(carry_out(set_of({edit_of("/a/b/one.conf", std::nullopt, "1\n")})));
  tree_.write("/a/theirs", "x");
  ASSERT_TRUE(undo());
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "a/b"));
  EXPECT_EQ(tree_.read("/a/theirs"), "x");
}

TEST_F(Transaction, NoFilesToChangeWritesNothing) {
  model::ChangeSet nothing;
  nothing.reboot_required = true;
  nothing.pending = {"run update-grub"};
  const auto outcome = carry_out(nothing);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->changed);
  EXPECT_EQ(outcome->id, "");
  EXPECT_FALSE(outcome->state);
  EXPECT_TRUE(outcome->reboot_required);
  EXPECT_EQ(outcome->pending, nothing.pending);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
}

TEST_F(Transaction, ReadingNeverWrites) {
  EXPECT_TRUE(past().empty());
  EXPECT_TRUE(own_parameters(open_->store()).empty());
  const auto undone = undo();
  ASSERT_TRUE(undone);
  EXPECT_FALSE(undone->changed);
  EXPECT_EQ(undone->state, TransactionState::rolled_back);
  EXPECT_TRUE(recover(open_->store(), *open_->writer)->empty());
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
}

TEST_F(Transaction, APlanThatIsOutOfDateWritesNothing) {
  tree_.write("/boot/grub/grub.conf", "other\n");
  const auto changed = carry_out(grub_edit());
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::conflict);
  EXPECT_EQ(changed.error().path, "/etc/grub.conf");
  const auto appeared = carry_out(set_of({edit_of("/boot/grub/grub.conf", std::nullopt, "new\n")}));
  EXPECT_EQ(appeared.error().code, ErrorCode::conflict);
  const auto gone = carry_out(set_of({edit_of("/boot/gone", "x", "y")}));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::conflict);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "var"));
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "other\n");
}

TEST_F(Transaction, OneFileUnderTwoNamesIsRefused) {
  const auto refused = carry_out(set_of({edit_of("/etc/grub.conf", "old\n", "a\n"),
                                         edit_of("/boot/grub/grub.conf", "old\n", "b\n")}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsafe);
}

TEST_F(Transaction, TheLastOneGoesFirst) {
  ASSERT_TRUE(carry_out(grub_edit()));
  auto second = set_of({edit_of("/etc/grub.conf", "new\n", "newer\n")});
  second.parameters = {"divider=10"};
  // The clock went back in between: the running number decides, not the time.
  const auto applied = apply(open_->store(), *open_->writer, second, Nanoseconds(0));
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->id, "19700101T000000Z-2");
  ASSERT_EQ(past().size(), 2U);
  EXPECT_EQ(past()[0].id, "20261123T123456Z-1");
  EXPECT_EQ(own_parameters(open_->store()),
            (std::vector<std::string>{"clocksource=acpi_pm", "divider=10"}));

  EXPECT_EQ(undo()->id, "19700101T000000Z-2");
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "new\n");
  EXPECT_EQ(own_parameters(open_->store()), (std::vector<std::string>{"clocksource=acpi_pm"}));
  EXPECT_EQ(undo()->id, "20261123T123456Z-1");
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "old\n");
  EXPECT_FALSE(undo()->changed);
  EXPECT_EQ(past()[0].state, TransactionState::rolled_back);
}

TEST_F(Transaction, HistoryTellsWhatWasDone) {
  ASSERT_TRUE(carry_out(grub_edit()));
  const auto summaries = past();
  ASSERT_EQ(summaries.size(), 1U);
  EXPECT_EQ(summaries[0].id, "20261123T123456Z-1");
  EXPECT_EQ(summaries[0].state, TransactionState::applied);
  EXPECT_EQ(summaries[0].time, "2026-11-23T12:34:56Z");
  EXPECT_EQ(summaries[0].rules, (std::vector<std::string>{"V-01"}));
  EXPECT_EQ(summaries[0].parameters, (std::vector<std::string>{"clocksource=acpi_pm"}));
  EXPECT_EQ(summaries[0].files, (std::vector<std::string>{"/etc/grub.conf"}));
}

TEST_F(Transaction, NamedTransactions) {
  ASSERT_TRUE(carry_out(grub_edit()));
  const auto unknown = undo("../../etc-1");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  EXPECT_TRUE(undo("20261123T123456Z-1")->changed);
  const auto again = undo("20261123T123456Z-1");
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->state, TransactionState::rolled_back);
}

TEST_F(Transaction, AFileThatSomebodyElseChangedIsAConflictAndNothingIsWritten) {
  tree_.write("/etc/other", "1\n");
  ASSERT_TRUE(carry_out(
      set_of({edit_of("/etc/grub.conf", "old\n", "new\n"), edit_of("/etc/other", "1\n", "2\n")})));
  tree_.write("/boot/grub/grub.conf", "new\ntheirs\n");
  const auto before = contents_below(tree_.path());
  const auto conflict = undo();
  ASSERT_TRUE(conflict) << describe(conflict.error());
  EXPECT_EQ(conflict->state, TransactionState::conflict);
  EXPECT_FALSE(conflict->changed);
  EXPECT_EQ(conflict->conflict_diff,
            "--- a/etc/grub.conf\n+++ b/etc/grub.conf\n@@ -1 +1,2 @@\n new\n+theirs\n");
  EXPECT_EQ(contents_below(tree_.path()), before);
  // Once they took their change back, it works.
  tree_.write("/boot/grub/grub.conf", "new\n");
  EXPECT_TRUE(undo()->changed);
  EXPECT_EQ(tree_.read("/etc/other"), "1\n");
}

TEST_F(Transaction, OnlyOurParametersAreTakenOutOfAFileThatSomebodyElseChanged) {
  const std::string title = "default=0\ntitle Linux\n\troot (hd0,0)\n\tkernel /vmlinuz ro a=1";
  tree_.write("/boot/grub/grub.conf", title + " b=2\n");
  ASSERT_TRUE(carry_out(
      set_of({edit_of("/etc/grub.conf", title + " b=2\n", title + " b=3 divider=10\n")})));
  const std::string fresh = "title New\n\tkernel /vmlinuz-new ro divider=10\n";
  tree_.write("/boot/grub/grub.conf", "timeout=3\n" + title + " b=3 divider=10 c=4\n" + fresh);
  ASSERT_EQ(::chmod(full("/boot/grub/grub.conf").c_str(), 0604), 0);
  const grub::GrubLegacy legacy;
  const boot::BootLoader* const loaders[] = {&legacy};
  const auto undone = rollback(open_->store(), *open_->writer, "", {loaders, false});
  ASSERT_TRUE(undone) << describe(undone.error());
  EXPECT_EQ(undone->state, TransactionState::rolled_back) << undone->conflict_diff;
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "timeout=3\n" + title + " b=2 c=4\n" + fresh);
  EXPECT_EQ(facts("/boot/grub/grub.conf").mode & 07777U, 0604U);
  ASSERT_EQ(undone->pending.size(), 1U);
  EXPECT_NE(undone->pending.front().find("\"New\""), std::string::npos) << undone->pending.front();
}

TEST_F(Transaction, AParameterThatWasChangedAgainIsAConflict) {
  const std::string title = "title Linux\n\tkernel /vmlinuz ro";
  tree_.write("/boot/grub/grub.conf", title + "\n");
  ASSERT_TRUE(
      carry_out(set_of({edit_of("/etc/grub.conf", title + "\n", title + " divider=10\n")})));
  tree_.write("/boot/grub/grub.conf", title + " divider=5\n");
  const grub::GrubLegacy legacy;
  const boot::BootLoader* const loaders[] = {&legacy};
  const auto refused = rollback(open_->store(), *open_->writer, "", {loaders, false});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->state, TransactionState::conflict);
  EXPECT_NE(refused->conflict_diff.find("+\tkernel /vmlinuz ro divider=5"), std::string::npos);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), title + " divider=5\n");
}

TEST_F(Transaction, ForceGivesBackTheBytesBeforeWhateverStandsThere) {
  tree_.write("/etc/other", "1\n");
  const FileFacts before = facts("/boot/grub/grub.conf");
  const auto tree_before = contents_below(tree_.path());
  ASSERT_TRUE(carry_out(
      set_of({edit_of("/etc/grub.conf", "old\n", "new\n"), edit_of("/etc/other", "1\n", "2\n"),
              edit_of("/etc/made", std::nullopt, "3\n")})));
  tree_.write("/boot/grub/grub.conf", "new\nand theirs\n");
  tree_.write("/etc/made", "theirs\n");
  std::filesystem::remove(tree_.path() / "etc/other");
  const auto refused = undo();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->state, TransactionState::conflict);
  const auto forced = rollback(open_->store(), *open_->writer, "", {{}, true});
  ASSERT_TRUE(forced) << describe(forced.error());
  EXPECT_EQ(forced->state, TransactionState::rolled_back);
  EXPECT_EQ(contents_below(tree_.path(), "/var"), tree_before);
  EXPECT_EQ(facts("/boot/grub/grub.conf"), before);
}

TEST_F(Transaction, AFileThatIsGoneIsAConflictToo) {
  ASSERT_TRUE(carry_out(grub_edit()));
  std::filesystem::remove(tree_.path() / "boot/grub/grub.conf");
  const auto conflict = undo();
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->state, TransactionState::conflict);
  EXPECT_NE(conflict->conflict_diff, "");
}

TEST_F(Transaction, WhatIsBackAlreadyIsLeftAlone) {
  ASSERT_TRUE(carry_out(grub_edit()));
  tree_.write("/boot/grub/grub.conf", "old\n");
  const auto undone = undo();
  ASSERT_TRUE(undone);
  EXPECT_FALSE(undone->changed);
  EXPECT_EQ(undone->state, TransactionState::rolled_back);
}

TEST_F(Transaction, ADamagedCopyIsNotPutBack) {
  ASSERT_TRUE(carry_out(grub_edit()));
  tree_.write("/var/lib/guestclock/txn/20261123T123456Z-1/0.before", "0ld\n");
  const auto refused = undo();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::malformed);
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "new\n");
}

TEST_F(Transaction, ADamagedJournalIsNotBelieved) {
  ASSERT_TRUE(carry_out(grub_edit()));
  const std::string path = "/var/lib/guestclock/txn/20261123T123456Z-1/journal";
  std::string bytes = tree_.read(path);
  bytes[bytes.find("\"file\"")] = 'x';
  tree_.write(path, bytes);
  EXPECT_EQ(past().at(0).state, TransactionState::conflict);
  const auto refused = undo("20261123T123456Z-1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::malformed);
}

TEST_F(Transaction, AnotherRunHoldsTheLock) {
  ASSERT_TRUE(carry_out(grub_edit()));
  const auto lock = open_->writer->lock("/var/lib/guestclock/lock");
  ASSERT_TRUE(lock);
  const OpenTree other(tree_);
  const auto busy = rollback(other.store(), *other.writer, "");
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::busy);
}

TEST_F(Transaction, APackageManagerAtWorkIsWaitedForAndThenRefused) {
  tree_.write("/var/lib/dpkg/lock-frontend", "");
  const auto dpkg = open_->writer->hold("/var/lib/dpkg/lock-frontend", Nanoseconds{});
  ASSERT_TRUE(dpkg);
  Store store = open_->store();
  store.patience = Nanoseconds{};
  const auto busy = apply(store, *open_->writer, grub_edit(), kNow);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::busy);
  EXPECT_EQ(busy.error().path, "/var/lib/dpkg/lock-frontend");
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "old\n");
  EXPECT_TRUE(past().empty());
}

TEST_F(Transaction, PacmansLockIsItsExistence) {
  tree_.write("/var/lib/pacman/db.lck", "");
  const auto busy = carry_out(grub_edit());
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::busy);
  std::filesystem::remove(tree_.path() / "var/lib/pacman/db.lck");
  EXPECT_TRUE(carry_out(grub_edit()));
}

TEST_F(Transaction, PurgeForgetsTheLastFinishedOne) {
  const auto first = carry_out(grub_edit());
  ASSERT_TRUE(first);
  ASSERT_TRUE(undo());
  const auto second = carry_out(grub_edit());
  ASSERT_TRUE(second);
  const auto forgotten = purge(open_->store(), *open_->writer, "", false);
  ASSERT_TRUE(forgotten) << describe(forgotten.error());
  EXPECT_EQ(forgotten->id, first->id);
  EXPECT_EQ(forgotten->state, TransactionState::rolled_back);
  EXPECT_TRUE(forgotten->changed);
  ASSERT_EQ(past().size(), 1U);
  EXPECT_EQ(past().front().id, second->id);
  EXPECT_FALSE(std::filesystem::exists(full("/var/lib/guestclock/txn/" + first->id)));
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "new\n");

  const auto nothing = purge(open_->store(), *open_->writer, "", false);
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->changed);
}

TEST_F(Transaction, PurgeTakesWhatIsInForceOnlyByNameAndForce) {
  const auto applied = carry_out(grub_edit());
  ASSERT_TRUE(applied);
  const auto refused = purge(open_->store(), *open_->writer, applied->id, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsafe);
  const auto unknown = purge(open_->store(), *open_->writer, "20261123T123456Z-9", true);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  EXPECT_EQ(past().size(), 1U);
  EXPECT_TRUE(purge(open_->store(), *open_->writer, applied->id, true));
  EXPECT_TRUE(past().empty());
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), "new\n");
}

TEST_F(Transaction, CanBeUndoneByHand) {
  tree_.write("/etc/it's odd", "1\n");
  const auto before = contents_below(tree_.path());
  const FileFacts facts_before = facts("/boot/grub/grub.conf");
  const auto applied = carry_out(
      set_of({edit_of("/etc/grub.conf", "old\n", "new\n"), edit_of("/etc/it's odd", "1\n", "2\n"),
              edit_of("/a/b/c", std::nullopt, "3\n")}));
  ASSERT_TRUE(applied);
  ASSERT_FALSE(applied->undo_by_hand.empty());
  for (const std::string& command : applied->undo_by_hand) {
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }
  EXPECT_EQ(contents_below(tree_.path(), "/var"), before);
  EXPECT_EQ(facts("/boot/grub/grub.conf"), facts_before);
  const auto undone = undo();
  ASSERT_TRUE(undone);
  EXPECT_FALSE(undone->changed);
}

}  // namespace
}  // namespace guestclock::change
