#include "support/traced_program.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/changing_calls.h"

namespace guestclock::support {
namespace {

constexpr int kSystemCallStop = SIGTRAP | 0x80;
constexpr int kFilterStop = SIGTRAP | PTRACE_EVENT_SECCOMP << 8;
constexpr std::size_t kLongestWrite = std::size_t{1} << 24U;

/// At most `size` bytes of the traced program's memory.
std::string memory_of(pid_t pid, std::uint64_t address, std::size_t size) {
  std::string bytes(std::min(size, kLongestWrite), '\0');
  iovec here{bytes.data(), bytes.size()};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of another process
  iovec there{reinterpret_cast<void*>(address), bytes.size()};
  const ssize_t got = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

/// A string that ends in a NUL byte, read up to the end of its page at a time.
std::string text_of(pid_t pid, std::uint64_t address) {
  constexpr std::uint64_t kPage = 4096;
  std::string text;
  while (address != 0 && text.size() < PATH_MAX) {
    const std::string more = memory_of(pid, address, kPage - address % kPage);
    const std::size_t end = more.find('\0');
    if (more.empty() || end != std::string::npos) return text + more.substr(0, end);
    text += more;
    address += more.size();
  }
  return text;
}

std::string vector_bytes(pid_t pid, std::uint64_t address, std::uint64_t count) {
  const std::string raw = memory_of(pid, address, count * sizeof(iovec));
  std::string bytes;
  for (std::size_t at = 0; at + sizeof(iovec) <= raw.size(); at += sizeof(iovec)) {
    iovec part{};
    std::memcpy(&part, raw.data() + at, sizeof part);
    bytes += memory_of(pid, reinterpret_cast<std::uintptr_t>(part.iov_base), part.iov_len);
  }
  return bytes;
}

std::string link_text(const std::string& path) {
  std::array<char, PATH_MAX> text{};
  const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
  return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

std::string path_of_descriptor(pid_t pid, std::uint64_t fd) {
  const std::string process = "/proc/" + std::to_string(pid);
  const int number = static_cast<int>(fd);
  return link_text(number == AT_FDCWD ? process + "/cwd"
                                      : process + "/fd/" + std::to_string(number));
}

std::string path_at(pid_t pid, std::uint64_t directory, std::uint64_t address) {
  const std::string name = text_of(pid, address);
  if (name.starts_with("/")) return name;
  const std::string base = path_of_descriptor(pid, directory);
  return name.empty() ? base : base + "/" + name;
}

bool creates(std::uint64_t flags) {
  return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

/// What the call acts on; nothing where these arguments change nothing.
std::optional<ChangingCall> read_call(pid_t pid, const CallKind& kind,
                                      const std::uint64_t (&args)[6]) {
  ChangingCall call;
  call.name = kind.name;
  const std::uint64_t here = static_cast<std::uint64_t>(AT_FDCWD);
  switch (kind.shape) {
    case CallShape::everything:
      break;
    case CallShape::set_flags:
      if (args[1] != FS_IOC_SETFLAGS) return std::nullopt;
      [[fallthrough]];
    case CallShape::descriptor:
      call.path = path_of_descriptor(pid, args[0]);
      break;
    case CallShape::write:
      call.path = path_of_descriptor(pid, args[0]);
      call.bytes = memory_of(pid, args[1], args[2]);
      break;
    case CallShape::write_vector:
      call.path = path_of_descriptor(pid, args[0]);
      call.bytes = vector_bytes(pid, args[1], args[2]);
      break;
    case CallShape::out_of_third:
      call.path = path_of_descriptor(pid, args[2]);
      break;
    case CallShape::path:
      call.path = path_at(pid, here, args[0]);
      break;
    case CallShape::at:
      call.path = path_at(pid, args[0], args[1]);
      break;
    case CallShape::two_paths:
      call.path = path_at(pid, here, args[0]);
      call.to = path_at(pid, here, args[1]);
      break;
    case CallShape::at_at:
      call.path = path_at(pid, args[0], args[1]);
      call.to = path_at(pid, args[2], args[3]);
      call.exchanges = kind.number == SYS_renameat2 && (args[4] & RENAME_EXCHANGE) != 0;
      break;
    case CallShape::open:
      if (!creates(args[1])) return std::nullopt;
      call.path = path_at(pid, here, args[0]);
      break;
    case CallShape::open_at:
      if (!creates(args[2])) return std::nullopt;
      call.path = path_at(pid, args[0], args[1]);
      break;
    case CallShape::open_how: {
      std::uint64_t flags = 0;
      const std::string raw = memory_of(pid, args[2], sizeof flags);
      if (raw.size() == sizeof flags) std::memcpy(&flags, raw.data(), sizeof flags);
      if (!creates(flags)) return std::nullopt;
      call.path = path_at(pid, args[0], args[1]);
      break;
    }
    case CallShape::symlink:
      call.path = path_at(pid, here, args[1]);
      break;
    case CallShape::symlink_at:
      call.path = path_at(pid, args[1], args[2]);
      break;
  }
  return call;
}

__ptrace_syscall_info system_call_of(pid_t pid) {
  __ptrace_syscall_info info{};
  ::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
  return info;
}

/// In the child of vfork(): the program, stopped at its start for the tracer. The filter comes
/// last: until the tracer says what it wants, a call that it stops at fails.
[[noreturn]] void become(const std::vector<char*>& argv, const std::vector<char*>& environment,
                         int printed, const sock_fprog& filter) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(printed, STDOUT_FILENO);
  ::dup2(printed, STDERR_FILENO);
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0 ||
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) {
    ::_exit(126);
  }
  ::execvpe(argv[0], argv.data(), environment.data());
  ::_exit(127);
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Ours, with the sanitizers' leak checker off: it is a tracer itself, and there can be only one.
std::vector<std::string> environment_for_tracing() {
  constexpr std::string_view kOptions = "ASAN_OPTIONS=";
  std::string options = std::string(kOptions) + "detect_leaks=0";
  std::vector<std::string> environment;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view assignment = *at;
    if (assignment.starts_with(kOptions)) {
      options += ":" + std::string(assignment.substr(kOptions.size()));
      options += ":detect_leaks=0";
    } else {
      environment.emplace_back(assignment);
    }
  }
  environment.push_back(std::move(options));
  return environment;
}

}  // namespace

TracedProgram::TracedProgram(const std::vector<std::string>& argv,
                             const std::filesystem::path& below)
    : below_(std::filesystem::canonical(below).string()),
      printed_(::memfd_create("printed", MFD_CLOEXEC)) {
  std::vector<std::string> words = argv;
  std::vector<std::string> assignments = environment_for_tracing();
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment = pointers_to(assignments);
  std::vector<sock_filter> filter = filter_for_tracing();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  // Not fork(): copying this process's page tables would take longer than most runs.
  pid_ = ::vfork();
  if (pid_ == 0) become(arguments, environment, printed_.get(), program);
  int status = 0;
  if (pid_ < 0 || ::waitpid(pid_, &status, 0) != pid_) throw std::runtime_error("cannot fork");
  if (!WIFSTOPPED(status)) throw std::runtime_error("a process cannot be traced here");
  constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP;
  if (::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, kOptions) != 0) {
    throw std::runtime_error("ptrace cannot do what this test needs");
  }
}

TracedProgram::~TracedProgram() {
  kill();
}

/// To the next call that the filter stops at or, where `how` is PTRACE_SYSCALL and one was stopped
/// at, behind that one; false where the program ended.
bool TracedProgram::go_on(int how) {
  long signal = 0;
  while (pid_ > 0) {
    ::ptrace(static_cast<__ptrace_request>(how), pid_, nullptr, signal);
    int status = 0;
    if (::waitpid(pid_, &status, __WALL) != pid_) throw std::runtime_error("lost the program");
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      pid_ = -1;
      return false;
    }
    if (status >> 8 == kFilterStop || WSTOPSIG(status) == kSystemCallStop) return true;
    // Signals go through to the program; the stop at its start of execution is none.
    signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
  }
  return false;
}

