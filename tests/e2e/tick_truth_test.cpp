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

#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"

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

TEST(TickTruth, EveryStopIsFoundWithItsLengthAndHasNoExplanation) {
  constexpr int kStops = 20;
  std::vector<double> lengths;
  ControlSpinner control;
  const json ticks = ticks_while([&lengths](Running& tool) {
    std::this_thread::sleep_for(milliseconds(300));
    for (int i = 0; i < kStops; ++i) {
      tool.signal(SIGSTOP);
      const auto from = steady_clock::now();
      std::this_thread::sleep_for(milliseconds(50));
      tool.signal(SIGCONT);
      lengths.push_back(std::chrono::duration<double>(steady_clock::now() - from).count());
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
        next < lengths.size() && length >= lengths[next] - 0.001 && length <= lengths[next] + 0.005;
    if (!fits) {
      ++extra;
      continue;
    }
    EXPECT_EQ(stall["cause"], "unexplained") << stall;
    ++next;
  }
  EXPECT_EQ(next, lengths.size()) << stalls;
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
  const json sums = sums_of(spin);
  EXPECT_GT(sums["gaps_s"].get<double>(), 0.3 * spin["length_s"].get<double>()) << spin;
  EXPECT_GT(sums["scheduler_s"].get<double>(), 0.8 * sums["gaps_s"].get<double>()) << spin;
  EXPECT_GT(spin["switches"].get<int>(), 10);
}

}  // namespace
}  // namespace guestclock
