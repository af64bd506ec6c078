// Stalls of known length and cause, in real time: the tool is stopped by signals, or competes for
// its CPU.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/cpu_quota.h"
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

/// What else went on.
struct Disturbance {
  int stalls = 0;        ///< the control's gaps as long as a stall
  double longest_s = 0;  ///< of its gaps
  double others_s = 0;   ///< CPU time of other programs
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// CPU time that went to other programs than this one and its children that have ended.
double cpu_of_others() {
  std::ifstream file("/proc/stat");
  std::string cpu;
  double user = 0;
  double nice = 0;
  double system = 0;
  file >> cpu >> user >> nice >> system;
  double seconds = (user + nice + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    seconds -= seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  }
  return seconds;
}

/// Spins on a CPU of its own choice and looks what stops it.
class ControlSpinner {
 public:
  ControlSpinner() : thread_([this] { spin(); }) {}
  ~ControlSpinner() { stop(); }
  ControlSpinner(const ControlSpinner&) = delete;
  ControlSpinner& operator=(const ControlSpinner&) = delete;

  Disturbance stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return seen_;
  }

 private:
  void spin() {
    auto last = steady_clock::now();
    while (!done_) {
      const auto now = steady_clock::now();
      const double gap_s = std::chrono::duration<double>(now - last).count();
      if (gap_s >= kStallMin) ++seen_.stalls;
      seen_.longest_s = std::max(seen_.longest_s, gap_s);
      last = now;
    }
  }

  std::atomic<bool> done_ = false;
  Disturbance seen_;
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
  tool.stop();
  const auto stopped = steady_clock::now();
  std::this_thread::sleep_for(length);
  const auto telling = steady_clock::now();
  tool.signal(SIGCONT);
  const auto going = steady_clock::now();
  const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
  return {seconds(telling - stopped), seconds(going - told)};
}

struct StoppedRun {
  std::vector<Stop> stops;
  json ticks;
  Disturbance control;
};

StoppedRun run_with_stops(std::size_t count) {
  StoppedRun run;
  const double others = cpu_of_others();
  ControlSpinner control;
  run.ticks = ticks_while([&run, count](Running& tool) {
    std::this_thread::sleep_for(milliseconds(300));
    while (run.stops.size() < count) {
      run.stops.push_back(stop_for(tool, milliseconds(50)));
      std::this_thread::sleep_for(milliseconds(150));
    }
  });
  run.control = control.stop();
  run.control.others_s = cpu_of_others() - others;
  return run;
}

TEST(TickTruth, EveryStopIsFoundWithItsLengthAndHasNoExplanation) {
  constexpr std::size_t kStops = 20;
  constexpr double kTolerance = 0.005;
  // Where others want the CPUs it is not known how long the tool stood still: the first quiet run
  // counts, or the last.
  const auto is_quiet = [](const StoppedRun& run) {
    constexpr double kOthers = 0.5;  // seconds, in five
    return run.control.longest_s < kTolerance && run.control.others_s < kOthers;
  };
  StoppedRun run = run_with_stops(kStops);
  for (int more = 4; !is_quiet(run) && more > 0; --more)
    run = run_with_stops(kStops);

  // Both lists are in order of time; what else stopped the process is left over.
  const json& stalls = run.ticks["per_cpu"][0]["stalls"];
  std::size_t next = 0;
  int extra = 0;
  for (const json& stall : stalls) {
    const double length = stall["length_s"];
    const bool fits = next < kStops && length >= run.stops[next].least - 0.001 &&
                      length <= run.stops[next].most + kTolerance;
    if (!fits) {
      ++extra;
      continue;
    }
    EXPECT_EQ(stall["cause"], "unexplained") << stall;
    ++next;
  }
  EXPECT_EQ(next, kStops) << stalls;
  EXPECT_LE(extra, 2 * run.control.stalls) << stalls;
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
  if (!group) GTEST_SKIP() << "no control group with a CPU quota can be made here";
  const json ticks = ticks_while([&group](Running& tool) { group->add(tool.pid()); });
  expect_scheduler(ticks["per_cpu"][0]["spin"], 0.35);
}

}  // namespace
}  // namespace guestclock
