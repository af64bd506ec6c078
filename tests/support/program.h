// Runs a program to its end, as a person would from a shell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace guestclock::support {

struct Finished {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out;
  std::string err;
  double cpu_s = 0;           ///< user and system time, its children's included
  std::int64_t peak_kib = 0;  ///< most memory resident at once, of the largest process
};

/// argv[0] is looked up in PATH; standard input is empty and no terminal. `environment` is added
/// to (and overrides) our own, NAME=VALUE.
[[nodiscard]] Finished run_program(const std::vector<std::string>& argv,
                                   const std::vector<std::string>& environment = {});

/// A program that runs until this object goes.
class Running {
 public:
  explicit Running(const std::vector<std::string>& argv);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int number) const;
  /// By SIGSTOP; returns once all of its threads stand still.
  void stop() const;
  [[nodiscard]] int pid() const { return pid_; }
  /// Waits for its end; its exit code, 128 + signal where a signal ended it.
  [[nodiscard]] int wait();

 private:
  int pid_ = -1;
};

}  // namespace guestclock::support
