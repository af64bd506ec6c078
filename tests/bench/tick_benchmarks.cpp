// The tick probe beside cyclictest, run in turn: how late both are woken, and what both cost. And
// what the probe does to the drift measured beside it. Prints medians; the exit code only says
// whether everything could be run.
//   tick_benchmarks [ROUNDS]
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "support/ntp_daemons.h"
#include "support/program.h"
#include "support/scratch_directory.h"

namespace guestclock::bench {
namespace {

using nlohmann::json;
using support::Finished;

constexpr int kRounds = 10;
constexpr const char* kTool = GUESTCLOCK_PROGRAM;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values.at(middle)
                                : (values.at(middle - 1) + values.at(middle)) / 2;
}

Finished run(const std::vector<std::string>& words) {
  Finished finished = support::run_program(words);
  if (finished.exit_code != 0) {
    throw std::runtime_error(words.front() + " did not run to its end: " + finished.err);
  }
  return finished;
}

/// Of one run, over the CPUs.
struct Wakes {
  double p99_us = 0;  ///< mean of the CPUs'
  double max_us = 0;
  double cpu_s = 0;
};

Wakes by_tool() {
  const Finished finished =
      run({kTool, "measure", "--no-network", "--no-spin", "--format", "json"});
  Wakes wakes;
  wakes.cpu_s = finished.cpu_s;
  const json rows = json::parse(finished.out)["ticks"]["per_cpu"];
  for (const json& cpu : rows) {
    wakes.p99_us += cpu["wake_p99_s"].get<double>() * 1e6 / static_cast<double>(rows.size());
    wakes.max_us = std::max(wakes.max_us, cpu["wake_max_s"].get<double>() * 1e6);
  }
  return wakes;
}

/// Of a histogram of whole microseconds, each count in the middle of its own.
double quantile(const std::vector<double>& counts, double overflow, double below) {
  double all = overflow;
  for (const double count : counts)
    all += count;
  double passed = 0;
  for (std::size_t us = 0; us < counts.size(); ++us) {
    passed += counts[us];
    if (passed >= below * all) return static_cast<double>(us) + 0.5;
  }
  return static_cast<double>(counts.size());
}

/// A thread per CPU, as many wake-ups a second for as long, the same policy.
Wakes by_cyclictest() {
  constexpr std::size_t kMostUs = 100'000;
  const Finished finished = run({"cyclictest", "-q", "-t", "-a", "-i", "4000", "-d", "0", "-D", "5",
                                 "--policy=other", "--laptop", "-h", std::to_string(kMostUs)});
  Wakes wakes;
  wakes.cpu_s = finished.cpu_s;
  std::vector<std::vector<double>> counts;
  std::vector<double> overflows;
  std::istringstream lines(finished.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    if (line.rfind("# Max Latencies:", 0) == 0) {
      words.ignore(16);
      for (double us = 0; words >> us;)
        wakes.max_us = std::max(wakes.max_us, us);
    } else if (line.rfind("# Histogram Overflows:", 0) == 0) {
      words.ignore(22);
      for (double count = 0; words >> count;)
        overflows.push_back(count);
    } else if (!line.empty() && line.front() >= '0' && line.front() <= '9') {
      std::size_t us = 0;
      words >> us;
      std::size_t cpu = 0;
      for (double count = 0; words >> count; ++cpu) {
        if (counts.size() <= cpu) counts.emplace_back(kMostUs);
        counts[cpu].at(us) = count;
      }
    }
  }
  if (counts.empty()) throw std::runtime_error("cyclictest printed no histogram");
  for (std::size_t cpu = 0; cpu < counts.size(); ++cpu) {
    const double overflow = cpu < overflows.size() ? overflows[cpu] : 0;
    wakes.p99_us += quantile(counts[cpu], overflow, 0.99) / static_cast<double>(counts.size());
  }
  return wakes;
}

void against_cyclictest(int rounds) {
  std::vector<double> p99;
  std::vector<double> cost;
  fmt::print("{:>5} {:>12} {:>12} {:>7} {:>12} {:>12} {:>10} {:>10}\n", "round", "p99 us",
             "cyclictest", "ratio", "max us", "cyclictest", "CPU s", "cyclictest");
  for (int round = 0; round < rounds; ++round) {
    const Wakes theirs = by_cyclictest();
    const Wakes ours = by_tool();
    // What starting up and looking at clocks takes is in no tick.
    const double start_up =
        run({kTool, "measure", "--no-network", "--no-ticks", "--format", "json"}).cpu_s;
    p99.push_back(ours.p99_us / theirs.p99_us);
    cost.push_back((ours.cpu_s - start_up) / theirs.cpu_s);
    fmt::print("{:>5} {:>12.1f} {:>12.1f} {:>7.3f} {:>12.1f} {:>12.1f} {:>10.3f} {:>10.3f}\n",
               round + 1, ours.p99_us, theirs.p99_us, p99.back(), ours.max_us, theirs.max_us,
               ours.cpu_s - start_up, theirs.cpu_s);
  }
  fmt::print("median ratio of p99 {:.3f} (bounds 0.8 and 1.25), of CPU time {:.3f} (bound 1)\n",
             median(p99), median(cost));
}

/// Error of a measured rate against the truth: the server shows this machine's CLOCK_REALTIME, so
/// RAW gains on it what adjtimex takes from it.
double error_ppm(const std::string& server, bool probing) {
  std::vector<std::string> words{kTool, "measure",  "--server", server,         "--duration",
                                 "10s", "--format", "json",     "--target-ppm", "0"};
  if (!probing) words.emplace_back("--no-ticks");
  const json measured = json::parse(run(words).out);
  for (const json& clock : measured["clocks"]) {
    if (clock["name"] != "realtime") continue;
    return measured["drift"]["rate_error_ppm"].get<double>() + clock["steering_ppm"].get<double>();
  }
  throw std::runtime_error("no row for CLOCK_REALTIME");
}

void beside_drift(int rounds) {
  const support::ScratchDirectory scratch;
  const support::Chronyd server(scratch, "bench", "local stratum 2\n");
  double with = 0;
  double without = 0;
  for (int round = 0; round < rounds; ++round) {
    with += std::pow(error_ppm(server.name(), true), 2) / rounds;
    without += std::pow(error_ppm(server.name(), false), 2) / rounds;
  }
  fmt::print(
      "drift of 10 s by a server on loopback, {} runs each: RMSE {:.4f} ppm with the tick "
      "probe, {:.4f} ppm without\n",
      rounds, std::sqrt(with), std::sqrt(without));
}

}  // namespace
}  // namespace guestclock::bench

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::stoi(argv[1]) : guestclock::bench::kRounds;
    guestclock::bench::against_cyclictest(std::max(rounds, 1));
    guestclock::bench::beside_drift(std::max(rounds, 1));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "tick_benchmarks: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
