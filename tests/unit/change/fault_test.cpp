// A transaction of several files that goes wrong at every operation in turn: afterwards every file
// is wholly old or wholly new, all of them alike, and nothing is left beside them.
#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

#include <gtest/gtest.h>

#include "change/journal.h"
#include "change/rollback_preview.h"
#include "support/fault_writer.h"
#include "unit/change/change_sets.h"

namespace guestclock::change {
namespace {

using support::FaultWriter;
using Kind = FaultWriter::Fault;
using Moment = FaultWriter::Moment;
using Contents = std::map<std::string, std::string>;

constexpr const char* kState = "/var";

Contents old_files() {
  return {{"/boot/grub/grub.conf", "old menu\n"},
          {"/etc/one", "old one\n"},
          {"/etc/two", ""},
          {"/etc/three", std::string("\0\xff\n", 3)},
          {"/etc/linked", std::string(3000, 'o')}};
}

model::ChangeSet changes() {
  model::ChangeSet set;
  for (const auto& [path, bytes] : old_files()) {
    const std::string after = path == "/etc/linked" ? std::string(4000, 'n') : "new " + path + "\n";
    set.files.push_back(
        edit_of(path == "/boot/grub/grub.conf" ? "/etc/grub.conf" : path, bytes, after));
  }
  set.files.insert(set.files.begin() + 1, edit_of("/new/deep/file", std::nullopt, "made\n"));
  set.files.push_back(edit_of("/etc/last", std::nullopt, "made too\n"));
  set.parameters = {"divider=10"};
  return set;
}

void fill(const support::ScratchDirectory& tree) {
  for (const auto& [path, bytes] : old_files())
    tree.write(path, bytes);
  std::filesystem::create_symlink("../boot/grub/grub.conf", tree.path() / "etc/grub.conf");
  // A second name: it is overwritten in place, and may be found half old and half new.
  std::filesystem::create_hard_link(tree.path() / "etc/linked", tree.path() / "etc/other-name");
}

Result<model::TransactionOutcome> carry_out(const OpenTree& open, system::SystemWriter& writer) {
  return apply(open.store(), writer, changes(), kNow, true);
}

/// The tree before, and after the whole transaction.
struct Expected {
  Contents before;
  Contents after;
};

Expected expected() {
  Expected both;
  const support::ScratchDirectory tree;
  fill(tree);
  both.before = contents_below(tree.path(), kState);
  const OpenTree open(tree);
  EXPECT_TRUE(carry_out(open, *open.writer));
  both.after = contents_below(tree.path(), kState);
  return both;
}

/// How many operations a whole run takes.
std::size_t operations_of_apply() {
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  FaultWriter writer(*open.writer, 0, Kind::die);
  EXPECT_TRUE(carry_out(open, writer));
  return writer.operations();
}

/// Every file is in place, but nothing says so yet.
void die_before_the_last_mark(const OpenTree& open) {
  FaultWriter writer(*open.writer, operations_of_apply(), Kind::die, FaultWriter::Moment::before);
  EXPECT_THROW(static_cast<void>(carry_out(open, writer)), support::Died);
}

std::size_t operations_of_rollback() {
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  EXPECT_TRUE(carry_out(open, *open.writer));
  FaultWriter writer(*open.writer, 0, Kind::die);
  EXPECT_TRUE(rollback(open.store(), writer, ""));
  return writer.operations();
}

/// Thousands of syncs: on a file system in memory where there is one, they cost nothing.
class Fault : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* const set = std::getenv("TMPDIR");
    if (set != nullptr) old_ = set;
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  }
  static void TearDownTestSuite() {
    if (old_) {
      ::setenv("TMPDIR", old_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }

 private:
  static inline std::optional<std::string> old_;
};

constexpr std::array kMoments{Moment::before, Moment::halfway, Moment::after};

/// No transaction is left half done, and the next one works.
void check_usable(const support::ScratchDirectory& tree, const Expected& both) {
  const OpenTree open(tree);
  const auto summaries = history(open.store());
  ASSERT_TRUE(summaries);
  for (const auto& summary : *summaries) {
    EXPECT_NE(summary.state, model::TransactionState::prepared);
    EXPECT_NE(summary.state, model::TransactionState::conflict);
  }
  if (contents_below(tree.path(), kState) == both.before) {
    EXPECT_TRUE(own_parameters(open.store()).empty());
    ASSERT_TRUE(carry_out(open, *open.writer));
    EXPECT_EQ(contents_below(tree.path(), kState), both.after);
  }
  EXPECT_EQ(own_parameters(open.store()), (std::vector<std::string>{"divider=10"}));
  const auto undone = rollback(open.store(), *open.writer, "");
  ASSERT_TRUE(undone) << describe(undone.error());
  EXPECT_TRUE(undone->changed);
  EXPECT_EQ(contents_below(tree.path(), kState), both.before);
}

TEST_F(Fault, DyingDuringApplyLeavesAllOldOrAllNew) {
  const Expected both = expected();
  const std::size_t operations = operations_of_apply();
  ASSERT_GE(operations, 20U);
  std::size_t cases = 0;
  for (std::size_t at = 1; at <= operations; ++at) {
    for (const Moment moment : kMoments) {
      const support::ScratchDirectory tree;
      fill(tree);
      {
        const OpenTree open(tree);
        FaultWriter writer(*open.writer, at, Kind::die, moment);
        EXPECT_THROW(static_cast<void>(carry_out(open, writer)), support::Died);
      }
      const OpenTree open(tree);
      ASSERT_TRUE(recover(open.store(), *open.writer)) << at;
      const Contents now = contents_below(tree.path(), kState);
      ASSERT_TRUE(now == both.before || now == both.after) << at;
      // Only the very last mark decides for the new side.
      EXPECT_EQ(now == both.after, at == operations && moment == Moment::after) << at;
      check_usable(tree, both);
      ++cases;
    }
  }
  RecordProperty("cases", static_cast<int>(cases));
}

TEST_F(Fault, AFailureDuringApplyIsUndoneBeforeItReturns) {
  const Expected both = expected();
  const std::size_t operations = operations_of_apply();
  for (std::size_t at = 1; at <= operations; ++at) {
    for (const Moment moment : kMoments) {
      const support::ScratchDirectory tree;
      fill(tree);
      const OpenTree open(tree);
      FaultWriter writer(*open.writer, at, Kind::fail_once, moment);
      const auto outcome = carry_out(open, writer);
      ASSERT_FALSE(outcome) << at;
      EXPECT_EQ(outcome.error().code, ErrorCode::io) << describe(outcome.error());
      // The mark "applied" got through, so what was applied stands and says so.
      const bool stands = at == operations && moment == Moment::after;
      EXPECT_EQ(contents_below(tree.path(), kState), stands ? both.after : both.before) << at;
      check_usable(tree, both);
    }
  }
}

TEST_F(Fault, ADiskThatStaysBrokenIsPutRightByTheNextRun) {
  const Expected both = expected();
  const std::size_t operations = operations_of_apply();
  for (std::size_t at = 1; at <= operations; ++at) {
    for (const Moment moment : kMoments) {
      const support::ScratchDirectory tree;
      fill(tree);
      const OpenTree open(tree);
      FaultWriter writer(*open.writer, at, Kind::fail_always, moment);
      ASSERT_FALSE(carry_out(open, writer)) << at;
      ASSERT_TRUE(recover(open.store(), *open.writer)) << at;
      const Contents now = contents_below(tree.path(), kState);
      ASSERT_TRUE(now == both.before || now == both.after) << at;
      check_usable(tree, both);
    }
  }
}

TEST_F(Fault, DyingDuringRollbackIsFinishedByTheNextRun) {
  const Expected both = expected();
  const std::size_t operations = operations_of_rollback();
  ASSERT_GE(operations, 10U);
  for (std::size_t at = 1; at <= operations; ++at) {
    for (const Moment moment : kMoments) {
      for (const Kind fault : {Kind::die, Kind::fail_once, Kind::fail_always}) {
        const support::ScratchDirectory tree;
        fill(tree);
        const OpenTree open(tree);
        ASSERT_TRUE(carry_out(open, *open.writer));
        FaultWriter writer(*open.writer, at, fault, moment);
        try {
          EXPECT_FALSE(rollback(open.store(), writer, "")) << at;
        } catch (const support::Died&) {
        }
        const OpenTree again(tree);
        ASSERT_TRUE(recover(again.store(), *again.writer)) << at;
        const Contents now = contents_below(tree.path(), kState);
        ASSERT_TRUE(now == both.before || now == both.after) << at;
        check_usable(tree, both);
      }
    }
  }
}

TEST_F(Fault, TheNextRollbackFinishesTheInterruptedOne) {
  const Expected both = expected();
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  ASSERT_TRUE(carry_out(open, *open.writer));
  FaultWriter writer(*open.writer, 4, Kind::die, Moment::after);
  EXPECT_THROW(static_cast<void>(rollback(open.store(), writer, "")), support::Died);
  const auto undone = rollback(open.store(), *open.writer, "");
  ASSERT_TRUE(undone);
  EXPECT_TRUE(undone->changed);
  EXPECT_EQ(undone->state, model::TransactionState::rolled_back);
  EXPECT_EQ(contents_below(tree.path(), kState), both.before);
}

TEST_F(Fault, APurgeThatIsCutOffLeavesTheTransactionWholeOrForgotten) {
  std::size_t kept = 0;
  std::size_t forgotten = 0;
  for (std::size_t at = 1;; ++at) {
    const support::ScratchDirectory tree;
    fill(tree);
    const OpenTree open(tree);
    ASSERT_TRUE(carry_out(open, *open.writer));
    ASSERT_TRUE(rollback(open.store(), *open.writer, ""));
    FaultWriter writer(*open.writer, at, Kind::die, Moment::before);
    bool died = false;
    try {
      static_cast<void>(purge(open.store(), writer, "", false));
    } catch (const support::Died&) {
      died = true;
    }
    if (!died) break;
    ASSERT_TRUE(recover(open.store(), *open.writer));
    const auto past = history(open.store());
    ASSERT_TRUE(past);
    const auto files = contents_below(tree.path() / "var/lib/guestclock/txn");
    if (past->empty()) {
      EXPECT_TRUE(files.empty());
      ++forgotten;
    } else {
      EXPECT_EQ(past->front().state, model::TransactionState::rolled_back);
      EXPECT_GT(files.size(), 3U);
      ++kept;
    }
  }
  EXPECT_GT(kept, 0U);
  EXPECT_GT(forgotten, 0U);
}

TEST_F(Fault, DyingDuringRecoveryIsRecoveredFrom) {
  const Expected both = expected();
  std::size_t cases = 0;
  for (const Moment moment : kMoments) {
    bool died = true;
    for (std::size_t at = 1; died; ++at) {
      died = false;
      const support::ScratchDirectory tree;
      fill(tree);
      const OpenTree open(tree);
      die_before_the_last_mark(open);
      FaultWriter again(*open.writer, at, Kind::die, moment);
      try {
        ASSERT_TRUE(recover(open.store(), again)) << at;
      } catch (const support::Died&) {
        died = true;
      }
      const auto recovered = recover(open.store(), *open.writer);
      ASSERT_TRUE(recovered) << at << ": " << describe(recovered.error());
      EXPECT_EQ(contents_below(tree.path(), kState), both.before) << at;
      check_usable(tree, both);
      ++cases;
    }
  }
  EXPECT_GT(cases, 60U);
}

TEST_F(Fault, ADryRunShowsWhatRecoveryWouldPutBack) {
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  die_before_the_last_mark(open);
  // Half overwritten: what recovery takes for ours is no conflict here either.
  const std::string half = std::string(1024, 'n') + std::string(1976, 'o');
  tree.write("/etc/linked", half);
  const Contents now = contents_below(tree.path());
  const auto shown = preview_rollback(open.store(), "");
  ASSERT_TRUE(shown) << describe(shown.error());
  EXPECT_TRUE(shown->dry_run);
  EXPECT_TRUE(shown->changed);
  EXPECT_EQ(shown->state, model::TransactionState::prepared);
  EXPECT_NE(shown->diff.find("+old one\n"), std::string::npos) << shown->diff;
  EXPECT_NE(shown->diff.find("+++ b/etc/linked"), std::string::npos);
  EXPECT_EQ(contents_below(tree.path()), now) << "nothing is written";
}

TEST_F(Fault, AVersionThatWasExchangedAtTheLastMomentIsNotRemoved) {
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  die_before_the_last_mark(open);
  const std::string transaction = "/var/lib/guestclock/txn/20261123T123456Z-1";
  const Journal journal = decode_journal(tree.read(transaction + "/journal"));
  const auto one = std::find_if(journal.files.begin(), journal.files.end(),
                                [](const JournalFile& file) { return file.path == "/etc/one"; });
  ASSERT_NE(one, journal.files.end());
  tree.write(one->temporary, "theirs\n");
  const auto refused = recover(open.store(), *open.writer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(tree.read(one->temporary), "theirs\n");
  // What an earlier recovery wrote of the file before is ours.
  tree.write(one->temporary, "old");
  EXPECT_TRUE(recover(open.store(), *open.writer));
  EXPECT_EQ(tree.read("/etc/one"), "old one\n");
}

TEST_F(Fault, ApplyAfterACrashUndoesItAndSaysThatThePlanIsOld) {
  const Expected both = expected();
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  die_before_the_last_mark(open);
  // Also for a plan that found nothing to do, because it saw the half-done files.
  const auto outcome = apply(open.store(), *open.writer, model::ChangeSet{}, kNow);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::conflict);
  EXPECT_EQ(contents_below(tree.path(), kState), both.before);
  EXPECT_TRUE(carry_out(open, *open.writer));
}

TEST_F(Fault, RecoveryLeavesForeignChangesAlone) {
  const support::ScratchDirectory tree;
  fill(tree);
  const OpenTree open(tree);
  die_before_the_last_mark(open);
  tree.write("/etc/one", "theirs\n");
  const auto recovered = recover(open.store(), *open.writer);
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, ErrorCode::conflict);
  EXPECT_EQ(recovered.error().path, "/etc/one");
  EXPECT_EQ(tree.read("/etc/one"), "theirs\n");
  EXPECT_EQ(tree.read("/boot/grub/grub.conf"), "old menu\n");
  EXPECT_FALSE(std::filesystem::exists(tree.path() / "new"));
  // Said once; it does not stand in the way for ever.
  EXPECT_TRUE(recover(open.store(), *open.writer));
  EXPECT_EQ(history(open.store())->back().state, model::TransactionState::conflict);
}

}  // namespace
}  // namespace guestclock::change
