// No room, or a disk that fails: nothing half done, and nothing left behind.
#include <cstdio>

#include <sys/statvfs.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault/five_files.h"
#include "fault/private_mounts.h"
#include "fault/transaction_checks.h"
#include "support/program.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::ChangingCall;
using support::Finished;
using support::TracedProgram;
using testing::AnyOf;
using testing::HasSubstr;

struct Room {
  std::uint64_t blocks = 0;
  std::uint64_t inodes = 0;
};

Room used(const std::filesystem::path& mounted) {
  struct statvfs status {};
  if (::statvfs(mounted.c_str(), &status) != 0) throw std::runtime_error("statvfs failed");
  return {status.f_blocks - status.f_bfree, status.f_files - status.f_ffree};
}

enum class Scarce { pages, inodes };

/// The options of a tmpfs that has `free` pages or inodes left beside what is used.
std::string options(Scarce what, const Room& taken, std::uint64_t free) {
  if (what == Scarce::pages) {
    return "nr_blocks=" + std::to_string(taken.blocks + free) + ",nr_inodes=1000";
  }
  return "nr_blocks=1000,nr_inodes=" + std::to_string(taken.inodes + free);
}

/// One verb of the driver with ever more room, until it succeeds.
void starve(const std::string& verb, Scarce what, std::size_t at_least) {
  in_private_mounts([&] {
    const support::ScratchDirectory scratch(quick_parent());
    const bool applies = verb == "apply";
    for (std::uint64_t free = 0;; ++free) {
      SCOPED_TRACE(verb + " with " + std::to_string(free) + " free");
      ASSERT_LT(free, 200U) << "it never succeeds";
      const Mount memory("none", scratch.path(), "tmpfs", "nr_blocks=1000,nr_inodes=1000");
      const std::filesystem::path tree = scratch.path() / "tree";
      std::filesystem::create_directory(tree);
      make_five_files(tree);
      if (!applies) apply_undisturbed(tree);
      memory.remount(options(what, used(scratch.path()), free));
      const Finished run = support::run_program(driver(verb, tree));
      if (run.exit_code == 0) {
        EXPECT_EQ(state_of(tree), applies ? State::after : State::before);
        EXPECT_GE(free, at_least);
        std::printf("%s: succeeds with %zu %s free; with less, all as before each time\n",
                    verb.c_str(), static_cast<std::size_t>(free),
                    what == Scarce::pages ? "pages" : "inodes");
        break;
      }
      EXPECT_EQ(run.exit_code, 1);
      EXPECT_THAT(run.err, AllOf(HasSubstr("No space left on device"), testing::StartsWith("/")));
      // Before there is more room: every file as it was.
      EXPECT_EQ(state_of(tree), applies ? State::before : State::after);
      memory.remount("nr_blocks=1000,nr_inodes=1000");
      recover_undisturbed(tree);
      expect_usable(tree, expect_recovered(tree));
      if (testing::Test::HasFailure()) return;
    }
  });
}

class DiskFull : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = no_private_mounts_reason()) GUESTCLOCK_SKIP(*reason);
  }
};

TEST_F(DiskFull, ApplyNeedsPages) {
  starve("apply", Scarce::pages, 8);
}
TEST_F(DiskFull, ApplyNeedsInodes) {
  starve("apply", Scarce::inodes, 8);
}
TEST_F(DiskFull, RollbackNeedsPages) {
  starve("rollback", Scarce::pages, 0);
}
TEST_F(DiskFull, RollbackNeedsInodes) {
  starve("rollback", Scarce::inodes, 0);
}

/// What a full disk says of this call, or a broken one.
int error_of(const ChangingCall& call) {
  for (const char* const name : {"write", "pwrite", "open", "mkdir", "rename", "link", "fallocate"})
    if (call.name.starts_with(name)) return ENOSPC;
  return EIO;
}

enum class Lasting { once, from_then_on };

class DiskFails : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
#ifndef __x86_64__
    GUESTCLOCK_SKIP("how to refuse a system call is known for x86-64 only");
#endif
  }

  /// False where the verb ended before its `at`-th call.
  bool refuse(const std::string& verb, const std::filesystem::path& tree, std::size_t at,
              Lasting lasting) {
    TracedProgram program(driver(verb, tree), tree);
    std::string where;
    for (std::size_t count = 1;; ++count) {
      const auto call = program.enter();
      if (!call) break;
      if (count < at || (count > at && lasting == Lasting::once)) continue;
      if (where.empty()) where = call->name + " " + call->path;
      EXPECT_TRUE(program.refuse(error_of(*call)));
    }
    const int code = program.finish();
    if (where.empty()) {
      EXPECT_EQ(code, 0) << program.output();
      return false;
    }
    SCOPED_TRACE(verb + ", call " + std::to_string(at) + " refused: " + where);
    EXPECT_THAT(code, AnyOf(0, 1)) << program.output();
    if (code != 0) {
      EXPECT_THAT(program.output(), HasSubstr("/"));
    }
    EXPECT_EQ(torn_files(tree), "");
    const State now = state_of(tree);
    if (code == 0) {
      EXPECT_EQ(now, verb == "apply" ? State::after : State::before);
    }
    // A failure that passes is undone before apply returns.
    if (lasting == Lasting::once && verb == "apply") {
      EXPECT_NE(now, State::neither);
    }
    recover_undisturbed(tree);
    const State recovered = expect_recovered(tree);
    if (lasting == Lasting::from_then_on) expect_usable(tree, recovered);
    return true;
  }

  void refuse_everywhere(Lasting lasting) {
    const std::string verb = GetParam();
    std::size_t calls = 0;
    for (std::size_t at = 1; !HasFailure(); ++at, ++calls) {
      const FiveFiles tree;
      if (verb == "rollback") apply_undisturbed(tree.path());
      if (!refuse(verb, tree.path(), at, lasting)) break;
    }
    EXPECT_GE(calls, 25U);
    std::printf("%s with each of %zu system calls refused: 0 exceptions\n", verb.c_str(), calls);
  }
};

TEST_P(DiskFails, OnceAtEveryCall) {
  refuse_everywhere(Lasting::once);
}
TEST_P(DiskFails, FromEveryCallOn) {
  refuse_everywhere(Lasting::from_then_on);
}

INSTANTIATE_TEST_SUITE_P(Verbs, DiskFails, testing::Values("apply", "rollback"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace guestclock::fault
