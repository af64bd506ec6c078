// The machine we run on.
#include "system/linux/clocks.h"
#include "system/linux/clocksource_control.h"
#include "system/linux/counters.h"
#include "system/linux/cpuid.h"
#include "system/linux/identity.h"
#include "system/linux/kernel_log.h"
#include "system/linux/network.h"
#include "system/linux/query_programs.h"
#include "system/linux/udev_devices.h"
#include "system/machines.h"
#include "system/rooted_files.h"
#include "system/unavailable.h"

namespace guestclock::system {
namespace {

class LiveMachine final : public System {
 public:
  explicit LiveMachine(RootDirectory root)
      : files_(std::move(root), KernelTrees::own),
        sysctl_(Error{ErrorCode::unsupported, "Linux has no such kernel variables", {}, {}, 0}),
        counters_(files_),
        devices_(files_),
        identity_(files_) {}

  [[nodiscard]] bool live() const override { return true; }
  [[nodiscard]] const std::string& root() const override { return root_; }
  [[nodiscard]] const Files& files() const override { return files_; }
  [[nodiscard]] const Cpuid& cpuid() const override { return cpuid_; }
  [[nodiscard]] const Sysctl& sysctl() const override { return sysctl_; }
  [[nodiscard]] const Clocks& clocks() const override { return clocks_; }
  [[nodiscard]] const KernelCounters& counters() const override { return counters_; }
  [[nodiscard]] const Devices& devices() const override { return devices_; }
  [[nodiscard]] const Network& network() const override { return network_; }
  [[nodiscard]] const Queries& queries() const override { return queries_; }
  [[nodiscard]] const Identity& identity() const override { return identity_; }
  [[nodiscard]] Result<std::string_view> kernel_log() const override { return log_.read(); }

 private:
  std::string root_ = "/";
  RootedFiles files_;
  LiveCpuid cpuid_;
  UnavailableSysctl sysctl_;
  LiveClocks clocks_;
  LiveCounters counters_;
  UdevDevices devices_;
  LiveNetwork network_;
  QueryPrograms queries_;
  LiveIdentity identity_;
  LiveKernelLog log_;
};

}  // namespace

Result<std::unique_ptr<System>> open_live() {
  auto root = RootDirectory::open("/");
  if (!root) return tl::make_unexpected(std::move(root).error());
  return std::make_unique<LiveMachine>(std::move(*root));
}

Result<std::unique_ptr<ClocksourceControl>> open_clocksource_control() {
  return LiveClocksourceControl::open();
}

}  // namespace guestclock::system
