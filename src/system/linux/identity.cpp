#include "system/linux/identity.h"

#include <cerrno>
#include <memory>

#include <pthread.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.h"
#include "system/linux/counter_text.h"

namespace guestclock::system {
namespace {

constexpr int kMaxCpus = 65536;

struct FreeSet {
  void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};

/// Sized for any machine: cpu_set_t itself ends at 1024.
class CpuSet {
 public:
  CpuSet() : set_(CPU_ALLOC(kMaxCpus)) {
    if (set_) CPU_ZERO_S(size(), set_.get());
  }
  [[nodiscard]] bool valid() const { return set_ != nullptr; }
  [[nodiscard]] static std::size_t size() { return CPU_ALLOC_SIZE(kMaxCpus); }
  [[nodiscard]] cpu_set_t* get() const { return set_.get(); }

 private:
  std::unique_ptr<cpu_set_t, FreeSet> set_;
};

}  // namespace

Result<KernelName> LiveIdentity::kernel() const {
  utsname names{};
  if (::uname(&names) != 0) return fail_errno(errno, "cannot read the kernel's name");
  return KernelName{lower(&names.sysname[0]), &names.release[0], &names.machine[0]};
}

Result<std::string> LiveIdentity::host_name() const {
  utsname names{};
  if (::uname(&names) != 0) return fail_errno(errno, "cannot read the host name");
  return std::string(&names.nodename[0]);
}

std::uint32_t LiveIdentity::effective_uid() const {
  return ::geteuid();
}

Result<std::vector<int>> LiveIdentity::online_cpus() const {
  if (const auto text = files_.read("/sys/devices/system/cpu/online")) {
    if (auto cpus = parse_cpu_list(*text)) return cpus;
  }
  const CpuSet set;
  if (!set.valid() || ::sched_getaffinity(0, CpuSet::size(), set.get()) != 0) {
    return fail_errno(errno, "cannot list the CPUs");
  }
  std::vector<int> cpus;
  for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
    if (CPU_ISSET_S(static_cast<std::size_t>(cpu), CpuSet::size(), set.get())) cpus.push_back(cpu);
  }
  return cpus;
}

Result<void> LiveIdentity::pin_thread(int cpu) const {
  if (cpu < 0 || cpu >= kMaxCpus) return fail(ErrorCode::usage, fmt::format("no CPU {}", cpu));
  const CpuSet set;
  if (!set.valid()) return fail_errno(errno, "cannot bind to a CPU");
  CPU_SET_S(static_cast<std::size_t>(cpu), CpuSet::size(), set.get());
  const int error = ::pthread_setaffinity_np(::pthread_self(), CpuSet::size(), set.get());
  if (error != 0) return fail_errno(error, fmt::format("cannot bind to CPU {}", cpu));
  return {};
}

Result<int> LiveIdentity::current_cpu() const {
  const int cpu = ::sched_getcpu();
  if (cpu < 0) return fail_errno(errno, "cannot tell the CPU of a thread");
  return cpu;
}

}  // namespace guestclock::system
