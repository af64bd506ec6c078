// A synthetic tree in which tests put time daemons and guest tools. Running machines are trees that
// say they are live.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "probe/probe.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::probe {

/// vmware-toolbox-cmd, where it is installed; nothing else can be asked.
class ToldQueries final : public system::Queries {
 public:
  explicit ToldQueries(std::string timesync_status)
      : timesync_status_(std::move(timesync_status)) {}

  [[nodiscard]] Result<std::string> answer(system::Query query, Nanoseconds /*patience*/,
                                           const StopFlag& /*stop*/) const override {
    if (query == system::Query::vmware_timesync && !timesync_status_.empty()) {
      return timesync_status_;
    }
    return fail(ErrorCode::unsupported, "it is not installed");
  }

 private:
  std::string timesync_status_;
};

/// A tree that passes for the running machine.
class LiveTree final : public system::System {
 public:
  explicit LiveTree(const support::ScratchDirectory& tree, std::string timesync_status = {})
      : under_(system::open_tree(tree.path().string()).value()),
        queries_(std::move(timesync_status)) {}

  [[nodiscard]] bool live() const override { return true; }
  [[nodiscard]] const std::string& root() const override { return under_->root(); }
  [[nodiscard]] const system::Files& files() const override { return under_->files(); }
  [[nodiscard]] const system::Cpuid& cpuid() const override { return under_->cpuid(); }
  [[nodiscard]] const system::Sysctl& sysctl() const override { return under_->sysctl(); }
  [[nodiscard]] const system::Clocks& clocks() const override { return under_->clocks(); }
  [[nodiscard]] const system::KernelCounters& counters() const override {
    return under_->counters();
  }
  [[nodiscard]] const system::Devices& devices() const override { return under_->devices(); }
  [[nodiscard]] const system::Network& network() const override { return under_->network(); }
  [[nodiscard]] const system::Queries& queries() const override { return queries_; }
  [[nodiscard]] const system::Identity& identity() const override { return under_->identity(); }
  [[nodiscard]] Result<std::string_view> kernel_log() const override {
    return under_->kernel_log();
  }

 private:
  std::unique_ptr<system::System> under_;
  ToldQueries queries_;
};

class TimesyncTree : public testing::Test {
 protected:
  void link(const std::string& target, const std::string& below) const {
    const std::filesystem::path path = tree_.path() / below.substr(1);
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::create_symlink(target, path);
  }
  void process(int pid, const std::string& name, const std::string& command_line = {}) const {
    const std::string directory = "/proc/" + std::to_string(pid);
    tree_.write(directory + "/comm", name + "\n");
    tree_.write(directory + "/cmdline", command_line);
  }
  void systemd_runs() const {
    process(1, "systemd");
    std::filesystem::create_directories(tree_.path() / "run/systemd/system");
    std::filesystem::create_directories(tree_.path() / "sys/fs/cgroup/system.slice");
  }
  void service(const std::string& unit, int pid) const {
    tree_.write("/sys/fs/cgroup/system.slice/" + unit + "/cgroup.procs",
                std::to_string(pid) + "\n");
  }
  void enable(const std::string& unit) const {
    link("/lib/systemd/system/" + unit, "/etc/systemd/system/multi-user.target.wants/" + unit);
  }

  [[nodiscard]] model::Timesync timesync(const system::System& machine) const {
    Processes processes(machine);
    model::Timesync timesync;
    std::vector<model::Unread> unread;
    probe_time_daemons(machine, processes, timesync);
    timesync.guest_tools = probe_guest_tools(machine, processes);
    probe_clock_setters(machine, timesync, unread);
    return timesync;
  }
  [[nodiscard]] model::Timesync live() const { return timesync(LiveTree(tree_)); }
  [[nodiscard]] model::Timesync unbooted() const {
    return timesync(**system::open_tree(tree_.path().string()));
  }
  [[nodiscard]] std::vector<model::TimeDaemon> daemons() const { return live().daemons.value(); }
  /// Names of the daemons that run.
  [[nodiscard]] std::vector<std::string> running() const {
    std::vector<std::string> names;
    for (const model::TimeDaemon& daemon : daemons()) {
      if (daemon.running.value_or(false)) names.push_back(daemon.name);
    }
    return names;
  }
  [[nodiscard]] std::vector<std::string> enabled() const {
    std::vector<std::string> names;
    for (const model::TimeDaemon& daemon : daemons()) {
      if (daemon.enabled.value_or(false)) names.push_back(daemon.name);
    }
    return names;
  }
  [[nodiscard]] model::GuestTools live_tools(std::string timesync_status = {}) const {
    const LiveTree machine(tree_, std::move(timesync_status));
    Processes processes(machine);
    return probe_guest_tools(machine, processes);
  }
  [[nodiscard]] model::GuestTools tools_of_tree() const {
    const auto machine = system::open_tree(tree_.path().string());
    Processes processes(**machine);
    return probe_guest_tools(**machine, processes);
  }
  [[nodiscard]] model::Tuning tuning() const {
    return probe_tuning(**system::open_tree(tree_.path().string()));
  }

  support::ScratchDirectory tree_;
};

}  // namespace guestclock::probe
