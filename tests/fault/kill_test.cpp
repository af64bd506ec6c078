// The process is killed at every system call that changes files: design.md, promise 2.
#include <algorithm>
#include <cstdio>
#include <functional>

#include <gtest/gtest.h>

#include "fault/five_files.h"
#include "fault/killed_program.h"
#include "fault/legacy_tree.h"
#include "fault/transaction_checks.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::TracedProgram;

/// Which ends were met, to see that the calls on both sides of the decision were tried.
struct Count {
  std::size_t calls = 0;
  std::size_t runs = 0;
  std::size_t ended_before = 0;
  std::size_t ended_after = 0;
};

/// One driver verb, killed at every call, before and after it; each time on a tree of its own.
Count kill_everywhere(const std::string& verb,
                      const std::function<void(const std::filesystem::path&)>& arrange) {
  Count count;
  for (const Moment moment : {Moment::before, Moment::after}) {
    for (std::size_t at = 1; !testing::Test::HasFatalFailure(); ++at) {
      const FiveFiles tree;
      arrange(tree.path());
      const auto where = killed_at(driver(verb, tree.path()), tree.path(), at, moment);
      if (!where) break;
      SCOPED_TRACE(verb + " killed " + *where);
      EXPECT_EQ(torn_files(tree.path()), "") << "before recovery";
      recover_undisturbed(tree.path());
      const State state = expect_recovered(tree.path());
      // Killed before the next call leaves the same files: looked into once.
      if (moment == Moment::after) expect_usable(tree.path(), state);
      ++(state == State::before ? count.ended_before : count.ended_after);
      ++count.runs;
      count.calls = std::max(count.calls, at);
      if (testing::Test::HasFailure()) return count;  // one report is enough
    }
  }
  return count;
}

class Killed : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  }
};

TEST_F(Killed, AtEveryCallOfApply) {
  const Count count = kill_everywhere("apply", [](const auto&) {});
  EXPECT_GE(count.calls, 60U);
  EXPECT_GT(count.ended_before, count.ended_after);
  EXPECT_GT(count.ended_after, 0U);
  std::printf(
      "killed before and after each of %zu system calls of apply, %zu runs: %zu ended all "
      "old, %zu all new, 0 exceptions\n",
      count.calls, count.runs, count.ended_before, count.ended_after);
}

TEST_F(Killed, AtEveryCallOfRollback) {
  const Count count = kill_everywhere("rollback", apply_undisturbed);
  EXPECT_GE(count.calls, 25U);
  EXPECT_GT(count.ended_before, count.ended_after);
  EXPECT_GT(count.ended_after, 0U);
  std::printf(
      "killed before and after each of %zu system calls of rollback, %zu runs: %zu ended "
      "all old, %zu all new, 0 exceptions\n",
      count.calls, count.runs, count.ended_before, count.ended_after);
}

/// How many calls `verb` makes until half of the files are no longer as they were before it.
std::size_t calls_until_half_way(const std::string& verb, const std::filesystem::path& tree) {
  TracedProgram program(driver(verb, tree), tree);
  const Snapshot start = snapshot_of(tree, kStateDirectory);
  for (std::size_t at = 1;; ++at) {
    auto call = program.enter();
    if (!call || !program.leave(*call)) return 0;
    const Snapshot now = snapshot_of(tree, kStateDirectory);
    std::size_t changed = 0;
    for (const std::string& path : changed_paths()) {
      const auto was = start.find(path);
      const auto is = now.find(path);
      if ((was == start.end()) != (is == now.end()) ||
          (was != start.end() && was->second != is->second)) {
        ++changed;
      }
    }
    if (2 * changed >= changed_paths().size()) return at;
  }
}

TEST_F(Killed, AtEveryCallOfARecovery) {
  std::size_t runs = 0;
  for (const std::string verb : {"apply", "rollback"}) {
    const auto arrange = [&](const std::filesystem::path& tree) {
      if (verb == "rollback") apply_undisturbed(tree);
    };
    const FiveFiles first;
    arrange(first.path());
    const std::size_t half_way = calls_until_half_way(verb, first.path());
    ASSERT_GT(half_way, 0U);
    const Count count = kill_everywhere("recover", [&](const std::filesystem::path& tree) {
      arrange(tree);
      ASSERT_TRUE(killed_at(driver(verb, tree), tree, half_way, Moment::after));
      ASSERT_EQ(state_of(tree), State::neither) << "not half way";
    });
    EXPECT_GE(count.calls, 10U);
    EXPECT_EQ(count.ended_after, 0U);
    runs += count.runs;
  }
  std::printf(
      "killed at %zu places of recoveries from a half-way apply and a half-way rollback: "
      "0 exceptions\n",
      runs);
}

/// The program itself: whatever instant it dies at, the next verb puts things right.
TEST_F(Killed, TheProgramAtEveryCallOfParamsSet) {
  const LegacyTree untouched;
  const Snapshot before = untouched.snapshot();
  ASSERT_EQ(untouched.set().exit_code, 0);
  const Entry after = entry_at(untouched.conf());
  std::size_t runs = 0;
  for (const Moment moment : {Moment::before, Moment::after}) {
    for (std::size_t at = 1;; ++at, ++runs) {
      const LegacyTree tree;
      const auto where = killed_at(tree.setting("divider=10"), tree.path(), at, moment);
      if (!where) break;
      SCOPED_TRACE("killed " + *where);
      const Entry torn = entry_at(tree.conf());
      ASSERT_TRUE(torn == before.at(kConf) || same_but_time(torn, after));
      // history recovers first: what it says is then what stands there.
      const std::vector<std::string> states = tree.states();
      ASSERT_LE(states.size(), 1U);
      const bool applied = states == std::vector<std::string>{"applied"};
      ASSERT_TRUE(applied || states.empty() || states.front() == "rolled-back");
      Snapshot now = tree.snapshot();
      if (applied) {
        ASSERT_TRUE(same_but_time(now.at(kConf), after));
        now[kConf] = before.at(kConf);
      }
      ASSERT_EQ(difference(before, now), "");
    }
  }
  EXPECT_GT(runs, 40U);
  std::printf("guestclock params set killed at %zu places: 0 exceptions\n", runs);
}

}  // namespace
}  // namespace guestclock::fault
