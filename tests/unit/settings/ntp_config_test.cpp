#include "settings/ntp_config.h"

#include <gtest/gtest.h>

namespace guestclock::settings {
namespace {

using Strings = std::vector<std::string>;

TEST(NtpConf, ServersWithoutReferenceClocks) {
  const NtpConfig config = parse_ntp_conf(
      "/etc/ntp.conf",
      "# comment\nserver -4 a.example iburst\npool b.example\npeer c.example\n"
      "server 127.127.20.0 mode 1\nserver 127.127.1.0 # local clock\nserver a.example\nserver\n");
  EXPECT_EQ(config.servers, (Strings{"a.example", "b.example", "c.example"}));
  EXPECT_EQ(config.local_clock, Strings{"/etc/ntp.conf:6: server 127.127.1.0 # local clock"});
}

TEST(ChronyConf, PortsCommentsAndIncludes) {
  const NtpConfig config = parse_chrony_conf(
      "f",
      "! comment\n; too\nserver a.example port 1123 iburst\nServer ::1 port 1124\n"
      "pool b.example\nsourcedir /etc/chrony/sources.d\ninclude /etc/more.conf\n");
  EXPECT_EQ(config.servers, (Strings{"a.example:1123", "[::1]:1124", "b.example"}));
  EXPECT_EQ(config.includes, (Strings{"/etc/chrony/sources.d", "/etc/more.conf"}));
}

TEST(LocalStratum, GivenOrTheDaemonsDefault) {
  const auto ntp = [](std::string_view text) { return local_stratum(parse_ntp_conf("f", text)); };
  EXPECT_EQ(ntp("server a.example\nfudge 127.127.1.0 stratum 3\n"), std::nullopt);
  EXPECT_EQ(ntp("server 127.127.1.0\n"), 5);
  EXPECT_EQ(ntp("server 127.127.1.0\nfudge 127.127.1.0 refid L stratum 10\n"), 10);
  EXPECT_EQ(ntp("server 127.127.1.0\nfudge 127.127.1.1 stratum 3\n"), 5);
  EXPECT_EQ(ntp("server 127.127.1.0\nfudge 127.127.1.0 stratum 99\n"), 5);
  EXPECT_EQ(ntp("server 127.127.1.0\nserver 127.127.1.1\nfudge 127.127.1.1 stratum 2\n"), 2);
  const auto chrony = [](std::string_view text) {
    return local_stratum(parse_chrony_conf("f", text));
  };
  EXPECT_EQ(chrony("local\n"), 10);
  EXPECT_EQ(chrony("local stratum 8 orphan\n"), 8);
  EXPECT_EQ(chrony("# local stratum 8\nlocaldomain\n"), std::nullopt);
}

TEST(TimesyncdConf, OnlyNtpOfTheTimeSection) {
  const NtpConfig config = parse_timesyncd_conf(
      "f",
      "[Other]\nNTP=x.example\n[Time]\n#NTP=c.example\nNTP=a.example b.example\n"
      "FallbackNTP=d.example\n");
  EXPECT_EQ(config.servers, (Strings{"a.example", "b.example"}));
  EXPECT_TRUE(parse_timesyncd_conf("f", "[Time]\nNTP=a\nNTP=\n").servers.empty());
}

TEST(OpenntpdConf, ServerAndServers) {
  EXPECT_EQ(
      parse_openntpd_conf("f", "servers pool.example\nserver a.example\nlisten on *\n").servers,
      (Strings{"pool.example", "a.example"}));
}

}  // namespace
}  // namespace guestclock::settings
