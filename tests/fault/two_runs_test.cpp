// More than one at work: runs of our own, and package managers.
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault/five_files.h"
#include "fault/legacy_tree.h"
#include "fault/transaction_checks.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::Finished;
using support::Running;
using support::TracedProgram;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// As Running, but what it prints is nobody's business.
std::vector<std::string> silently(std::vector<std::string> words) {
  words.insert(words.begin(), {"sh", "-c", "exec \"$@\" >/dev/null 2>&1", "sh"});
  return words;
}

/// Both start from the same file. One may find the lock taken (75), or that its plan is old because
/// the other was faster (5). What succeeded stands in the file and in history, what did not does
/// not.
TEST(TwoRuns, StartedTogetherLeaveWholeTransactions) {
  std::size_t both = 0;
  std::size_t locked = 0;
  std::size_t stale = 0;
  for (int round = 0; round < 25 && !testing::Test::HasFailure(); ++round) {
    const LegacyTree tree;
    const Snapshot before = tree.snapshot();
    Running first(silently(tree.setting("one=1")));
    Running second(silently(tree.setting("two=2")));
    const int one = first.wait();
    const int two = second.wait();
    EXPECT_THAT(one, AnyOf(0, 5, 75));
    EXPECT_THAT(two, AnyOf(0, 5, 75));
    const std::size_t done = (one == 0 ? 1U : 0U) + (two == 0 ? 1U : 0U);
    EXPECT_GE(done, 1U) << "neither got through";
    both += done == 2 ? 1 : 0;
    locked += one == 75 || two == 75 ? 1 : 0;
    stale += one == 5 || two == 5 ? 1 : 0;
    const std::string conf = tree.read(kConf);
    EXPECT_EQ(conf.find(" one=1") != std::string::npos, one == 0);
    EXPECT_EQ(conf.find(" two=2") != std::string::npos, two == 0);
    std::size_t applied = 0;
    for (const std::string& state : tree.states()) {
      EXPECT_THAT(state, AnyOf("applied", "rolled-back"));
      applied += state == "applied" ? 1 : 0;
    }
    EXPECT_EQ(applied, done);
    for (std::size_t undone = 0; undone < done; ++undone)
      EXPECT_EQ(tree.undo().exit_code, 0);
    EXPECT_EQ(difference(before, tree.snapshot()), "");
  }
  std::printf("25 pairs: both applied %zu times, one locked out %zu, one with an old plan %zu\n",
              both, locked, stale);
}

TEST(TwoRuns, WhileOneIsStoppedInTheMiddleTheOtherIsLockedOut) {
  if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  const LegacyTree tree;
  TracedProgram first(tree.setting("one=1"), tree.path() / "boot");
  ASSERT_TRUE(first.enter()) << "it never came to the boot files";
  for (const auto& words :
       {tree.setting("two=2"), tree.words({"rollback", "--yes"}), tree.words({"purge", "--yes"})}) {
    const Finished second = support::run_program(words);
    EXPECT_EQ(second.exit_code, 75) << words[1] << second.out;
    EXPECT_THAT(second.err, AllOf(HasSubstr("/lock"), HasSubstr("another run")));
  }
  // Reading is always possible.
  EXPECT_EQ(support::run_program(tree.words({"params", "list"})).exit_code, 0);
  EXPECT_EQ(first.finish(), 0) << first.output();
  EXPECT_THAT(tree.read(kConf), HasSubstr(" one=1\n"));
  EXPECT_EQ(tree.read(kConf).find("two=2"), std::string::npos);
  EXPECT_THAT(tree.states(), ElementsAre("applied"));
}

/// The run that held the lock dies with it: nobody has to remove anything by hand.
TEST(TwoRuns, AKilledRunDoesNotKeepTheLock) {
  if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  const LegacyTree tree;
  {
    TracedProgram first(tree.setting("one=1"), tree.path() / "boot");
    ASSERT_TRUE(first.enter());
    EXPECT_EQ(support::run_program(tree.setting("two=2")).exit_code, 75);
    first.kill();
  }
  const Finished second = support::run_program(tree.setting("two=2"));
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(tree.read(kConf).find("one=1"), std::string::npos);
  EXPECT_EQ(tree.states().back(), "applied");
}

