// Time daemons, guest tools and TuneD in synthetic trees; running machines are trees that say they
// are live.
#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/boot_services.h"
#include "probe/probe.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A tree that passes for the running machine.
class LiveTree final : public system::System {
 public:
  explicit LiveTree(const support::ScratchDirectory& tree)
      : under_(system::open_tree(tree.path().string()).value()) {}

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
  [[nodiscard]] const system::Queries& queries() const override { return under_->queries(); }
  [[nodiscard]] const system::Identity& identity() const override { return under_->identity(); }
  [[nodiscard]] Result<std::string> kernel_log() const override { return under_->kernel_log(); }

 private:
  std::unique_ptr<system::System> under_;
};

class TimesyncTest : public testing::Test {
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
  [[nodiscard]] model::GuestTools live_tools() const {
    const LiveTree machine(tree_);
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

TEST_F(TimesyncTest, AServicesControlGroupProvesThatItRuns) {
  systemd_runs();
  for (const auto& [unit, name, pid] :
       {std::tuple{"chrony.service", "chronyd", 20},
        std::tuple{"systemd-timesyncd.service", "systemd-timesyn", 21}}) {
    service(unit, pid);
    process(pid, name);
  }
  EXPECT_THAT(running(), ElementsAre("chronyd", "systemd-timesyncd"));
}

TEST_F(TimesyncTest, AnEmptyControlGroupOrAnotherProgramInItIsNoProof) {
  systemd_runs();
  tree_.write("/etc/chrony.conf", "");
  tree_.write("/etc/ntp.conf", "");
  tree_.write("/sys/fs/cgroup/system.slice/chronyd.service/cgroup.procs", "0\n");
  service("ntpd.service", 30);
  process(30, "sh");
  const auto all = daemons();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].running, model::Fact<bool>(false));
  EXPECT_EQ(all[1].running, model::Fact<bool>(false));
}

TEST_F(TimesyncTest, ControlGroupsOfTheFirstVersionAreFoundToo) {
  process(1, "systemd");
  std::filesystem::create_directories(tree_.path() / "run/systemd/system");
  tree_.write("/sys/fs/cgroup/systemd/system.slice/chronyd.service/cgroup.procs", "20\n");
  process(20, "chronyd");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, PidFilesCountWhereTheProcessIsStillThere) {
  systemd_runs();
  tree_.write("/etc/chrony.conf", "");
  tree_.write("/var/run/chrony/chronyd.pid", "40\n");
  process(40, "bash");
  EXPECT_THAT(running(), IsEmpty());
  process(40, "chronyd");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, WithoutSystemdAllProcessesAreLookedAtOnlyForWhatIsInstalled) {
  process(1, "init");
  process(50, "chronyd");
  EXPECT_THAT(running(), IsEmpty());
  tree_.write("/usr/sbin/chronyd", "");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, TimesyncdNeedsSystemd) {
  process(1, "sh");
  process(51, "systemd-timesyn");
  tree_.write("/etc/systemd/timesyncd.conf", "");
  EXPECT_THAT(running(), IsEmpty());
  std::filesystem::create_directories(tree_.path() / "run/systemd/system");
  EXPECT_THAT(running(), ElementsAre("systemd-timesyncd"));
}

TEST_F(TimesyncTest, AContainerThatSeesItsHostsControlGroupsLooksAtItsOwnProcesses) {
  systemd_runs();
  process(1, "sh");
  tree_.write("/etc/chrony.conf", "");
  process(50, "chronyd");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, ACaptureWithoutTheProcessProvesNothing) {
  process(1, "systemd");
  tree_.write("/etc/chrony.conf", "");
  const auto all = unbooted().daemons.value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].running.reason(), model::kLiveOnly);
}

TEST_F(TimesyncTest, ThreeProgramsAreCalledNtpd) {
  process(1, "init");
  tree_.write("/etc/ntp.conf", "server a.example\n");
  tree_.write("/etc/ntpsec/ntp.conf", "server b.example\n");
  tree_.write("/etc/openntpd/ntpd.conf", "servers c.example\n");
  using std::string_literals::operator""s;
  process(60, "ntpd", "/usr/sbin/ntpd\0-g\0"s);
  EXPECT_THAT(running(), ElementsAre("ntpd"));
  process(60, "ntpd", "/usr/sbin/ntpd\0-c\0/etc/ntpsec/ntp.conf\0"s);
  EXPECT_THAT(running(), ElementsAre("ntpsec"));
  process(60, "ntpd", "ntpd: ntp engine\0"s);
  EXPECT_THAT(running(), ElementsAre("openntpd"));
  process(60, "ntpd", "/usr/sbin/ntpd\0"s);
  tree_.write("/proc/60/cgroup", "0::/system.slice/ntpsec.service\n");
  EXPECT_THAT(running(), ElementsAre("ntpsec"));
  tree_.write("/proc/60/cgroup", "0::/\n");
  link("/opt/ntpsec/sbin/ntpd", "/proc/60/exe");
  EXPECT_THAT(running(), ElementsAre("ntpsec"));
}

