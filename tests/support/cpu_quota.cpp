#include "support/cpu_quota.h"

#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <unistd.h>

namespace guestclock::support {
namespace {

namespace fs = std::filesystem;

bool write(const fs::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text << std::flush;
  return out.good();
}

}  // namespace

std::unique_ptr<CpuQuota> CpuQuota::half_a_cpu() {
  // The first is v1, the second v2 with its `cpu` controller handed down from the root.
  for (const char* const hierarchy : {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup"}) {
    const fs::path directory =
        fs::path(hierarchy) / ("guestclock-test-" + std::to_string(::getpid()));
    std::error_code error;
    if (!fs::create_directory(directory, error)) continue;
    std::unique_ptr<CpuQuota> quota(new CpuQuota(directory));
    const bool old = write(directory / "cpu.cfs_period_us", "100000") &&
                     write(directory / "cpu.cfs_quota_us", "50000");
    if (old || write(directory / "cpu.max", "50000 100000")) return quota;
  }
  return nullptr;
}

CpuQuota::~CpuQuota() {
  std::error_code gone_anyway;
  fs::remove(directory_, gone_anyway);
}

void CpuQuota::add(int pid) const {
  if (!write(directory_ / "cgroup.procs", std::to_string(pid))) {
    throw std::runtime_error("cannot move a process to " + directory_.string());
  }
}

}  // namespace guestclock::support
