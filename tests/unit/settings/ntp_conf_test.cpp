#include "settings/ntp_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/server_owner.h"

namespace guestclock::settings {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::NtpConf read(std::string_view text) {
  NtpConfReader reader;
  reader.read("f", text);
  return std::move(reader).result();
}

TEST(NtpConfReader, CountsWhatCanBeFollowed) {
  const auto conf = read(
      "server a.example iburst\npeer b.example\npool c.example iburst\nserver 127.127.1.0\n"
      "server 127.127.28.0 minpoll 4\nserver d.example iburst noselect\nserver\n");
  EXPECT_EQ(conf.sources, model::Fact<std::int64_t>(7));
  EXPECT_THAT(conf.host_sources, ElementsAre("f:5: server 127.127.28.0 minpoll 4"));
  EXPECT_THAT(conf.for_clients, ElementsAre("f:2: peer b.example", "f:4: server 127.127.1.0"));
}

TEST(NtpConfReader, SeveralFilesAreOneConfiguration) {
  NtpConfReader reader;
  reader.read("a", "server a.example iburst\ntinker panic 0\n");
  reader.read("b", "server b.example iburst\ntinker panic 5\n");
  const auto conf = std::move(reader).result();
  EXPECT_THAT(conf.files, ElementsAre("a", "b"));
  EXPECT_EQ(conf.sources, model::Fact<std::int64_t>(2));
  EXPECT_EQ(conf.panic_s, 5);
}

TEST(NtpConfReader, FilesTakenInStandWhereTheirLineIs) {
  NtpConfReader reader;
  const auto include = [&](const std::string& name) { reader.read(name, "tinker panic 0\n"); };
  reader.read("f", "includefile /more\ntinker panic 5\n", include);
  const auto conf = std::move(reader).result();
  EXPECT_THAT(conf.files, ElementsAre("f", "/more"));
  EXPECT_EQ(conf.panic_s, 5);
}

TEST(NtpConfReader, IburstIsMissedOnServersAndPools) {
  const auto conf = read(
      "server -4 a.example\npool b.example # iburst\npeer c.example\nserver 127.127.20.0\n"
      "server d.example prefer iburst\n");
  EXPECT_THAT(conf.without_iburst, ElementsAre("f:1: server -4 a.example", "f:2: pool b.example"));
}

TEST(NtpConfReader, PollsOfPublicServers) {
  const auto conf = read(
      "server 203.0.113.1 minpoll 4 maxpoll 8\nserver 10.0.0.1 minpoll 3\n"
      "pool 2.debian.pool.ntp.org maxpoll 5\nserver ntp.corp.example minpoll 3\n"
      "server 203.0.113.2\nserver 203.0.113.3 minpoll many\n");
  EXPECT_EQ(conf.public_poll, 4);
  EXPECT_THAT(conf.public_polls, ElementsAre("f:1: server 203.0.113.1 minpoll 4 maxpoll 8",
                                             "f:3: pool 2.debian.pool.ntp.org maxpoll 5"));
  EXPECT_EQ(read("server 203.0.113.2\n").public_poll, std::nullopt);
}

TEST(NtpConfReader, Tinker) {
  const auto conf = read("tinker step 0 panic 0\n");
  EXPECT_EQ(conf.panic_s, 0);
  EXPECT_EQ(conf.step_s, 0);
  EXPECT_EQ(read("#tinker panic 0\n").panic_s, std::nullopt);
  EXPECT_EQ(read("tinker panic\ntinker panic zero\ntinker\n").panic_s, std::nullopt);
  EXPECT_EQ(read("tinker panic 0x10\n").panic_s, std::nullopt);
}

TEST(NtpConfReader, WhoRefusesEverybody) {
  EXPECT_THAT(read("restrict default noserve\n").refuses_all,
              ElementsAre("f:1: restrict default noserve"));
  EXPECT_THAT(read("restrict default ignore\nrestrict -6 default ignore\n"
                   "restrict 127.0.0.1\nrestrict ::1\nrestrict 192.0.2.1 nomodify\n"
                   "restrict source nomodify\n")
                  .refuses_all,
              ElementsAre("f:1: restrict default ignore", "f:2: restrict -6 default ignore"));
  EXPECT_THAT(read("restrict 0.0.0.0 mask 0.0.0.0 ignore\n").refuses_all,
              ElementsAre("f:1: restrict 0.0.0.0 mask 0.0.0.0 ignore"));
  for (const char* const open :
       {"", "restrict default kod limited nomodify\n", "restrict -6 default ignore\n",
        "restrict default ignore\nrestrict 192.0.2.0 mask 255.255.255.0 nomodify\n",
        "restrict default ignore\nrestrict 192.0.2.0/24 nomodify\n"}) {
    EXPECT_THAT(read(open).refuses_all, IsEmpty()) << open;
  }
  for (const char* const shut :
       {"restrict default ignore\nrestrict 192.0.2.0 mask 255.255.255.0 noserve\n",
        "restrict default ignore\nrestrict 192.0.2.1 mask 255.255.255.255 nomodify\n",
        "restrict default ignore\nrestrict 127.0.0.0 mask 255.0.0.0\n"}) {
    EXPECT_EQ(read(shut).refuses_all.size(), 1U) << shut;
  }
}

TEST(NtpConfReader, NotrustAndKod) {
  const auto conf = read(
      "restrict default kod nomodify notrap\nrestrict default kod limited\n"
      "restrict 192.0.2.0 mask 255.255.255.0 notrust\n");
  EXPECT_THAT(conf.kod_unlimited, ElementsAre("f:1: restrict default kod nomodify notrap"));
  EXPECT_THAT(conf.notrust, ElementsAre("f:3: restrict 192.0.2.0 mask 255.255.255.0 notrust"));
}

TEST(NtpConfReader, WhatOnlyAServerNeeds) {
  EXPECT_THAT(read("tos orphan 7\nbroadcast 192.0.2.255\nmanycastserver 239.0.0.1\ntos minsane 2\n")
                  .for_clients,
              ElementsAre("f:1: tos orphan 7", "f:2: broadcast 192.0.2.255",
                          "f:3: manycastserver 239.0.0.1"));
}

TEST(NtpConfReader, KeepsABoundedNumberOfLines) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "server a.example\n";
  EXPECT_EQ(read(text).without_iburst.size(), 100U);
  EXPECT_EQ(read(text).sources, model::Fact<std::int64_t>(5000));
}

TEST(ServerOwner, PublicServers) {
  for (const char* const host : {"203.0.113.1", "2001:db8::1", "pool.ntp.org",
                                 "0.CentOS.pool.ntp.org", "time.google.com", "172.32.0.1"}) {
    EXPECT_TRUE(is_public_server(host)) << host;
  }
  for (const char* const host :
       {"10.0.0.1", "127.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.7.1", "169.254.169.123",
        "100.64.0.1", "::1", "fd00:ec2::123", "fe80::1", "ntp.example", "notpool.ntp.org.example",
        "xpool.ntp.org", "203.0.113", "203.0.113.1.5", "203.0.113.256", "1.2.3.", "", "."}) {
    EXPECT_FALSE(is_public_server(host)) << host;
  }
}

TEST(ServerOwner, HostsAndClouds) {
  for (const char* const host :
       {"169.254.169.123", "fd00:ec2::123", "FE80::1", "metadata.google.internal"}) {
    EXPECT_TRUE(is_host_server(host)) << host;
  }
  for (const char* const host : {"169.253.169.123", "fd00::1", "fe", "a.example", "10.0.0.1"}) {
    EXPECT_FALSE(is_host_server(host)) << host;
  }
}

}  // namespace
}  // namespace guestclock::settings
