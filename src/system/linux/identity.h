// Who this process is, and what the machine is called.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class LiveIdentity final : public Identity {
 public:
  /// `files` of the running machine; must outlive this.
  explicit LiveIdentity(const Files& files) : files_(files) {}

  [[nodiscard]] Result<KernelName> kernel() const override;
  [[nodiscard]] Result<std::string> host_name() const override;
  [[nodiscard]] std::uint32_t effective_uid() const override;
  /// As /sys says it; where it does not, the CPUs this process may run on.
  [[nodiscard]] Result<std::vector<int>> online_cpus() const override;
  [[nodiscard]] Result<void> pin_thread(int cpu) const override;
  [[nodiscard]] Result<int> current_cpu() const override;

 private:
  const Files& files_;
};

}  // namespace guestclock::system
