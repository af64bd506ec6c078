#include "system/linux/query_programs.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/text.h"
#include "base/unique_fd.h"
#include "system/linux/poll_timeout.h"

namespace guestclock::system {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A signal ends a wait early, unless it arrives just before: then the flag is seen this much later.
constexpr Nanoseconds kStopCheck = milliseconds(50);
// Between two looks at a child that has closed its output and has not ended.
constexpr Nanoseconds kEndCheck = milliseconds(2);
constexpr std::size_t kFirstWords = 120;

/// chronyc's own way to its daemon leaves a socket in a directory; by address it leaves nothing.
std::vector<std::string> chronyc(std::string command) {
  return {"chronyc", "-c", "-n", "-h", "127.0.0.1,::1", std::move(command)};
}

struct Command {
  std::vector<std::string> words;
  int other_success = 0;  ///< exit code besides 0 with which it has answered
};

Command command_of(Query query) {
  switch (query) {
    case Query::chrony_tracking:
      return {chronyc("tracking")};
    case Query::chrony_sources:
      return {chronyc("sources")};
    case Query::timesyncd_state:
      return {{"timedatectl", "--no-pager", "--all", "show-timesync"}};
    case Query::vmware_timesync:
      break;
  }
  return {{"vmware-toolbox-cmd", "timesync", "status"}, EX_UNAVAILABLE};  // it says Disabled
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words)
    out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const char* path, char* const* argv, char* const* environment, int output,
                         pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  // No core dump, and not a byte into any other file; pipes are not counted.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_FSIZE, &none);
  sigset_t no_signals;
  sigemptyset(&no_signals);
  ::sigprocmask(SIG_SETMASK, &no_signals, nullptr);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(nothing, STDERR_FILENO) < 0 ||
      ::dup2(output, STDOUT_FILENO) < 0) {
    ::_exit(127);
  }
  ::execve(path, argv, environment);
  ::_exit(127);
}

/// A child and everything it starts; gone with this object.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() { static_cast<void>(end()); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its leader has ended, and waits to be reaped; where we were started with SIGCHLD ignored the
  /// kernel has reaped it, and how it ended is not known.
  [[nodiscard]] bool ended() const {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      return errno == ECHILD;
    }
    return info.si_pid == pid_;
  }

  /// Kills what is left of its group and reaps it: the status as waitpid(2) has it.
  int end() {
    if (pid_ <= 0) return 0;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

/// What may still be waited for.
class Patience {
 public:
  Patience(Nanoseconds patience, const StopFlag& stop)
      : deadline_(steady_clock::now() + patience), stop_(stop) {}

  [[nodiscard]] bool over() const { return stop_.requested() || left() <= Nanoseconds::zero(); }
  [[nodiscard]] Nanoseconds left() const {
    return std::chrono::duration_cast<Nanoseconds>(deadline_ - steady_clock::now());
  }
  [[nodiscard]] int poll_at_most(Nanoseconds wait) const {
    return poll_timeout(std::min(wait, left()));
  }
  [[nodiscard]] tl::unexpected<Error> failure(const std::string& path) const {
    return fail(ErrorCode::timeout,
                stop_.requested() ? "interrupted before it answered" : "it did not answer in time",
                path);
  }

 private:
  steady_clock::time_point deadline_;
  const StopFlag& stop_;
};

/// Everything that comes until the other end is closed.
Result<std::string> read_all(int fd, const Patience& patience, const std::string& path) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (!patience.over()) {
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, patience.poll_at_most(kStopCheck)) <= 0) continue;
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return fail_errno(errno, "cannot read its answer", path);
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > QueryPrograms::kLongestAnswer) {
      return fail(ErrorCode::malformed, "it answers with more than 256 KiB", path);
    }
  }
  return patience.failure(path);
}

Result<std::string> run(const std::string& path, Command command, Nanoseconds allowed,
                        const StopFlag& stop) {
  std::vector<std::string> environment{"LC_ALL=C", "TZ=UTC", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  const std::vector<char*> argv = pointers(command.words);
  const std::vector<char*> assignments = pointers(environment);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, "cannot make a pipe");
  const UniqueFd output(ends[0]);
  UniqueFd input(ends[1]);

  const Patience patience(allowed, stop);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno(errno, "cannot start a process", path);
  if (pid == 0) become(path.c_str(), argv.data(), assignments.data(), input.get(), parent);
  Child child(pid);
  ::setpgid(pid, pid);  // whoever of the two is first
  input.reset();

  Result<std::string> text = read_all(output.get(), patience, path);
  if (!text) return text;
  while (!child.ended()) {
    if (patience.over()) return patience.failure(path);
    ::poll(nullptr, 0, patience.poll_at_most(kEndCheck));
  }
  const int status = child.end();
  const bool answered = WIFEXITED(status) &&
                        (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == command.other_success);
  if (answered) return text;
  const std::string said = printable(trim(*text), kFirstWords);
  if (!said.empty()) return fail(ErrorCode::io, "it failed: " + said, path);
  return fail(ErrorCode::io,
              WIFEXITED(status) ? "it failed with code " + std::to_string(WEXITSTATUS(status))
                                : "signal " + std::to_string(WTERMSIG(status)) + " ended it",
              path);
}

}  // namespace

QueryPrograms::QueryPrograms()
    : QueryPrograms({"/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"}) {}

QueryPrograms::QueryPrograms(std::vector<std::string> directories)
    : directories_(std::move(directories)) {}

Result<std::string> QueryPrograms::program(std::string_view name) const {
  for (const std::string& directory : directories_) {
    std::string path = directory + "/" + std::string(name);
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return fail(ErrorCode::unsupported, std::string(name) + " is not installed");
}

Result<std::string> QueryPrograms::answer(Query query, Nanoseconds patience,
                                          const StopFlag& stop) const {
  Command command = command_of(query);
  const auto path = program(command.words.front());
  if (!path) return path;
  return run(*path, std::move(command), patience, stop);
}

}  // namespace guestclock::system
