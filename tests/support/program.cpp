#include "support/program.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace guestclock::support {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Only what is safe after fork: the arguments are prepared by the caller.
[[noreturn]] void become(const std::vector<char*>& argv, const std::vector<char*>& environment,
                         int out, int err) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  if (out >= 0) ::dup2(out, STDOUT_FILENO);
  if (err >= 0) ::dup2(err, STDERR_FILENO);
  for (char* assignment : environment)
    ::putenv(assignment);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words)
    out.push_back(word.data());
  return out;
}

int start(std::vector<std::string> argv, std::vector<std::string> environment, int out, int err) {
  std::vector<char*> arguments = pointers(argv);
  arguments.push_back(nullptr);
  const std::vector<char*> assignments = pointers(environment);
  const int pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) become(arguments, assignments, out, err);
  return pid;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

void wait_for(int pid, Finished& finished) {
  int status = 0;
  rusage used{};
  while (::wait4(pid, &status, 0, &used) < 0 && errno == EINTR) {
  }
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.cpu_s = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  finished.peak_kib = used.ru_maxrss;
}

int exit_code_of(int pid) {
  Finished finished;
  wait_for(pid, finished);
  return finished.exit_code;
}

/// Reads both ends until they are closed.
void drain(Pipe& out, Pipe& err, Finished& finished) {
  std::array<pollfd, 2> waiting{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}}};
  const std::array<std::string*, 2> into{&finished.out, &finished.err};
  std::size_t open = 2;
  while (open > 0) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      std::array<char, 65536> buffer{};
      const ssize_t got = ::read(waiting[i].fd, buffer.data(), buffer.size());
      if (got > 0) {
        into[i]->append(buffer.data(), static_cast<std::size_t>(got));
      } else {
        waiting[i].fd = -1;
        --open;
      }
    }
  }
}

}  // namespace

Finished run_program(const std::vector<std::string>& argv,
                     const std::vector<std::string>& environment) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const int pid = start(argv, environment, out.write.get(), err.write.get());
  out.write.reset();
  err.write.reset();
  Finished finished;
  drain(out, err, finished);
  wait_for(pid, finished);
  return finished;
}

Running::Running(const std::vector<std::string>& argv) : pid_(start(argv, {}, -1, -1)) {}

Running::~Running() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  (void)exit_code_of(pid_);
}

int Running::wait() {
  return exit_code_of(std::exchange(pid_, -1));
}

void Running::signal(int number) const {
  ::kill(pid_, number);
}

void Running::stop() const {
  signal(SIGSTOP);
  int status = 0;
  while (::waitpid(pid_, &status, WUNTRACED) < 0 && errno == EINTR) {
  }
  if (!WIFSTOPPED(status)) throw std::runtime_error("the program ended before it was stopped");
}

}  // namespace guestclock::support
