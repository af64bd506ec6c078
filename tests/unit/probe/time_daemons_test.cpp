// Which time daemons run and which start at boot, in synthetic trees.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/probe/timesync_tree.h"

namespace guestclock::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TimeDaemons : public TimesyncTree {};

TEST_F(TimeDaemons, AServicesControlGroupProvesThatItRuns) {
  systemd_runs();
  for (const auto& [unit, name, pid] :
       {std::tuple{"chrony.service", "chronyd", 20},
        std::tuple{"systemd-timesyncd.service", "systemd-timesyn", 21}}) {
    service(unit, pid);
    process(pid, name);
  }
  EXPECT_THAT(running(), ElementsAre("chronyd", "systemd-timesyncd"));
}

TEST_F(TimeDaemons, AnEmptyControlGroupOrAnotherProgramInItIsNoProof) {
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

TEST_F(TimeDaemons, ControlGroupsOfTheFirstVersionAreFoundToo) {
  process(1, "systemd");
  std::filesystem::create_directories(tree_.path() / "run/systemd/system");
  tree_.write("/sys/fs/cgroup/systemd/system.slice/chronyd.service/cgroup.procs", "20\n");
  process(20, "chronyd");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimeDaemons, PidFilesCountWhereTheProcessIsStillThere) {
  systemd_runs();
  tree_.write("/etc/chrony.conf", "");
  tree_.write("/var/run/chrony/chronyd.pid", "40\n");
  process(40, "bash");
  EXPECT_THAT(running(), IsEmpty());
  process(40, "chronyd");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimeDaemons, WithoutSystemdAllProcessesAreLookedAtOnlyForWhatIsInstalled) {
  process(1, "init");
  process(50, "chronyd");
  EXPECT_THAT(running(), IsEmpty());
  tree_.write("/usr/sbin/chronyd", "");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimeDaemons, TimesyncdNeedsSystemd) {
  process(1, "sh");
  process(51, "systemd-timesyn");
  tree_.write("/etc/systemd/timesyncd.conf", "");
  EXPECT_THAT(running(), IsEmpty());
  std::filesystem::create_directories(tree_.path() / "run/systemd/system");
  EXPECT_THAT(running(), ElementsAre("systemd-timesyncd"));
}

TEST_F(TimeDaemons, AContainerThatSeesItsHostsControlGroupsLooksAtItsOwnProcesses) {
  systemd_runs();
  process(1, "sh");
  tree_.write("/etc/chrony.conf", "");
  process(50, "chronyd");
  EXPECT_THAT(running(), ElementsAre("chronyd"));
}

TEST_F(TimeDaemons, ACaptureWithoutTheProcessProvesNothing) {
  process(1, "systemd");
  tree_.write("/etc/chrony.conf", "");
  const auto all = unbooted().daemons.value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].running.reason(), model::kLiveOnly);
}

TEST_F(TimeDaemons, ThreeProgramsAreCalledNtpd) {
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

TEST_F(TimeDaemons, AnUndecidedNtpdIsTheOneThatIsConfigured) {
  process(1, "init");
  process(60, "ntpd", "/usr/sbin/ntpd");
  tree_.write("/usr/local/etc/ntpd.conf", "server a.example\n");
  EXPECT_THAT(running(), ElementsAre("openntpd"));
}

TEST_F(TimeDaemons, NtpsecInNtpdsPlaces) {
  tree_.write("/etc/ntp.conf", "server a.example\n");
  enable("ntpd.service");
  EXPECT_THAT(enabled(), ElementsAre("ntpd"));
  tree_.write("/usr/share/doc/ntpsec/copyright", "");
  EXPECT_THAT(enabled(), ElementsAre("ntpsec"));
  ASSERT_EQ(daemons().size(), 1U);
  EXPECT_EQ(daemons()[0].config, "/etc/ntp.conf");
}

TEST_F(TimeDaemons, EveryDaemonIsEnabledByItsLink) {
  enable("chronyd.service");
  enable("ntp.service");
  enable("ntpsec.service");
  enable("openntpd.service");
  link("/lib/systemd/system/systemd-timesyncd.service",
       "/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service");
  EXPECT_THAT(enabled(), ElementsAre("chronyd", "ntpd", "ntpsec", "systemd-timesyncd", "openntpd"));
}

TEST_F(TimeDaemons, AMaskedUnitIsNotEnabled) {
  enable("chronyd.service");
  enable("ntpd.service");
  link("/dev/null", "/etc/systemd/system/chronyd.service");
  tree_.write("/etc/systemd/system/ntpd.service", "");
  EXPECT_THAT(enabled(), IsEmpty());
  std::filesystem::remove(tree_.path() / "etc/systemd/system/chronyd.service");
  link("/lib/systemd/system/chronyd.service", "/etc/systemd/system/chronyd.service");
  EXPECT_THAT(enabled(), ElementsAre("chronyd"));
}

TEST_F(TimeDaemons, VendorsLinksRunlevelsAndOpenrc) {
  tree_.write("/usr/lib/systemd/system/multi-user.target.wants/chronyd.service", "");
  tree_.write("/etc/rc2.d/S01ntpsec", "");
  tree_.write("/etc/rc2.d/K01openntpd", "");
  tree_.write("/etc/runlevels/default/ntpd", "");
  EXPECT_THAT(enabled(), ElementsAre("chronyd", "ntpd", "ntpsec"));
}

TEST_F(TimeDaemons, FreebsdsRcConfFamily) {
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

TEST_F(TimeDaemons, WithoutAnInitSystemNobodyKnowsWhatIsEnabled) {
  tree_.write("/etc/chrony.conf", "");
  EXPECT_FALSE(daemons()[0].enabled.known());
}

}  // namespace
}  // namespace guestclock::probe
