// How long a whole run of `detect` takes beside the programs that answer part of the same question.
// Prints medians and their ratios; the exit code only says whether everything could be run.
//   detect_benchmarks [ROUNDS]
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

namespace guestclock::bench {
namespace {

constexpr int kRounds = 60;  // each of the six orders as often

struct Program {
  std::string name;
  std::vector<std::string> argv;
  double limit = 0;  ///< of detect's time as a multiple of this program's; 0: this is detect
  bool found = true;
  std::vector<double> milliseconds;

  [[nodiscard]] double median() const {
    std::vector<double> sorted = milliseconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted.at(sorted.size() / 2);
  }
};

/// Where a program is, so that no run has to search PATH; empty: nowhere.
std::string path_of(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const variable = std::getenv("PATH");
  std::istringstream directories(variable == nullptr ? "" : variable);
  for (std::string directory; std::getline(directories, directory, ':');) {
    std::string path = directory + "/" + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

/// Wall time of one run in ms, its output thrown away.
double run_once(const Program& program) {
  std::vector<char*> argv;
  for (const std::string& word : program.argv)
    argv.push_back(const_cast<char*>(word.c_str()));  // posix_spawn does not write to them
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = -1;
  const int error = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  int status = 0;
  if (error == 0) {
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  ::posix_spawn_file_actions_destroy(&actions);
  // What they found out is in their exit codes: 1 is "not virtual", not a failure.
  if (error != 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
    throw std::runtime_error(program.name + " did not run to its end");
  }
  return took.count();
}

void print(const std::vector<Program>& programs) {
  const double ours = programs.front().median();
  fmt::print("{:<28} {:>10} {:>10} {:>8}\n", "program", "median ms", "detect /", "limit");
  for (const Program& program : programs) {
    if (!program.found) {
      fmt::print("{:<28} skipped: it is not installed\n", program.name);
    } else if (program.limit == 0) {
      fmt::print("{:<28} {:>10.2f}\n", program.name, program.median());
    } else {
      fmt::print("{:<28} {:>10.2f} {:>10.3f} {:>8.3f}\n", program.name, program.median(),
                 ours / program.median(), program.limit);
    }
  }
}

void run(int rounds) {
  std::vector<Program> programs{{"guestclock detect", {GUESTCLOCK_PROGRAM, "detect"}, 0, true, {}},
                                {"systemd-detect-virt", {"systemd-detect-virt"}, 0.6, true, {}},
                                {"virt-what", {"virt-what"}, 1.0 / 15, true, {}}};
  for (Program& program : programs) {
    program.argv[0] = path_of(program.argv[0]);
    program.found = !program.argv[0].empty();
  }
  // In turn, so that what else the machine does meets all of them, and in every order: who runs
  // behind virt-what, which starts dozens of programs, finds the CPU's caches cold. The round
  // before the first only fills the page cache.
  std::vector<std::size_t> order{0, 1, 2};
  for (int round = -1; round < rounds; ++round) {
    for (const std::size_t next : order) {
      Program& program = programs.at(next);
      if (!program.found) continue;
      const double took = run_once(program);
      if (round >= 0) program.milliseconds.push_back(took);
    }
    std::next_permutation(order.begin(), order.end());
  }
  print(programs);
}

}  // namespace
}  // namespace guestclock::bench

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::stoi(argv[1]) : guestclock::bench::kRounds;
    guestclock::bench::run(std::max(rounds, 1));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "detect_benchmarks: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
