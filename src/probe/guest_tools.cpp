// What do the hypervisor's guest tools do to this guest's clock?
#include <algorithm>
#include <string>

#include "base/text.h"
#include "probe/probe.h"
#include "settings/ini_settings.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using model::GuestTool;

struct Program {
  ProcessTraces traces;
  FewNames paths;
};

class Tools {
 public:
  Tools(const system::System& system, Processes& processes)
      : files_(system.files()),
        queries_(system.queries()),
        live_(system.live()),
        processes_(processes) {}

  [[nodiscard]] std::optional<GuestTool> vmware() {
    auto tool = look_for({{{"vmtoolsd"}, {"open-vm-tools.service", "vmtoolsd.service"}, {}},
                          {"/usr/bin/vmtoolsd", "/usr/local/bin/vmtoolsd", "/usr/sbin/vmtoolsd"}});
    if (!tool || stands_still(*tool)) return tool;
    tool->detail = disabled_in_tools_conf();
    if (tool->detail.empty()) {
      ask_about_periodic_sync(*tool);
    } else {
      tool->syncs_clock = false;
    }
    return tool;
  }

  [[nodiscard]] std::optional<GuestTool> virtualbox() {
    auto tool = look_for(
        {{{"VBoxService"},
          {"vboxadd-service.service", "virtualbox-guest-utils.service", "vboxservice.service"},
          {"vboxadd-service.sh", "VBoxService.pid"}},
         {"/usr/sbin/VBoxService", "/usr/bin/VBoxService", "/usr/local/sbin/VBoxService"}});
    if (!tool && live_ && files_.exists("/sys/module/vboxguest")) {
      return GuestTool{false, false, false, "only the kernel's module vboxguest is there"};
    }
    if (!tool || stands_still(*tool)) return tool;
    tool->syncs_clock = Fact<bool>::unknown("its command line decides, and it cannot be read");
    if (process_.empty()) return tool;
    const auto command_line = files_.read(process_ + "/cmdline");
    if (!command_line || command_line->empty()) return tool;
    const std::string_view off = option_against_timesync(*command_line);
    tool->syncs_clock = off.empty();
    tool->detail = off.empty() ? "the default of VBoxService" : "VBoxService " + printable(off);
    return tool;
  }

  /// hv_utils sets the clock when the host says so (boot, restore); up to kernel 4.10 it also did
  /// from the first samples.
  [[nodiscard]] std::optional<GuestTool> hyperv() const {
    const bool offered = time_sync_device_offered();
    const bool loaded = files_.exists("/sys/module/hv_utils");
    if (!offered && !loaded) return std::nullopt;
    GuestTool tool{offered, loaded, offered && loaded, {}};
    if (!offered) {
      tool.detail = "the host does not offer time synchronization";
    } else {
      tool.detail = loaded ? "hv_utils: steps the clock when the host says so (boot, restore)"
                           : "the module hv_utils is not loaded";
    }
    return tool;
  }

  [[nodiscard]] std::optional<GuestTool> qemu_guest_agent() {
    auto tool = look_for({{{"qemu-ga"}, {"qemu-guest-agent.service"}, {"qemu-ga.pid"}},
                          {"/usr/sbin/qemu-ga", "/usr/bin/qemu-ga", "/usr/local/bin/qemu-ga"}});
    if (!tool || stands_still(*tool)) return tool;
    tool->syncs_clock =
        Fact<bool>::unknown("the host decides: it may send guest-set-time, mostly on resume");
    return tool;
  }

  [[nodiscard]] std::optional<GuestTool> xen() {
    constexpr std::string_view kWallclock = "/proc/sys/xen/independent_wallclock";
    auto tool = look_for(
        {{{"xe-daemon"}, {"xe-daemon.service", "xe-linux-distribution.service"}, {"xe-daemon.pid"}},
         {"/usr/sbin/xe-daemon"}});
    const auto wallclock = files_.read(kWallclock);
    if (!tool && !wallclock) return std::nullopt;
    if (!tool) tool = GuestTool{false, false, {}, {}};
    if (wallclock) {
      tool->syncs_clock = trim(*wallclock) == "0";
      tool->detail = std::string(kWallclock) + " = " + printable(trim(*wallclock));
    } else if (live_) {
      tool->syncs_clock = false;
      tool->detail = "this kernel has no " + std::string(kWallclock);
    } else {
      tool->syncs_clock = Fact<bool>::live_only();
    }
    return tool;
  }

