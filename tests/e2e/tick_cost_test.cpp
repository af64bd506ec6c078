// What measuring costs the guest that it is done on, in real time.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;

/// CPU time of everything but ticks: starting up, looking at the guest and its clocks. The median
/// of five runs, as one may be twice another.
double cpu_without_ticks() {
  std::array<double, 5> taken{};
  for (double& one : taken) {
    const Finished run = support::run_program(
        {GUESTCLOCK_PROGRAM, "measure", "--no-network", "--no-ticks", "--format", "json"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    one = run.cpu_s;
  }
  std::sort(taken.begin(), taken.end());
  return taken[taken.size() / 2];
}

TEST(TickCost, ASleeperTakesAHundredthOfItsCpu) {
  const Finished run = support::run_program(
      {GUESTCLOCK_PROGRAM, "measure", "--no-network", "--no-spin", "--format", "json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json ticks = json::parse(run.out)["ticks"];
  const double watched = ticks["watched_s"].get<double>() * double(ticks["per_cpu"].size());
  const double cost = run.cpu_s - cpu_without_ticks();
  EXPECT_LE(cost, 0.01 * watched) << cost / watched;
}

TEST(TickCost, EachCpuSpinsForTwoSecondsAtMost) {
  const Finished run =
      support::run_program({GUESTCLOCK_PROGRAM, "measure", "--no-network", "--format", "json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr("kept busy for up to 2 s"));
  for (const json& cpu : json::parse(run.out)["ticks"]["per_cpu"])
    EXPECT_LE(cpu["spin"]["length_s"].get<double>(), 2.001) << cpu;
}

TEST(TickCost, AnAuditFitsInTwentyMebibytes) {
  const Finished run =
      support::run_program({GUESTCLOCK_PROGRAM, "audit", "--no-network", "--format", "json"});
  EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 2 || run.exit_code == 3) << run.err;
  EXPECT_LE(run.peak_kib, 20 * 1024);
}

TEST(TickCost, ASignalEndsItSoonAndNoChildSurvives) {
  // Orphans of the tool would become children of this process.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  support::Running tool(
      {GUESTCLOCK_PROGRAM, "audit", "--duration", "60s", "-q", "--server", "127.0.0.1:1"});
  std::this_thread::sleep_for(std::chrono::seconds(1));  // it measures by then
  const auto told = std::chrono::steady_clock::now();
  tool.signal(SIGTERM);
  const int code = tool.wait();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - told;
  EXPECT_EQ(code, 128 + SIGTERM);
  EXPECT_LT(took.count(), 1);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace guestclock
