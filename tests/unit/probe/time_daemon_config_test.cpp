// What the configuration of a daemon in use says, in synthetic trees.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/probe/timesync_tree.h"

namespace guestclock::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TimeDaemonConfig : public TimesyncTree {};

TEST_F(TimeDaemonConfig, DropInsOfTimesyncdInSystemdsOrder) {
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

TEST_F(TimeDaemonConfig, ConfigurationsOfWhatIsInUse) {
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

TEST_F(TimeDaemonConfig, WhereNothingTellsWhatStartsTheConfigurationThatIsThereCounts) {
  tree_.write("/etc/ntpsec/ntp.conf", "restrict default ignore\nserver a.example iburst\n");
  const auto found = unbooted();
  ASSERT_TRUE(found.ntp_conf.value().has_value());
  EXPECT_THAT(found.ntp_conf.value()->files, ElementsAre("/etc/ntpsec/ntp.conf"));
  EXPECT_THAT(found.serving.value(), IsEmpty());
  EXPECT_THAT(found.disciplining.value(), IsEmpty());
  EXPECT_THAT(found.perhaps_disciplining, ElementsAre(testing::HasSubstr("ntpsec: neither")));
}

TEST_F(TimeDaemonConfig, SourcesThatOnlyARunningSystemHasAreNotCountedInATree) {
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

TEST_F(TimeDaemonConfig, FilesTakenInCountWhereTheirLineIs) {
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

TEST_F(TimeDaemonConfig, OpenntpdServesWhereItListens) {
  enable("openntpd.service");
  tree_.write("/etc/openntpd/ntpd.conf", "listen on 127.0.0.1\nservers pool.example\n");
  EXPECT_THAT(unbooted().serving.value(), IsEmpty());
  tree_.write("/etc/openntpd/ntpd.conf", "listen on *\nservers pool.example\n");
  EXPECT_THAT(unbooted().serving.value(), ElementsAre("openntpd"));
  EXPECT_THAT(unbooted().disciplining.value(), ElementsAre("openntpd"));
}

TEST_F(TimeDaemonConfig, StratumOfTheLocalClock) {
  tree_.write("/etc/ntp.conf", "server 127.127.1.0\nincludefile /etc/ntp/more.conf\n");
  EXPECT_EQ(daemons()[0].local_stratum, 5);
  tree_.write("/etc/ntp/more.conf", "fudge 127.127.1.0 stratum 12\n");
  EXPECT_EQ(daemons()[0].local_stratum, 12);
  tree_.write("/etc/ntp.conf", "fudge 127.127.1.0 stratum 12\n");
  EXPECT_EQ(daemons()[0].local_stratum, std::nullopt);
}

}  // namespace
}  // namespace guestclock::probe
