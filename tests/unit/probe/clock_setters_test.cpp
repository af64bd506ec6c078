// Who sets the clock of a synthetic tree: daemons, guest tools, crontabs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/probe/timesync_tree.h"

namespace guestclock::probe {
namespace {

using testing::ElementsAre;

class ClockSetters : public TimesyncTree {};

TEST_F(ClockSetters, WhoSetsTheClockOfATree) {
  enable("ntpd.service");
  enable("systemd-timesyncd.service");
  tree_.write("/usr/bin/vmtoolsd", "");
  const auto found = unbooted();
  EXPECT_THAT(found.disciplining.value(), ElementsAre("ntpd"));
  EXPECT_THAT(found.perhaps_disciplining,
              testing::UnorderedElementsAre(testing::StartsWith("VMware Tools: "),
                                            testing::StartsWith("systemd-timesyncd: enabled")));
}

TEST_F(ClockSetters, OfARecordedGuestOnlyARecordedProcessIsCertain) {
  tree_.write("/proc/cpuinfo", "processor : 0\n");
  enable("chrony.service");
  enable("systemd-timesyncd.service");
  process(20, "chronyd");
  const auto found = unbooted();
  EXPECT_THAT(found.disciplining.value(), ElementsAre("chronyd"));
  EXPECT_THAT(found.perhaps_disciplining,
              ElementsAre("systemd-timesyncd: enabled, but whether it ran was not recorded"));
}

TEST_F(ClockSetters, TimesyncdAloneSetsTheClockOfATree) {
  enable("systemd-timesyncd.service");
  EXPECT_THAT(unbooted().disciplining.value(), ElementsAre("systemd-timesyncd"));
}

TEST_F(ClockSetters, GuestToolsThatSetTheClock) {
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

TEST_F(ClockSetters, CommandsInCrontabsOfRoot) {
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

}  // namespace
}  // namespace guestclock::probe
