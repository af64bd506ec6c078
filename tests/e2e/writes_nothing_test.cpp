// Promise 1: detect, measure, audit and plan write nothing, anywhere, they or their children, and
// set no clock. The kernel's view of it: every system call that could.
#include <filesystem>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "support/program.h"
#include "support/skip.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using support::Finished;
using support::ScratchDirectory;

/// Lines of a trace that change something. O_TMPFILE and O_CREAT come with a writable open mode or
/// create by themselves; adjtimex with modes 0 only reads.
std::vector<std::string> changes_in(const std::string& trace) {
  static const std::regex kOpen(R"(\b(open|openat|openat2|creat)\()");
  static const std::regex kWritable(R"(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE|\bcreat\()");
  static const std::regex kHarmless(R"re("/dev/null")re");
  static const std::regex kPathChange(
      R"(\b(rename|renameat|renameat2|unlink|unlinkat|rmdir|mkdir|mkdirat|mknod|mknodat|link|linkat|)"
      R"(symlink|symlinkat|chmod|fchmod|fchmodat|chown|fchown|lchown|fchownat|truncate|ftruncate|)"
      R"(utime|utimes|futimesat|utimensat|setxattr|lsetxattr|fsetxattr|removexattr|mount|umount2|)"
      R"(swapon|sethostname|clock_settime|settimeofday|stime|ioperm|iopl)\()");
  static const std::regex kTimex(R"(\b(adjtimex|clock_adjtime)\()");
  static const std::regex kTimexReads(R"(modes=0[,}])");
  static const std::regex kBindPath(R"(\bbind\(.*AF_UNIX)");

  std::vector<std::string> found;
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    const auto has = [&line](const std::regex& what) { return std::regex_search(line, what); };
    const bool opens_for_writing = has(kOpen) && has(kWritable) && !has(kHarmless);
    const bool sets_timex = has(kTimex) && !has(kTimexReads);
    if (opens_for_writing || has(kPathChange) || sets_timex || has(kBindPath)) {
      found.push_back(line);
    }
  }
  return found;
}

class WritesNothing : public testing::Test {
 protected:
  void SetUp() override {
    if (support::run_program({"strace", "-V"}).exit_code != 0) {
      GUESTCLOCK_SKIP("strace is not installed");
    }
  }

  /// The system calls of a run, which must have got as far as printing its document.
  std::string trace_of(std::vector<std::string> words) {
    const std::string trace_file = (scratch_.path() / "trace").string();
    // A sanitizer that looks for leaks starts a thread for it.
    words.insert(words.begin(), {"strace", "-f", "-s", "256", "-E", "ASAN_OPTIONS=detect_leaks=0",
                                 "-o", trace_file, GUESTCLOCK_PROGRAM});
    words.insert(words.end(), {"--format", "json"});
    const Finished run = support::run_program(words);
    EXPECT_NE(run.out.find("\"schema\""), std::string::npos) << run.err;
    std::string trace = scratch_.read("trace");
    EXPECT_NE(trace.find("exited with"), std::string::npos);
    return trace;
  }

  std::vector<std::string> changes(const std::vector<std::string>& words) {
    return changes_in(trace_of(words));
  }

  ScratchDirectory scratch_;
};

/// Lines that start a process or thread, or another program.
std::vector<std::string> starts_in(const std::string& trace) {
  static const std::regex kStart(R"(^\d+ +(execve|execveat|clone|clone3|fork|vfork)\()");
  std::vector<std::string> found;
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, kStart)) found.push_back(line);
  }
  return found;
}