  [[nodiscard]] std::optional<GuestTool> parallels() {
    auto tool = look_for(
        {{{"prltoolsd"}, {"prltoolsd.service"}, {"prltoolsd.pid"}}, {"/usr/bin/prltoolsd"}});
    if (!tool || stands_still(*tool)) return tool;
    tool->syncs_clock = Fact<bool>::unknown("a setting of the host");
    return tool;
  }

 private:
  /// Nothing where neither the program nor its process is there. The process, where there is one,
  /// is kept for further questions.
  std::optional<GuestTool> look_for(const Program& program) {
    const bool installed = std::any_of(program.paths.begin(), program.paths.end(),
                                       [&](std::string_view path) { return files_.exists(path); });
    const auto found = processes_.find(program.traces, installed);
    const bool runs = found.known() && !found.value().empty();
    process_ = runs ? found.value().front() : std::string();
    if (!installed && !runs) return std::nullopt;
    GuestTool tool;
    tool.installed = true;
    tool.running = found.known() ? Fact<bool>(runs) : Fact<bool>::unknown(found.reason());
    return tool;
  }

  /// A program that does not run sets no clock.
  static bool stands_still(GuestTool& tool) {
    if (tool.running.value_or(true)) return false;
    tool.syncs_clock = false;
    tool.detail = "does not run";
    return true;
  }

  /// The host's setting, which only the tools can ask for.
  void ask_about_periodic_sync(GuestTool& tool) const {
    constexpr std::string_view kCommand = "vmware-toolbox-cmd timesync status";
    constexpr Nanoseconds kPatience = std::chrono::seconds(1);
    const auto told = queries_.answer(system::Query::vmware_timesync, kPatience, StopFlag());
    const std::string_view status = told ? trim(*told) : std::string_view();
    if (status != "Enabled" && status != "Disabled") {
      tool.syncs_clock = Fact<bool>::unknown("a setting of the host: " + std::string(kCommand));
      return;
    }
    tool.syncs_clock = status == "Enabled";
    tool.detail = std::string(kCommand) + ": " + std::string(status);
  }

  [[nodiscard]] std::string disabled_in_tools_conf() const {
    constexpr std::string_view kPath = "/etc/vmware-tools/tools.conf";
    const auto text = files_.read(kPath);
    if (!text) return {};
    std::string disabled;
    for (const settings::IniSetting& setting : settings::ini_settings(*text)) {
      if (setting.section != "timeSync") continue;
      if (setting.key != "disable-all" && setting.key != "disable-periodic") continue;
      if (setting.value != "true" && setting.value != "1") continue;
      disabled = std::string(kPath) + ": [timeSync] " + setting.key + "=" + setting.value;
    }
    return disabled;
  }

  /// The option that keeps VBoxService from setting the clock; empty: none.
  [[nodiscard]] static std::string_view option_against_timesync(std::string_view command_line) {
    constexpr std::string_view kOnly = "--only-";
    while (!command_line.empty()) {
      const std::size_t end = std::min(command_line.find('\0'), command_line.size());
      const std::string_view option = command_line.substr(0, end);
      const bool only_another =
          option.starts_with(kOnly) && option.substr(kOnly.size()) != "timesync";
      if (option == "--disable-timesync" || only_another) return option;
      command_line.remove_prefix(std::min(end + 1, command_line.size()));
    }
    return {};
  }

  [[nodiscard]] bool time_sync_device_offered() const {
    constexpr std::string_view kDevices = "/sys/bus/vmbus/devices";
    constexpr std::string_view kTimeSync = "9527e630-d0ae-497b-adce-e80ab0175caf";
    const auto devices = files_.list(kDevices);
    if (!devices) return false;
    return std::any_of(devices->begin(), devices->end(), [&](const std::string& device) {
      const auto id = files_.read(std::string(kDevices) + "/" + device + "/class_id");
      return id && lower(*id).find(kTimeSync) != std::string::npos;
    });
  }

  const system::Files& files_;
  const system::Queries& queries_;
  bool live_;
  Processes& processes_;
  std::string process_;
};

}  // namespace

model::GuestTools probe_guest_tools(const system::System& system, Processes& processes) {
  Tools tools(system, processes);
  model::GuestTools found;
  found.vmware = tools.vmware();
  found.virtualbox = tools.virtualbox();
  found.hyperv = tools.hyperv();
  found.qemu_guest_agent = tools.qemu_guest_agent();
  found.xen = tools.xen();
  found.parallels = tools.parallels();
  return found;
}

}  // namespace guestclock::probe