std::optional<ChangingCall> TracedProgram::call_here() const {
  const __ptrace_syscall_info info = system_call_of(pid_);
  if (info.op != PTRACE_SYSCALL_INFO_SECCOMP) return std::nullopt;
  const CallKind* const kind = changing_call(info.seccomp.nr);
  if (kind == nullptr) return std::nullopt;
  std::uint64_t args[6];
  std::copy(std::begin(info.seccomp.args), std::end(info.seccomp.args), std::begin(args));
  auto call = read_call(pid_, *kind, args);
  if (!call || kind->shape == CallShape::everything) return call;
  const auto inside = [&](const std::string& path) {
    return path == below_ || path.starts_with(below_ + "/");
  };
  if (!inside(call->path) && !inside(call->to)) return std::nullopt;
  return call;
}

std::optional<ChangingCall> TracedProgram::enter() {
  while (go_on(PTRACE_CONT)) {
    if (auto call = call_here()) return call;
  }
  return std::nullopt;
}

bool TracedProgram::leave(ChangingCall& call) {
  if (!go_on(PTRACE_SYSCALL)) return false;
  call.result = system_call_of(pid_).exit.rval;
  return true;
}

bool TracedProgram::refuse(int error) {
#ifdef __x86_64__
  user_regs_struct registers{};
  if (::ptrace(PTRACE_GETREGS, pid_, nullptr, &registers) != 0) return false;
  registers.orig_rax = ~0ULL;  // no such call: the kernel skips it and returns what stands in rax
  registers.rax = static_cast<unsigned long long>(-static_cast<long long>(error));
  return ::ptrace(PTRACE_SETREGS, pid_, nullptr, &registers) == 0;
#else
  (void)error;
  return false;
#endif
}

bool TracedProgram::run_until_it_sleeps() {
  while (go_on(PTRACE_CONT)) {
    const __ptrace_syscall_info info = system_call_of(pid_);
    if (info.op != PTRACE_SYSCALL_INFO_SECCOMP) continue;
    if (info.seccomp.nr == SYS_nanosleep || info.seccomp.nr == SYS_clock_nanosleep) return true;
  }
  return false;
}

void TracedProgram::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, __WALL) == pid_ && WIFSTOPPED(status)) {
  }
  pid_ = -1;
  exit_code_ = 128 + SIGKILL;
}

int TracedProgram::finish() {
  while (go_on(PTRACE_CONT)) {
  }
  return exit_code_;
}

std::string TracedProgram::output() const {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::pread(printed_.get(), buffer.data(), buffer.size(),
                                       static_cast<off_t>(text.size()))) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::optional<std::string> no_tracing_reason() {
  try {
    TracedProgram probe({"/bin/true"}, "/");
    (void)probe.enter();
    if (probe.finish() == 0) return std::nullopt;
    return "a traced program does not run";
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
}

}  // namespace guestclock::support
