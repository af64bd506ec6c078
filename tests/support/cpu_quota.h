// A control group whose processes get only a part of a CPU.
#pragma once

#include <filesystem>
#include <memory>

namespace guestclock::support {

/// Removed when this object goes: its processes must have ended by then.
class CpuQuota {
 public:
  /// 50 ms in each 100 ms, for all of its processes together. Null where this process cannot make
  /// one: cgroup v1 or v2, by cgroups(7).
  [[nodiscard]] static std::unique_ptr<CpuQuota> half_a_cpu();
  ~CpuQuota();
  CpuQuota(const CpuQuota&) = delete;
  CpuQuota& operator=(const CpuQuota&) = delete;

  /// Throws std::runtime_error where the kernel refuses.
  void add(int pid) const;

 private:
  explicit CpuQuota(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path directory_;
};

}  // namespace guestclock::support
