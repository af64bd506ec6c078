#include "settings/chrony_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::settings {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::ChronyConf read(std::string_view text) {
  ChronyConfReader reader;
  reader.read("f", text);
  return std::move(reader).result();
}

TEST(ChronyConfReader, CountsWhatCanBeFollowed) {
  const auto conf = read(
      "server a.example iburst\nPool b.example iburst\npool c.example iburst maxsources 2\n"
      "refclock PHC /dev/ptp_hyperv poll 3\npeer d.example\nserver e.example noselect iburst\n"
      "pool f.example iburst maxsources 9999999999\n");
  EXPECT_EQ(conf.sources, model::Fact<std::int64_t>(1 + 4 + 2 + 1 + 1 + 16));
  EXPECT_THAT(conf.host_sources, ElementsAre("f:4: refclock PHC /dev/ptp_hyperv poll 3"));
  EXPECT_THAT(conf.without_iburst, IsEmpty());
}

TEST(ChronyConfReader, ServerLines) {
  const auto conf = read(
      "server 169.254.169.123 prefer minpoll 4 maxpoll 4\nserver 203.0.113.1 minpoll -2\n"
      "! server x.example\nserver\n");
  EXPECT_THAT(conf.host_sources,
              ElementsAre("f:1: server 169.254.169.123 prefer minpoll 4 maxpoll 4"));
  EXPECT_EQ(conf.without_iburst.size(), 2U);
  EXPECT_EQ(conf.public_poll, -2);
  EXPECT_THAT(conf.public_polls, ElementsAre("f:2: server 203.0.113.1 minpoll -2"));
}

TEST(ChronyConfReader, CorrectionsTheLastLineCounts) {
  const auto conf = read("makestep 1.0 3\nMakestep 0.5 -1\nmaxchange 1000 1 2\nrtcsync\n");
  EXPECT_EQ(conf.makestep_s, 0.5);
  EXPECT_EQ(conf.makestep_updates, -1);
  EXPECT_EQ(conf.maxchange_ignored, 2);
  EXPECT_TRUE(conf.rtcsync);
  const auto none = read("makestep 1\nmakestep one 3\nmaxchange 1000 1\n# rtcsync\n");
  EXPECT_EQ(none.makestep_s, std::nullopt);
  EXPECT_EQ(none.makestep_updates, std::nullopt);
  EXPECT_EQ(none.maxchange_ignored, std::nullopt);
  EXPECT_FALSE(none.rtcsync);
}

TEST(ChronyConfReader, LocalClockAndClients) {
  const auto conf = read("local stratum 8 orphan\nallow 192.0.2.0/24\nallow\n");
  EXPECT_EQ(conf.local_stratum, 8);
  EXPECT_THAT(conf.allow, ElementsAre("f:2: allow 192.0.2.0/24", "f:3: allow"));
  EXPECT_EQ(read("local\n").local_stratum, 10);
  EXPECT_EQ(read("local stratum 99\n").local_stratum, 15);
  EXPECT_EQ(read("localhost\n").local_stratum, std::nullopt);
  EXPECT_THAT(read("allow\nport 0\n").allow, IsEmpty());
  EXPECT_THAT(read("deny all\n").allow, IsEmpty());
  EXPECT_THAT(read("allow 127.0.0.1\nallow 127/8\nallow all ::1\n").allow, IsEmpty());
}

TEST(ChronyConfReader, FilesTakenInStandWhereTheirLineIs) {
  ChronyConfReader reader;
  const auto include = [&](const std::string& name) {
    reader.read(name, name == "/d" ? "makestep 1 -1\n" : "local stratum 3\n");
  };
  reader.read("f", "local\nconfdir /d /e\nmakestep 1 3\n", include);
  const auto conf = std::move(reader).result();
  EXPECT_THAT(conf.files, ElementsAre("f", "/d", "/e"));
  EXPECT_EQ(conf.makestep_updates, 3);
  EXPECT_EQ(conf.local_stratum, 3);
}

}  // namespace
}  // namespace guestclock::settings
