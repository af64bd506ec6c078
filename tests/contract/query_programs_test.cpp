// Children of the query runner, stood in for by shell scripts: they can neither hang, nor write,
// nor stay.
#include "system/linux/query_programs.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/scratch_directory.h"

namespace guestclock::system {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

class QueryProgramsTest : public ::testing::Test {
 protected:
  void install(const std::string& script, const std::string& name = "chronyc") const {
    const auto path = scratch_.write("bin/" + name, "#!/bin/sh\n" + script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  Result<std::string> ask(Nanoseconds patience = 20s, Query query = Query::chrony_tracking) const {
    return programs_.answer(query, patience, stop_);
  }

  static void expect_no_child() {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }

  /// Waits for the end of the process that a script wrote down.
  static void expect_gone(const std::string& pid) {
    constexpr int kPatience = 10'000;  // milliseconds
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, std::stoi(pid), 0)));
    if (!process.valid()) {
      EXPECT_EQ(errno, ESRCH) << "gone already, or not to be watched";
      return;
    }
    pollfd ended{process.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ended, 1, kPatience), 1) << pid << " still runs";
  }

  support::ScratchDirectory scratch_;
  QueryPrograms programs_{
      {(scratch_.path() / "none").string(), (scratch_.path() / "bin").string()}};
  StopFlag stop_;
};

TEST_F(QueryProgramsTest, GivesTheFixedWordsAndNothingOfOurEnvironment) {
  install(
      "echo \"$@\"; env | grep -v '^_=\\|^PWD=\\|^SHLVL=\\|^OLDPWD=' | sort; cat; echo lost >&2");
  ASSERT_EQ(::setenv("GUESTCLOCK_TEST_SECRET", "x", 1), 0);
  EXPECT_EQ(ask().value(),
            "-c -n -h 127.0.0.1,::1 tracking\nLC_ALL=C\n"
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nTZ=UTC\n");
  EXPECT_THAT(ask(20s, Query::chrony_sources).value(), HasSubstr("127.0.0.1,::1 sources\n"));
  install("echo \"$@\"", "timedatectl");
  EXPECT_EQ(ask(20s, Query::timesyncd_state).value(), "--no-pager --all show-timesync\n");
  install("echo \"$@\"", "vmware-toolbox-cmd");
  EXPECT_EQ(ask(20s, Query::vmware_timesync).value(), "timesync status\n");
  expect_no_child();
}

TEST_F(QueryProgramsTest, OneThatIsNotInstalledIsUnsupported) {
  const auto answer = ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unsupported);
  EXPECT_EQ(answer.error().message, "chronyc is not installed");
}

TEST_F(QueryProgramsTest, OneThatHangsIsKilledWithWhatItStarted) {
  install("sleep 1000 & exec sleep 1000");
  const auto start = steady_clock::now();
  const auto answer = ask(300ms);
  EXPECT_LT(steady_clock::now() - start, 10s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::timeout);
  EXPECT_THAT(answer.error().message, HasSubstr("in time"));
  expect_no_child();
}

TEST_F(QueryProgramsTest, WhatItLeavesBehindIsKilled) {
  // Its own output is closed, so that the reader sees the end while it still runs.
  install("sleep 1000 >/dev/null & echo $!");
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  expect_gone(answer->substr(0, answer->find('\n')));
  expect_no_child();
}

TEST_F(QueryProgramsTest, OneThatClosesItsOutputAndStaysIsKilled) {
  install("exec >&-; sleep 1000");
  const auto answer = ask(300ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::timeout);
  expect_no_child();
}

TEST_F(QueryProgramsTest, TheStopFlagEndsIt) {
  const std::string started = (scratch_.path() / "started").string();
  ASSERT_EQ(::mkfifo(started.c_str(), 0600), 0);
  install("echo > " + started + "; exec sleep 1000");
  std::thread stopper([this, &started] {
    std::ifstream(started).get();  // until the script writes
    stop_.request(SIGINT);
  });
  const auto start = steady_clock::now();
  const auto answer = ask(60s);
  stopper.join();
  EXPECT_LT(steady_clock::now() - start, 10s);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("interrupted"));
  expect_no_child();
}

TEST_F(QueryProgramsTest, AnAnswerHasAnEnd) {
  install("exec yes 0123456789");
  const auto answer = ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::malformed);
  install("head -c 262144 /dev/zero");
  EXPECT_EQ(ask().value().size(), QueryPrograms::kLongestAnswer);
  expect_no_child();
}

TEST_F(QueryProgramsTest, FailureIsToldInItsOwnWords) {
  install("echo '506 Cannot talk to daemon'; exit 1");
  EXPECT_EQ(ask().error().message, "it failed: 506 Cannot talk to daemon");
  install("exit 3");
  EXPECT_EQ(ask().error().message, "it failed with code 3");
  install("kill -SEGV $$");
  EXPECT_EQ(ask().error().message, "signal 11 ended it");
  scratch_.write("bin/chronyc", "no program\n");
  EXPECT_FALSE(ask());
  expect_no_child();
}

TEST_F(QueryProgramsTest, VmwareSaysDisabledWithACodeOfItsOwn) {
  install("echo Disabled; exit 69", "vmware-toolbox-cmd");
  EXPECT_EQ(ask(20s, Query::vmware_timesync).value(), "Disabled\n");
  install("echo Disabled; exit 1", "vmware-toolbox-cmd");
  EXPECT_FALSE(ask(20s, Query::vmware_timesync));
  install("exit 69");
  EXPECT_FALSE(ask()) << "of chronyc it is a failure";
}

TEST_F(QueryProgramsTest, AnIgnoredChildSignalCostsNoTime) {
  install("echo asked");
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const auto answer = ask(60s);
  std::signal(SIGCHLD, before);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "asked\n");
}

TEST_F(QueryProgramsTest, ItCanWriteIntoNoFile) {
  const std::string file = (scratch_.path() / "written").string();
  install("trap '' XFSZ; echo text > " + file + "; echo asked");
  EXPECT_EQ(ask().value(), "asked\n");
  EXPECT_EQ(scratch_.read("written"), "");
}

}  // namespace
}  // namespace guestclock::system
