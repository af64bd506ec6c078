// The two ways of following a path: what only one of them could get wrong.
#include "system/root_directory.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <thread>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/rooted_files.h"

namespace guestclock::system {
namespace {

RootedFiles files_below(const std::string& directory, Resolution resolution) {
  return RootedFiles(RootDirectory::open(directory, resolution).value());
}

class BothWays : public ::testing::TestWithParam<Resolution> {};

TEST_P(BothWays, LinksOfProcLeadNowhereElse) {
  const RootedFiles files = files_below("/proc", GetParam());
  EXPECT_FALSE(files.read("/self/root/etc/passwd"));
  EXPECT_FALSE(files.list("/self/root/etc"));
  EXPECT_FALSE(files.read("/self/exe"));
  EXPECT_TRUE(files.read("/self/status")) << "an ordinary link of /proc is followed";
  EXPECT_TRUE(files.read_link("/self/ns/pid").value().starts_with("pid:["));
}

TEST_P(BothWays, FilesThatClaimNoSizeAreReadToTheEnd) {
  const RootedFiles files = files_below("/", GetParam());
  EXPECT_EQ(files.status("/proc/self/status").value().size, 0U);
  EXPECT_NE(files.read("/proc/self/status").value().find("Pid:"), std::string::npos);
  EXPECT_EQ(files.read("/proc/self/status", 10).error().code, ErrorCode::malformed);
}

TEST_P(BothWays, ARootMayBeReachedThroughALinkAndGoneFrom) {
  const support::ScratchDirectory scratch;
  scratch.write("real/etc/file", "x");
  std::filesystem::create_symlink("real", scratch.path() / "alias");
  const RootedFiles files = files_below((scratch.path() / "alias").string(), GetParam());
  std::filesystem::rename(scratch.path() / "real", scratch.path() / "moved");
  EXPECT_EQ(files.read("/etc/file").value(), "x") << "the directory counts, not its name";
}

TEST_P(BothWays, ExchangingADirectoryForALinkOpensNoWayOut) {
  const support::ScratchDirectory scratch;
  scratch.write("outside/file", "outside");
  scratch.write("root/a/file", "inside");
  std::filesystem::create_symlink("../../outside", scratch.path() / "root/b");
  const std::string a = (scratch.path() / "root/a").string();
  const std::string b = (scratch.path() / "root/b").string();
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) != 0) {
    GTEST_SKIP() << "this file system cannot exchange names";
  }
  const RootedFiles files = files_below((scratch.path() / "root").string(), GetParam());
  std::atomic<bool> stop{false};
  std::thread exchanging([&] {
    while (!stop)
      ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
  });
  int inside = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto bytes = files.read(i % 2 == 0 ? "/a/file" : "/b/file");
    EXPECT_EQ(bytes.value_or("inside"), "inside");
    inside += bytes ? 1 : 0;
  }
  stop = true;
  exchanging.join();
  EXPECT_GT(inside, 0);
}

INSTANTIATE_TEST_SUITE_P(Resolutions, BothWays,
                         ::testing::Values(Resolution::kernel_first, Resolution::walk_only),
                         [](const auto& tested) {
                           return tested.param == Resolution::walk_only ? "Walk" : "Openat2";
                         });

/// From now on openat2 fails with `error`, as under an old kernel or a container's filter.
bool refuse_openat2(unsigned error) {
  std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// In a process of its own, as the filter cannot be taken off again: 0 where all went well.
[[noreturn]] void read_without_openat2(const std::string& root, unsigned error) {
  constexpr int kNoFilter = 77;
  if (!refuse_openat2(error)) std::_Exit(kNoFilter);
  if (::syscall(SYS_openat2, -1, "", nullptr, 0) != -1 || errno != static_cast<int>(error)) {
    std::_Exit(1);
  }
  const RootedFiles files = files_below(root, Resolution::kernel_first);
  if (files.read("/link") != std::string("inside")) std::_Exit(2);
  if (files.read("/upwards")) std::_Exit(3);
  std::_Exit(0);
}

TEST(WithoutOpenat2, TheWalkStepsIn) {
  const support::ScratchDirectory scratch;
  scratch.write("root/file", "inside");
  scratch.write("secret", "outside");
  std::filesystem::create_symlink("/file", scratch.path() / "root/link");
  std::filesystem::create_symlink("../secret", scratch.path() / "root/upwards");
  const std::string root = (scratch.path() / "root").string();
  for (const unsigned error : {unsigned{ENOSYS}, unsigned{EPERM}}) {
    EXPECT_EXIT(read_without_openat2(root, error), ::testing::ExitedWithCode(0), "") << error;
  }
}

}  // namespace
}  // namespace guestclock::system