TEST_F(TimesyncTest, AnUndecidedNtpdIsTheOneThatIsConfigured) {
  process(1, "init");
  process(60, "ntpd", "/usr/sbin/ntpd");
  tree_.write("/usr/local/etc/ntpd.conf", "server a.example\n");
  EXPECT_THAT(running(), ElementsAre("openntpd"));
}

TEST_F(TimesyncTest, NtpsecInNtpdsPlaces) {
  tree_.write("/etc/ntp.conf", "server a.example\n");
  enable("ntpd.service");
  EXPECT_THAT(enabled(), ElementsAre("ntpd"));
  tree_.write("/usr/share/doc/ntpsec/copyright", "");
  EXPECT_THAT(enabled(), ElementsAre("ntpsec"));
  ASSERT_EQ(daemons().size(), 1U);
  EXPECT_EQ(daemons()[0].config, "/etc/ntp.conf");
}

TEST_F(TimesyncTest, EveryDaemonIsEnabledByItsLink) {
  enable("chronyd.service");
  enable("ntp.service");
  enable("ntpsec.service");
  enable("openntpd.service");
  link("/lib/systemd/system/systemd-timesyncd.service",
       "/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service");
  EXPECT_THAT(enabled(), ElementsAre("chronyd", "ntpd", "ntpsec", "systemd-timesyncd", "openntpd"));
}

TEST_F(TimesyncTest, AMaskedUnitIsNotEnabled) {
  enable("chronyd.service");
  enable("ntpd.service");
  link("/dev/null", "/etc/systemd/system/chronyd.service");
  tree_.write("/etc/systemd/system/ntpd.service", "");
  EXPECT_THAT(enabled(), IsEmpty());
  std::filesystem::remove(tree_.path() / "etc/systemd/system/chronyd.service");
  link("/lib/systemd/system/chronyd.service", "/etc/systemd/system/chronyd.service");
  EXPECT_THAT(enabled(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, VendorsLinksRunlevelsAndOpenrc) {
  tree_.write("/usr/lib/systemd/system/multi-user.target.wants/chronyd.service", "");
  tree_.write("/etc/rc2.d/S01ntpsec", "");
  tree_.write("/etc/rc2.d/K01openntpd", "");
  tree_.write("/etc/runlevels/default/ntpd", "");
  EXPECT_THAT(enabled(), ElementsAre("chronyd", "ntpd", "ntpsec"));
}

TEST_F(TimesyncTest, FreebsdsRcConfFamily) {
  tree_.write("/etc/ntp.conf", "server a.example\n");
  tree_.write("/etc/defaults/rc.conf", "ntpd_enable=\"NO\"\n");
  EXPECT_THAT(enabled(), IsEmpty());
  tree_.write("/etc/rc.conf",
              "#openntpd_enable=YES\nntpd_sync_on_start=YES\nntpd_enable=\"yes\"\n");
  EXPECT_THAT(enabled(), ElementsAre("ntpd"));
  tree_.write("/etc/rc.conf.local", "ntpd_enable=NO # off\n");
  EXPECT_THAT(enabled(), IsEmpty());
  tree_.write("/etc/rc.conf.d/ntpd", "ntpd_enable='YES'\n");
  tree_.write("/usr/local/etc/rc.conf.d/openntpd", "openntpd_enable=1\n");
  EXPECT_THAT(enabled(), ElementsAre("ntpd", "openntpd"));
}

TEST_F(TimesyncTest, WithoutAnInitSystemNobodyKnowsWhatIsEnabled) {
  tree_.write("/etc/chrony.conf", "");
  EXPECT_FALSE(daemons()[0].enabled.known());
}

TEST_F(TimesyncTest, DropInsOfTimesyncdInSystemdsOrder) {
  tree_.write("/usr/lib/systemd/timesyncd.conf", "[Time]\nNTP=main.example\n");
  tree_.write("/usr/lib/systemd/timesyncd.conf.d/50-b.conf", "[Time]\nNTP=hidden.example\n");
  tree_.write("/etc/systemd/timesyncd.conf.d/50-b.conf", "[Time]\nNTP=b.example\n");
  tree_.write("/run/systemd/timesyncd.conf.d/90-c.conf", "NTP=no-section.example\n");
  auto all = daemons();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].config, "/usr/lib/systemd/timesyncd.conf");
  EXPECT_THAT(all[0].servers, ElementsAre("main.example", "b.example"));
  tree_.write("/etc/systemd/timesyncd.conf.d/60-reset.conf", "[Time]\nNTP=\nNTP=d.example\n");
  EXPECT_THAT(daemons()[0].servers, ElementsAre("d.example"));
  tree_.write("/etc/systemd/timesyncd.conf", "[Time]\nFallbackNTP=f.example\n");
  EXPECT_EQ(daemons()[0].config, "/etc/systemd/timesyncd.conf");
  EXPECT_THAT(daemons()[0].servers, ElementsAre("d.example"));
}

