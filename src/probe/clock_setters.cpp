// Who sets this guest's clock? Exactly one may.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "probe/probe.h"
#include "probe/unread.h"
#include "system/clock_command.h"

namespace guestclock::probe {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kTimesyncd = "systemd-timesyncd";

/// Files that cron and run-parts pass over: hidden ones, those of editors and package managers.
bool is_left_over(std::string_view name) {
  constexpr auto kEndings = std::to_array<std::string_view>(
      {"~", ".bak", ".dpkg-dist", ".dpkg-new", ".dpkg-old", ".rpmnew", ".rpmorig", ".rpmsave"});
  return name.starts_with('.') ||
         std::any_of(kEndings.begin(), kEndings.end(),
                     [name](std::string_view ending) { return name.ends_with(ending); });
}

class Setters {
 public:
  Setters(const system::System& system, std::vector<model::Unread>& unread)
      : files_(system.files()), live_(system.live()), unread_(unread) {}

  void find(model::Timesync& timesync) {
    tools(timesync.guest_tools);
    crontabs();
    if (timesync.daemons.known()) {
      daemons(timesync.daemons.value());
      timesync.disciplining = std::move(certain_);
    } else {
      timesync.disciplining = model::Fact<Names>::unknown(timesync.daemons.reason());
    }
    timesync.perhaps_disciplining = std::move(perhaps_);
  }

 private:
  void daemons(const std::vector<model::TimeDaemon>& all) {
    // Of a guest that was recorded while it ran, what starts at boot need not have run.
    const bool recorded = !live_ && files_.exists("/proc/cpuinfo");
    Names names;
    for (const model::TimeDaemon& daemon : all) {
      const auto& sets = daemon.running.known() ? daemon.running : daemon.enabled;
      if (recorded && !daemon.running.known() && sets.value_or(false)) {
        perhaps_.push_back(daemon.name + ": enabled, but whether it ran was not recorded");
        continue;
      }
      if (!sets.known() && !daemon.config.empty()) {
        perhaps_.push_back(daemon.name + ": " + sets.reason());
      }
      if (sets.value_or(false)) names.push_back(daemon.name);
    }
    // Units of other daemons conflict with timesyncd's: what is enabled need not be what runs.
    const auto timesyncd = std::find(names.begin(), names.end(), kTimesyncd);
    if (!live_ && names.size() > 1 && timesyncd != names.end()) {
      perhaps_.push_back(*timesyncd +
                         ": enabled, but another daemon's unit may keep it from starting");
      names.erase(timesyncd);
    }
    certain_.insert(certain_.begin(), names.begin(), names.end());
  }

  /// Not hv_utils, which sets the clock only when the host resumes the guest (before kernel 4.11
  /// also right after boot), nor qemu-ga, which does so on command.
  void tools(const model::GuestTools& tools) {
    tool("VMware Tools", tools.vmware);
    tool("VBoxService", tools.virtualbox);
    tool("Xen's wallclock", tools.xen);
    tool("Parallels Tools", tools.parallels);
  }

  void tool(const char* name, const std::optional<model::GuestTool>& tool) {
    if (!tool) return;
    if (!tool->syncs_clock.known()) {
      perhaps_.push_back(fmt::format("{}: {}", name, tool->syncs_clock.reason()));
    } else if (tool->syncs_clock.value()) {
      certain_.emplace_back(name);
    }
  }

  /// Only root may set the clock: crontabs of others do not count.
  void crontabs() {
    crontab("/etc/crontab");
    for (const char* const directory : {"/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily",
                                        "/etc/periodic/hourly", "/etc/periodic/daily"}) {
      constexpr std::size_t kMostFiles = 200;
      const auto names = files_.list(directory);
      if (!names) continue;
      for (std::size_t i = 0; i < std::min(names->size(), kMostFiles); ++i) {
        if (!is_left_over((*names)[i])) crontab(std::string(directory) + "/" + (*names)[i]);
      }
    }
    for (const char* const spool :
         {"/var/spool/cron/crontabs/root", "/var/spool/cron/root", "/var/cron/tabs/root"}) {
      crontab(spool);
    }
  }

  /// The first command counts: a second is a second try.
  void crontab(const std::string& path) {
    constexpr std::size_t kLargest = std::size_t{256} << 10U;
    const auto text = files_.read(path, kLargest);
    if (!text) {
      note_unread(unread_, text.error(), path, "CAP_DAC_READ_SEARCH");
      return;
    }
    if (!system::may_hold_clock_command(*text)) return;
    std::size_t number = 0;
    for (const std::string_view line : lines(*text)) {
      ++number;
      if (const auto command = system::clock_command(line)) {
        certain_.push_back(fmt::format("{} ({}:{})", command->program, path, number));
        return;
      }
    }
  }

  const system::Files& files_;
  bool live_;
  std::vector<model::Unread>& unread_;
  Names certain_;
  Names perhaps_;
};

}  // namespace

void probe_clock_setters(const system::System& system, model::Timesync& timesync,
                         std::vector<model::Unread>& unread) {
  Setters(system, unread).find(timesync);
}

}  // namespace guestclock::probe
