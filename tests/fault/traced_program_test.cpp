// The harness itself: a call that was to be prevented did not happen, one that was to happen did.
#include "support/traced_program.h"

#include <cerrno>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault/five_files.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock::fault {
namespace {

using support::ChangingCall;
using support::TracedProgram;

class Traced : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  }
  [[nodiscard]] std::vector<std::string> making_two() const {
    return {"mkdir", (directory() / "one").string(), (directory() / "two").string()};
  }
  [[nodiscard]] const std::filesystem::path& directory() const { return scratch_.path(); }
  [[nodiscard]] bool there(const char* name) const {
    return std::filesystem::exists(directory() / name);
  }

  support::ScratchDirectory scratch_{quick_parent()};
};

TEST_F(Traced, KillingBeforeACallPreventsIt) {
  TracedProgram program(making_two(), directory());
  const auto first = program.enter();
  ASSERT_TRUE(first);
  EXPECT_THAT(first->name, testing::StartsWith("mkdir"));
  EXPECT_EQ(first->path, (directory() / "one").string());
  const auto second = program.enter();
  ASSERT_TRUE(second);
  program.kill();
  EXPECT_TRUE(there("one"));
  EXPECT_FALSE(there("two"));
}

TEST_F(Traced, KillingAfterACallKeepsIt) {
  TracedProgram program(making_two(), directory());
  auto first = program.enter();
  ASSERT_TRUE(first);
  ASSERT_TRUE(program.leave(*first));
  EXPECT_EQ(first->result, 0);
  program.kill();
  EXPECT_TRUE(there("one"));
  EXPECT_FALSE(there("two"));
}

TEST_F(Traced, TheResultOfAFailedCallIsKnown) {
  std::filesystem::create_directory(directory() / "one");
  TracedProgram program(making_two(), directory());
  auto first = program.enter();
  ASSERT_TRUE(first);
  ASSERT_TRUE(program.leave(*first));
  EXPECT_EQ(first->result, -EEXIST);
  EXPECT_EQ(program.finish(), 1);
  EXPECT_THAT(program.output(), testing::HasSubstr("exists"));
  EXPECT_TRUE(there("two"));
}

TEST_F(Traced, SeesWritesSyncsAndRenames) {
  const std::string from = (directory() / "from").string();
  const std::string to = (directory() / "to").string();
  TracedProgram program({"sh", "-c", "echo text > " + from}, directory());
  std::vector<std::string> seen;
  std::string written;
  while (auto call = program.enter()) {
    seen.push_back(call->name);
    written += call->bytes;
    EXPECT_EQ(call->path, from);
  }
  EXPECT_EQ(program.finish(), 0) << program.output();
  EXPECT_THAT(seen, testing::ElementsAre("openat", "write"));
  EXPECT_EQ(written, "text\n");

  TracedProgram syncer({"sync", from}, directory());
  const auto sync = syncer.enter();
  ASSERT_TRUE(sync);
  EXPECT_EQ(sync->name, "fsync");
  EXPECT_EQ(sync->path, from);
  EXPECT_EQ(syncer.finish(), 0);

  TracedProgram mover({"mv", from, to}, directory());
  const auto call = mover.enter();
  ASSERT_TRUE(call);
  EXPECT_TRUE(call->renames());
  EXPECT_EQ(call->path, from);
  EXPECT_EQ(call->to, to);
  EXPECT_EQ(mover.finish(), 0);
}

TEST_F(Traced, ARefusedCallFailsAndDoesNothing) {
#ifdef __x86_64__
  TracedProgram program(making_two(), directory());
  ASSERT_TRUE(program.enter());
  ASSERT_TRUE(program.refuse(ENOSPC));
  EXPECT_EQ(program.finish(), 1);
  EXPECT_THAT(program.output(), testing::HasSubstr("No space left on device"));
  EXPECT_FALSE(there("one"));
  EXPECT_TRUE(there("two"));
#else
  GUESTCLOCK_SKIP("how to refuse a system call is known for x86-64 only");
#endif
}

TEST_F(Traced, SignalsGoThrough) {
  TracedProgram program({"sleep", "60"}, directory());
  ASSERT_TRUE(program.run_until_it_sleeps());
  ::kill(program.pid(), SIGTERM);
  EXPECT_EQ(program.finish(), 128 + SIGTERM);
}

TEST_F(Traced, DiesWithTheObject) {
  pid_t pid = 0;
  {
    TracedProgram program({"sleep", "60"}, directory());
    ASSERT_TRUE(program.run_until_it_sleeps());
    pid = program.pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace guestclock::fault