TEST_F(TimesyncTest, ConfigurationsOfWhatIsInUse) {
  systemd_runs();
  tree_.write("/etc/ntp.conf", "server a.example\ntinker panic 0\n");
  tree_.write("/etc/chrony.conf", "makestep 1 3\nallow\n");
  const auto neither = live();
  EXPECT_EQ(neither.ntp_conf, model::Fact<std::optional<model::NtpConf>>(std::nullopt));
  EXPECT_EQ(neither.chrony_conf, model::Fact<std::optional<model::ChronyConf>>(std::nullopt));
  EXPECT_THAT(neither.serving.value(), IsEmpty());
  // It is enabled, and has given up.
  enable("ntpd.service");
  const auto one = live();
  ASSERT_TRUE(one.ntp_conf.value().has_value());
  EXPECT_EQ(one.ntp_conf.value()->panic_s, 0);
  EXPECT_THAT(one.ntp_conf.value()->without_iburst,
              ElementsAre("/etc/ntp.conf:1: server a.example"));
  EXPECT_FALSE(one.chrony_conf.value().has_value());
  EXPECT_THAT(one.serving.value(), ElementsAre("ntpd"));
  EXPECT_THAT(one.disciplining.value(), IsEmpty());
  service("chronyd.service", 40);
  process(40, "chronyd");
  const auto both = live();
  EXPECT_EQ(both.chrony_conf.value()->makestep_updates, 3);
  EXPECT_THAT(both.serving.value(), ElementsAre("chronyd", "ntpd"));
  EXPECT_THAT(both.disciplining.value(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, WhereNothingTellsWhatStartsTheConfigurationThatIsThereCounts) {
  tree_.write("/etc/ntpsec/ntp.conf", "restrict default ignore\nserver a.example iburst\n");
  const auto found = unbooted();
  ASSERT_TRUE(found.ntp_conf.value().has_value());
  EXPECT_THAT(found.ntp_conf.value()->files, ElementsAre("/etc/ntpsec/ntp.conf"));
  EXPECT_THAT(found.serving.value(), IsEmpty());
  EXPECT_THAT(found.disciplining.value(), IsEmpty());
  EXPECT_THAT(found.perhaps_disciplining, ElementsAre(testing::HasSubstr("ntpsec: neither")));
}

TEST_F(TimesyncTest, SourcesThatOnlyARunningSystemHasAreNotCountedInATree) {
  enable("chrony.service");
  tree_.write("/etc/chrony.conf", "server a.example iburst\nsourcedir /run/chrony-dhcp\n");
  EXPECT_EQ(unbooted().chrony_conf.value()->sources.reason(), model::kLiveOnly);
  systemd_runs();
  EXPECT_EQ(live().chrony_conf.value()->sources, model::Fact<std::int64_t>(1));
  tree_.write("/run/chrony-dhcp/eth0.sources", "server b.example\n");
  EXPECT_EQ(live().chrony_conf.value()->sources, model::Fact<std::int64_t>(2));
  EXPECT_THAT(live().chrony_conf.value()->without_iburst,
              ElementsAre("/run/chrony-dhcp/eth0.sources:1: server b.example"));
}

TEST_F(TimesyncTest, FilesTakenInCountWhereTheirLineIs) {
  enable("chrony.service");
  tree_.write("/etc/chrony/conf.d/step.conf", "makestep 1 -1\n");
  tree_.write("/etc/chrony/chrony.conf",
              "confdir /etc/chrony/conf.d\nconfdir /etc/chrony/conf.d\nmakestep 1 3\n");
  EXPECT_EQ(unbooted().chrony_conf.value()->makestep_updates, 3);
  EXPECT_THAT(unbooted().chrony_conf.value()->files,
              ElementsAre("/etc/chrony/chrony.conf", "/etc/chrony/conf.d/step.conf"));
  tree_.write("/etc/chrony/chrony.conf", "makestep 1 3\nconfdir /etc/chrony/conf.d\n");
  EXPECT_EQ(unbooted().chrony_conf.value()->makestep_updates, -1);
}

TEST_F(TimesyncTest, OpenntpdServesWhereItListens) {
  enable("openntpd.service");
  tree_.write("/etc/openntpd/ntpd.conf", "listen on 127.0.0.1\nservers pool.example\n");
  EXPECT_THAT(unbooted().serving.value(), IsEmpty());
  tree_.write("/etc/openntpd/ntpd.conf", "listen on *\nservers pool.example\n");
  EXPECT_THAT(unbooted().serving.value(), ElementsAre("openntpd"));
  EXPECT_THAT(unbooted().disciplining.value(), ElementsAre("openntpd"));
}

TEST_F(TimesyncTest, WhoSetsTheClockOfATree) {
  enable("ntpd.service");
  enable("systemd-timesyncd.service");
  tree_.write("/usr/bin/vmtoolsd", "");
  const auto found = unbooted();
  EXPECT_THAT(found.disciplining.value(), ElementsAre("ntpd"));
  EXPECT_THAT(found.perhaps_disciplining,
              testing::UnorderedElementsAre(testing::StartsWith("VMware Tools: "),
                                            testing::StartsWith("systemd-timesyncd: enabled")));
}

TEST_F(TimesyncTest, OfARecordedGuestOnlyARecordedProcessIsCertain) {
  tree_.write("/proc/cpuinfo", "processor : 0\n");
  enable("chrony.service");
  enable("systemd-timesyncd.service");
  process(20, "chronyd");
  const auto found = unbooted();
  EXPECT_THAT(found.disciplining.value(), ElementsAre("chronyd"));
  EXPECT_THAT(found.perhaps_disciplining,
              ElementsAre("systemd-timesyncd: enabled, but whether it ran was not recorded"));
}

TEST_F(TimesyncTest, TimesyncdAloneSetsTheClockOfATree) {
  enable("systemd-timesyncd.service");
  EXPECT_THAT(unbooted().disciplining.value(), ElementsAre("systemd-timesyncd"));
}

TEST_F(TimesyncTest, GuestToolsThatSetTheClock) {
  systemd_runs();
  tree_.write("/usr/sbin/VBoxService", "");
  service("vboxadd-service.service", 50);
  process(50, "VBoxService", "VBoxService\0");
  service("chrony.service", 51);
  process(51, "chronyd");
  EXPECT_THAT(live().disciplining.value(), ElementsAre("chronyd", "VBoxService"));
  process(50, "VBoxService", std::string("VBoxService\0--disable-timesync\0", 31));
  EXPECT_THAT(live().disciplining.value(), ElementsAre("chronyd"));
}

TEST_F(TimesyncTest, CommandsInCrontabsOfRoot) {
  tree_.write("/etc/crontab", "# ntpdate\nSHELL=/bin/sh\n5 * * * * root ntpdate -s a.example\n");
  tree_.write("/etc/cron.d/sntp", "6 * * * * root sntp -S a.example\n");
  tree_.write("/etc/cron.hourly/time",
              "#!/bin/sh\n[ -x /usr/bin/rdate ] && rdate a.example\nrdate b.example\n");
  tree_.write("/etc/cron.hourly/time.rpmsave", "ntpdate a.example\n");
  tree_.write("/etc/cron.daily/logrotate", "#!/bin/sh\nlogrotate\n");
  tree_.write("/var/spool/cron/crontabs/root", "@reboot ntpd -gq\n");
  tree_.write("/var/spool/cron/crontabs/guest", "@daily ntpdate a.example\n");
  EXPECT_THAT(
      unbooted().disciplining.value(),
      ElementsAre("ntpdate (/etc/crontab:3)", "sntp (/etc/cron.d/sntp:1)",
                  "rdate (/etc/cron.hourly/time:2)", "ntpd (/var/spool/cron/crontabs/root:1)"));
}

TEST_F(TimesyncTest, StratumOfTheLocalClock) {
  tree_.write("/etc/ntp.conf", "server 127.127.1.0\nincludefile /etc/ntp/more.conf\n");
  EXPECT_EQ(daemons()[0].local_stratum, 5);
  tree_.write("/etc/ntp/more.conf", "fudge 127.127.1.0 stratum 12\n");
  EXPECT_EQ(daemons()[0].local_stratum, 12);
  tree_.write("/etc/ntp.conf", "fudge 127.127.1.0 stratum 12\n");
  EXPECT_EQ(daemons()[0].local_stratum, std::nullopt);
}

TEST_F(TimesyncTest, NoGuestToolsNoTrace) {
  process(1, "systemd");
  tree_.write("/etc/vmware-tools/tools.conf", "[timeSync]\ndisable-all=true\n");
  EXPECT_EQ(live_tools(), model::GuestTools{});
}

TEST_F(TimesyncTest, VmwareToolsPeriodicSyncIsTheHostsUnlessToolsConfForbidsIt) {
  systemd_runs();
  tree_.write("/usr/bin/vmtoolsd", "");
  EXPECT_EQ(live_tools().vmware->syncs_clock, model::Fact<bool>(false));
  service("open-vm-tools.service", 70);
  process(70, "vmtoolsd");
  tree_.write(
      "/etc/vmware-tools/tools.conf",
      "[logging]\ndisable-all=true\n[timeSync]\n#disable-all=true\ndisable-periodic=false\n");
  const auto tool = live_tools().vmware;
  EXPECT_EQ(tool->running, model::Fact<bool>(true));
  EXPECT_NE(tool->syncs_clock.reason().find("vmware-toolbox-cmd timesync status"),
            std::string::npos);
  tree_.write("/etc/vmware-tools/tools.conf", "[timeSync]\ndisable-periodic=true\n");
  EXPECT_EQ(live_tools().vmware->syncs_clock, model::Fact<bool>(false));
  EXPECT_EQ(live_tools().vmware->detail,
            "/etc/vmware-tools/tools.conf: [timeSync] disable-periodic=true");
  EXPECT_EQ(tools_of_tree().vmware->syncs_clock, model::Fact<bool>(false));
}

TEST_F(TimesyncTest, VboxserviceSetsTheClockUnlessToldNotTo) {
  using std::string_literals::operator""s;
  systemd_runs();
  tree_.write("/sys/module/vboxguest/refcnt", "1\n");
  EXPECT_EQ(live_tools().virtualbox->running, model::Fact<bool>(false));
  service("vboxadd-service.service", 80);
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--timesync-interval\0"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(true));
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--disable-timesync\0"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(false));
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--only-timesync"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(true));
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--only-cpuhotplug\0"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(false));
  process(80, "VBoxService", "");
  EXPECT_FALSE(live_tools().virtualbox->syncs_clock.known());
}

TEST_F(TimesyncTest, HypervNeedsTheDeviceAndTheDriver) {
  tree_.write("/sys/bus/vmbus/devices/a/class_id", "{0e0b6031-5213-4934-818b-38d90ced39db}\n");
  EXPECT_FALSE(live_tools().hyperv.has_value());
  tree_.write("/sys/module/hv_utils/refcnt", "0\n");
  EXPECT_EQ(live_tools().hyperv->syncs_clock, model::Fact<bool>(false));
  tree_.write("/sys/bus/vmbus/devices/b/class_id", "{9527E630-d0ae-497b-adce-e80ab0175caf}\n");
  EXPECT_EQ(live_tools().hyperv->syncs_clock, model::Fact<bool>(true));
  std::filesystem::remove_all(tree_.path() / "sys/module/hv_utils");
  EXPECT_EQ(live_tools().hyperv->syncs_clock, model::Fact<bool>(false));
  EXPECT_EQ(live_tools().hyperv->installed, model::Fact<bool>(true));
}

TEST_F(TimesyncTest, QemuGuestAgentIsAtTheHostsDisposal) {
  systemd_runs();
  service("qemu-guest-agent.service", 90);
  process(90, "qemu-gate");
  EXPECT_FALSE(live_tools().qemu_guest_agent.has_value());
  process(90, "qemu-ga");
  EXPECT_EQ(live_tools().qemu_guest_agent->running, model::Fact<bool>(true));
  EXPECT_FALSE(live_tools().qemu_guest_agent->syncs_clock.known());
}

TEST_F(TimesyncTest, XensWallclockIsTheHostsWhereItIsNotIndependent) {
  tree_.write("/proc/sys/xen/independent_wallclock", "0\n");
  EXPECT_EQ(live_tools().xen->syncs_clock, model::Fact<bool>(true));
  EXPECT_EQ(live_tools().xen->installed, model::Fact<bool>(false));
  tree_.write("/proc/sys/xen/independent_wallclock", "1\n");
  EXPECT_EQ(live_tools().xen->syncs_clock, model::Fact<bool>(false));
  std::filesystem::remove_all(tree_.path() / "proc/sys");
  EXPECT_FALSE(live_tools().xen.has_value());
  tree_.write("/usr/sbin/xe-daemon", "");
  EXPECT_EQ(live_tools().xen->syncs_clock, model::Fact<bool>(false));
  EXPECT_EQ(tools_of_tree().xen->syncs_clock.reason(), model::kLiveOnly);
}

TEST_F(TimesyncTest, ParallelsTools) {
  tree_.write("/usr/bin/prltoolsd", "");
  tree_.write("/proc/1/comm", "init\n");
  EXPECT_EQ(live_tools().parallels->syncs_clock, model::Fact<bool>(false));
  process(95, "prltoolsd");
  EXPECT_FALSE(live_tools().parallels->syncs_clock.known());
}

TEST_F(TimesyncTest, WithoutTunedNobodyElseOwnsTheCommandLine) {
  EXPECT_EQ(tuning().tuned_profile, model::Fact<std::string>(std::string()));
  EXPECT_EQ(tuning().owns_command_line, model::Fact<bool>(false));
}

TEST_F(TimesyncTest, AProfileOwnsWhatItsIncludesSay) {
  tree_.write("/etc/tuned/active_profile", "low\n");
  tree_.write("/usr/lib/tuned/low/tuned.conf",
              "[main]\ninclude=base, other\n[bootloader]\ncmdline_low=+skew_tick=1 # why\n");
  tree_.write("/usr/lib/tuned/profiles/base/tuned.conf",
              "[main]\ninclude=low\n[bootloader]\ncmdline_base=tsc=reliable quiet\n");
  tree_.write("/usr/lib/tuned/other/tuned.conf", "[sysctl]\ncmdline=nothing\n");
  EXPECT_EQ(tuning().tuned_profile, model::Fact<std::string>("low"));
  EXPECT_EQ(tuning().owns_command_line, model::Fact<bool>(true));
  EXPECT_THAT(tuning().cmdline, ElementsAre("tsc=reliable", "quiet", "skew_tick=1"));
  tree_.write(
      "/etc/tuned/low/tuned.conf",
      "[main]\ninclude=base\n[bootloader]\ncmdline_z=-quiet\ncmdline_base=quiet nohz=off\n");
  EXPECT_THAT(tuning().cmdline, ElementsAre("nohz=off"));
  tree_.write("/etc/tuned/bootcmdline", "# comment\nTUNED_BOOT_CMDLINE=\"isolcpus=1 quiet\"\n");
  EXPECT_THAT(tuning().cmdline, ElementsAre("isolcpus=1", "quiet"));
}

TEST_F(TimesyncTest, ANeutralProfileOwnsNothing) {
  tree_.write("/etc/tuned/active_profile", "virtual-guest\n");
  tree_.write("/usr/lib/tuned/virtual-guest/tuned.conf", "[sysctl]\nvm.swappiness=30\n");
  tree_.write("/etc/tuned/bootcmdline", "TUNED_BOOT_CMDLINE=\"\"\n");
  EXPECT_EQ(tuning().owns_command_line, model::Fact<bool>(false));
}

TEST_F(TimesyncTest, ProfilesThatCannotBeReadLeaveItOpen) {
  tree_.write("/etc/tuned/active_profile", "../../etc ..\n");
  EXPECT_FALSE(tuning().owns_command_line.known());
  tree_.write("/etc/tuned/active_profile", "p0\n");
  for (int i = 0; i < 20; ++i) {
    tree_.write("/etc/tuned/p" + std::to_string(i) + "/tuned.conf",
                "[main]\ninclude=p" + std::to_string(i + 1) + "\n");
  }
  EXPECT_FALSE(tuning().owns_command_line.known());
  EXPECT_NE(tuning().owns_command_line.reason().find("p9"), std::string::npos);
}

}  // namespace
}  // namespace guestclock::probe
