// Stalls of known length and cause, in real time: the tool is stopped by signals, or competes for
// its CPU.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/cpu_quota.h"
#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using support::Running;

constexpr double kStallMin = 0.02;  // the threshold stall_min_s

void bind_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ASSERT_EQ(::pthread_setaffinity_np(::pthread_self(), sizeof set, &set), 0);
}

/// Spins on a CPU of its own choice and counts what stops it for as long as a stall.
class ControlSpinner {
 public:
  ControlSpinner() : thread_([this] { spin(); }) {}
  ~ControlSpinner() { stop(); }
  ControlSpinner(const ControlSpinner&) = delete;
  ControlSpinner& operator=(const ControlSpinner&) = delete;

  int stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return gaps_;
  }

 private:
  void spin() {
    auto last = steady_clock::now();
    while (!done_) {
      const auto now = steady_clock::now();
      if (std::chrono::duration<double>(now - last).count() >= kStallMin) ++gaps_;
      last = now;
    }
  }

  std::atomic<bool> done_ = false;
  int gaps_ = 0;
  std::thread thread_;
};

/// `measure` of ticks alone: five seconds, of which each CPU spins for up to two.
json ticks_while(const std::function<void(Running& tool)>& disturb,
                 const std::vector<std::string>& more = {}) {
  const support::ScratchDirectory scratch;
  const std::string output = (scratch.path() / "out.json").string();
  std::vector<std::string> words{GUESTCLOCK_PROGRAM, "measure", "--no-network", "--format", "json",
                                 "--output",         output};
  words.insert(words.end(), more.begin(), more.end());
  Running tool(words);
  disturb(tool);
  EXPECT_EQ(tool.wait(), 0);
  const std::string text = scratch.read("out.json");
  EXPECT_EQ(support::schema_problems(text), "");
  return json::parse(text)["ticks"];
}

/// How long the tool cannot and must have stood still.
struct Stop {
  double least = 0;  ///< from when it was surely stopped until it was told to go on
  double most = 0;   ///< from when it was told to stop until it surely went on
};

Stop stop_for(const Running& tool, milliseconds length) {
  const auto told = steady_clock::now();
  tool.signal(SIGSTOP);
  const auto stopped = steady_clock::now();
  std::this_thread::sleep_for(length);
  const auto telling = steady_clock::now();
  tool.signal(SIGCONT);
  const auto going = steady_clock::now();
  const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
  return {seconds(telling - stopped), seconds(going - told)};
}

TEST(TickTruth, EveryStopIsFoundWithItsLengthAndHasNoExplanation) {
  constexpr std::size_t kStops = 20;
  std::vector<Stop> stops;
  ControlSpinner control;
  const json ticks = ticks_while([&stops](Running& tool) {
    std::this_thread::sleep_for(milliseconds(300));
    while (stops.size() < kStops) {
      stops.push_back(stop_for(tool, milliseconds(50)));
      std::this_thread::sleep_for(milliseconds(150));
    }
  });
  const int control_gaps = control.stop();

  // Both lists are in order of time; what else stopped the process is left over.
  const json& stalls = ticks["per_cpu"][0]["stalls"];
  std::size_t next = 0;
  int extra = 0;
  for (const json& stall : stalls) {
    const double length = stall["length_s"];
    const bool fits =
        next < kStops && length >= stops[next].least - 0.001 && length <= stops[next].most + 0.005;
    if (!fits) {
      ++extra;
      continue;
    }
    EXPECT_EQ(stall["cause"], "unexplained") << stall;
    ++next;
  }
  EXPECT_EQ(next, kStops) << stalls;
  EXPECT_LE(extra, 2 * control_gaps) << stalls;
}

/// Seconds of spinning by cause, on one CPU.
json sums_of(const json& spin) {
  json sums = {{"gaps_s", 0.0}, {"scheduler_s", 0.0}, {"steal_s", 0.0}, {"unexplained_s", 0.0}};
  for (const json& second : spin["seconds"]) {
    for (auto& [name, sum] : sums.items())
      sum = sum.get<double>() + second[name].get<double>();
  }
  return sums;
}

/// Most of what stopped the spinning is told as the guest's scheduler's doing.
void expect_scheduler(const json& spin, double least_share) {
  const json sums = sums_of(spin);
  EXPECT_GT(sums["gaps_s"].get<double>(), least_share * spin["length_s"].get<double>()) << spin;
  EXPECT_GT(sums["scheduler_s"].get<double>(), 0.8 * sums["gaps_s"].get<double>()) << spin;
}

TEST(TickTruth, ACompetitorOnTheSameCpuIsTheSchedulersDoing) {
  std::atomic<bool> done = false;
  std::thread hog([&done] {
    bind_to(0);
    while (!done) {
    }
  });
  const json ticks = ticks_while([](Running&) {});
  done = true;
  hog.join();
  const json& spin = ticks["per_cpu"][0]["spin"];
  expect_scheduler(spin, 0.3);
  EXPECT_GT(spin["switches"].get<int>(), 10);
}

TEST(TickTruth, AQuotaOfHalfACpuIsTheSchedulersDoing) {
  const auto group = support::CpuQuota::half_a_cpu();
  if (!group) GUESTCLOCK_SKIP("no control group with a CPU quota can be made here");
  const json ticks = ticks_while([&group](Running& tool) { group->add(tool.pid()); });
  const json& spin = ticks["per_cpu"][0]["spin"];
  expect_scheduler(spin, 0.3);
  EXPECT_NEAR(sums_of(spin)["gaps_s"].get<double>(), 0.5 * spin["length_s"].get<double>(),
              0.15 * spin["length_s"].get<double>());
}

}  // namespace
}  // namespace guestclock
