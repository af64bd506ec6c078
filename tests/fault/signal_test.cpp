// SIGINT and SIGTERM at every system call of a changing run: it ends with the contract's code, and
// what it was at is done or not done, never half.
#include <csignal>
#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault/legacy_tree.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::TracedProgram;
using testing::AnyOf;

class Signalled : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  }

  /// Sends the signal just before the `at`-th changing call. The exit code; nothing where the
  /// program ended earlier.
  static std::optional<int> signalled_at(const LegacyTree& tree,
                                         const std::vector<std::string>& words, std::size_t at) {
    TracedProgram program(words, tree.path());
    for (std::size_t count = 0; count < at; ++count) {
      if (!program.enter()) {
        EXPECT_EQ(program.finish(), 0) << program.output();
        return std::nullopt;
      }
    }
    ::kill(program.pid(), GetParam());
    return program.finish();
  }
};

TEST_P(Signalled, ParamsSetEndsDoneOrNotDone) {
  const LegacyTree untouched;
  const Entry before = entry_at(untouched.conf());
  ASSERT_EQ(untouched.set().exit_code, 0);
  const Entry after = entry_at(untouched.conf());
  std::size_t runs = 0;
  for (std::size_t at = 1; !HasFailure(); ++at) {
    const LegacyTree tree;
    const auto code = signalled_at(tree, tree.setting("divider=10"), at);
    if (!code) break;
    SCOPED_TRACE("signal before call " + std::to_string(at));
    EXPECT_THAT(*code, AnyOf(0, 128 + GetParam()));
    const Entry now = entry_at(tree.conf());
    const bool is_new = same_but_time(now, after);
    EXPECT_TRUE(is_new || now == before);
    const std::vector<std::string> states = tree.states();
    EXPECT_EQ(states == std::vector<std::string>{"applied"}, is_new);
    EXPECT_TRUE(is_new || states.empty() || states.front() == "rolled-back");
    ++runs;
  }
  EXPECT_GE(runs, 20U);
  std::printf("a signal before each of %zu system calls: done or not done each time\n", runs);
}

TEST_P(Signalled, RollbackEndsDoneOrNotDone) {
  const LegacyTree untouched;
  const Entry before = entry_at(untouched.conf());
  for (std::size_t at = 1; !HasFailure(); ++at) {
    const LegacyTree tree;
    ASSERT_EQ(tree.set().exit_code, 0);
    const Entry after = entry_at(tree.conf());
    const auto code = signalled_at(tree, tree.words({"rollback", "--yes"}), at);
    if (!code) break;
    SCOPED_TRACE("signal before call " + std::to_string(at));
    EXPECT_THAT(*code, AnyOf(0, 128 + GetParam()));
    const Entry now = entry_at(tree.conf());
    EXPECT_TRUE(now == before || now == after);
    EXPECT_THAT(tree.states(), testing::ElementsAre(now == after ? "applied" : "rolled-back"));
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, Signalled, testing::Values(SIGINT, SIGTERM),
                         [](const auto& one) { return one.param == SIGINT ? "Int" : "Term"; });

}  // namespace
}  // namespace guestclock::fault