TEST(ChangesIn, FindsEachKindOfChange) {
  for (const char* const line :
       {"1 openat(AT_FDCWD, \"/etc/x\", O_WRONLY|O_CREAT, 0644) = 3", "1 creat(\"/x\", 0600) = 3",
        "1 openat(3, \"x\", O_RDONLY|O_CREAT, 0600) = 4", "1 rename(\"/a\", \"/b\") = 0",
        "1 fchmodat(AT_FDCWD, \"/a\", 0600) = 0", "1 unlink(\"/a\") = 0",
        "1 linkat(3, \"a\", 3, \"b\", 0) = 0", "1 clock_settime(CLOCK_REALTIME, {}) = 0",
        "1 adjtimex({modes=ADJ_FREQUENCY, offset=0}) = 0",
        "1 bind(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0"}) {
    EXPECT_EQ(changes_in(line).size(), 1U) << line;
  }
  for (const char* const line :
       {"1 openat(AT_FDCWD, \"/etc/x\", O_RDONLY|O_CLOEXEC) = 3",
        "1 openat(AT_FDCWD, \"/dev/null\", O_RDWR) = 3", "1 adjtimex({modes=0, offset=0}) = 5",
        "1 bind(3, {sa_family=AF_INET, sin_port=htons(0)}, 16) = 0"}) {
    EXPECT_TRUE(changes_in(line).empty()) << line;
  }
}

TEST_F(WritesNothing, Detect) {
  EXPECT_EQ(changes({"detect"}), std::vector<std::string>{});
}

TEST_F(WritesNothing, DetectStartsNoChild) {
  const auto starts = starts_in(trace_of({"detect"}));
  ASSERT_EQ(starts.size(), 1U) << testing::PrintToString(starts);
  EXPECT_NE(starts.front().find(GUESTCLOCK_PROGRAM), std::string::npos) << starts.front();
}

TEST(StartsIn, FindsEachKindOfStart) {
  for (const char* const line : {"12 execve(\"/bin/true\", [\"true\"], 0x7 /* 1 var */) = 0",
                                 "12 clone(child_stack=NULL, flags=SIGCHLD) = 13",
                                 "12 clone3({flags=0}, 88) = 13", "12    vfork() = 13"}) {
    EXPECT_EQ(starts_in(line).size(), 1U) << line;
  }
  EXPECT_TRUE(starts_in("12 openat(3, \"clone(\", O_RDONLY) = 4").empty());
}

TEST_F(WritesNothing, Measure) {
  EXPECT_EQ(changes({"measure", "--server", "127.0.0.1:1", "--duration", "500ms"}),
            std::vector<std::string>{});
}

TEST_F(WritesNothing, Audit) {
  EXPECT_EQ(changes({"audit", "--server", "127.0.0.1:1", "--duration", "500ms"}),
            std::vector<std::string>{});
}

TEST_F(WritesNothing, PlanOfThisGuest) {
  EXPECT_EQ(changes({"plan"}), std::vector<std::string>{});
}

TEST_F(WritesNothing, ParamsListAndDryRunOfATree) {
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  const std::string root = tree.path().string();
  EXPECT_EQ(changes({"params", "list", "--root", root}), std::vector<std::string>{});
  EXPECT_EQ(changes({"params", "set", "divider=10", "--dry-run", "--root", root}),
            std::vector<std::string>{});
}

TEST_F(WritesNothing, RollbackDryRunOfATree) {
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  const std::string root = tree.path().string();
  EXPECT_EQ(support::run_program(
                {GUESTCLOCK_PROGRAM, "params", "set", "divider=10", "--yes", "--root", root})
                .exit_code,
            0);
  EXPECT_EQ(changes({"rollback", "--dry-run", "--root", root}), std::vector<std::string>{});
}

TEST_F(WritesNothing, PlanAndDryRunOfATree) {
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  const std::string root = tree.path().string();
  for (const std::vector<std::string>& verb :
       {std::vector<std::string>{"plan"}, std::vector<std::string>{"apply", "--dry-run"}}) {
    std::vector<std::string> words = verb;
    words.insert(words.end(), {"--root", root, "--assume", "vm=vmware", "--assume", "arch=i386"});
    EXPECT_EQ(changes(words), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace guestclock