/// A package manager's lock, held by a process of its own until this object goes.
class PackageManager {
 public:
  PackageManager(const std::filesystem::path& lock, bool with_flock) {
    std::array<int, 2> ready{};
    std::array<int, 2> done{};
    if (::pipe2(ready.data(), O_CLOEXEC) != 0 || ::pipe2(done.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe failed");
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::close(done[1]);
      const int fd = ::open(lock.c_str(), O_RDWR);
      struct flock whole {};
      whole.l_type = F_WRLCK;
      const bool held =
          with_flock ? ::flock(fd, LOCK_EX | LOCK_NB) == 0 : ::fcntl(fd, F_SETLK, &whole) == 0;
      char byte = held ? 'y' : 'n';
      if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
      ::_exit(static_cast<int>(::read(done[0], &byte, 1)));
    }
    char byte = 0;
    held_ = ::read(ready[0], &byte, 1) == 1 && byte == 'y';
    ::close(ready[0]);
    ::close(ready[1]);
    ::close(done[0]);
    done_ = UniqueFd(done[1]);
  }
  ~PackageManager() { end(); }
  PackageManager(const PackageManager&) = delete;
  PackageManager& operator=(const PackageManager&) = delete;

  [[nodiscard]] bool holds() const { return held_; }
  void end() {
    if (child_ <= 0) return;
    done_.reset();
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  pid_t child_ = -1;
  bool held_ = false;
  UniqueFd done_;
};

std::vector<std::string> patient_driver(const std::filesystem::path& tree, const char* patience) {
  std::vector<std::string> words = driver("apply", tree);
  words.emplace_back(patience);
  return words;
}

TEST(PackageManagers, AreWaitedForButNotForEver) {
  for (const char* const lock :
       {"/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/rpm/.rpm.lock",
        "/lib/apk/db/lock", "/var/db/pkg/local.sqlite"}) {
    for (const bool with_flock : {false, true}) {
      SCOPED_TRACE(lock);
      const FiveFiles tree;
      const PackageManager at_work(tree.write(lock, "1234\n"), with_flock);
      ASSERT_TRUE(at_work.holds());
      const Finished run = support::run_program(patient_driver(tree.path(), "60"));
      EXPECT_EQ(run.exit_code, 75);
      EXPECT_THAT(run.err, AllOf(HasSubstr(lock), HasSubstr("package manager")));
      EXPECT_EQ(tree.read(lock), "1234\n");
      std::filesystem::remove(tree.path() / (lock + 1));
      EXPECT_EQ(torn_files(tree.path()), "");
      EXPECT_EQ(entry_at(tree.path() / "etc/default/grub"),
                expected().before.at("/etc/default/grub"));
      expect_clean_state_directory(tree.path());
    }
  }
}

TEST(PackageManagers, OnceTheyHaveEndedTheRunGoesOn) {
  if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  const FiveFiles tree;
  const char* const lock = "/var/lib/dpkg/lock";
  PackageManager at_work(tree.write(lock, ""), false);
  ASSERT_TRUE(at_work.holds());
  TracedProgram run(patient_driver(tree.path(), "30000"), tree.path());
  ASSERT_TRUE(run.run_until_it_sleeps()) << run.output();
  EXPECT_EQ(entry_at(tree.path() / "etc/default/grub"), expected().before.at("/etc/default/grub"));
  at_work.end();
  EXPECT_EQ(run.finish(), 0) << run.output();
  std::filesystem::remove_all(tree.path() / "var/lib/dpkg");
  EXPECT_EQ(state_of(tree.path()), State::after);
}

}  // namespace
}  // namespace guestclock::fault
