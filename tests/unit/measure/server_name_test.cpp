#include <gtest/gtest.h>

#include "measure/measure.h"

namespace guestclock::measure {
namespace {

struct Case {
  const char* text;
  const char* host;
  std::uint16_t port;
};

class AcceptedName : public testing::TestWithParam<Case> {};

TEST_P(AcceptedName, IsSplit) {
  const auto name = parse_server(GetParam().text);
  ASSERT_TRUE(name) << describe(name.error());
  EXPECT_EQ(name->host, GetParam().host);
  EXPECT_EQ(name->port, GetParam().port);
}

INSTANTIATE_TEST_SUITE_P(All, AcceptedName,
                         testing::Values(Case{"ntp.example", "ntp.example", 123},
                                         Case{"ntp.example:1123", "ntp.example", 1123},
                                         Case{"192.0.2.1", "192.0.2.1", 123},
                                         Case{"192.0.2.1:65535", "192.0.2.1", 65535},
                                         Case{"::1", "::1", 123},
                                         Case{"2001:db8::7", "2001:db8::7", 123},
                                         Case{"[2001:db8::7]", "2001:db8::7", 123},
                                         Case{"[::1]:11123", "::1", 11123},
                                         Case{"[fe80::1%eth0]:123", "fe80::1%eth0", 123},
                                         Case{"::ffff:192.0.2.1", "::ffff:192.0.2.1", 123},
                                         Case{"time_server-1", "time_server-1", 123}));

class RejectedName : public testing::TestWithParam<const char*> {};

TEST_P(RejectedName, IsAUsageError) {
  const auto name = parse_server(GetParam());
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, ErrorCode::usage);
  EXPECT_FALSE(name.error().hint.empty());
}

INSTANTIATE_TEST_SUITE_P(All, RejectedName,
                         testing::Values("", " ", ":", ":123", "host:", "host:0", "host:65536",
                                         "host:99999999999999999999", "host:12a", "host:+1",
                                         "host:-1", "ho st", "host\n", "[::1", "[::1]123", "[::1]:",
                                         "[host]:1", "[]", "-x", ".example", "a:b:c", "1:2:3:x",
                                         "host:1:2", "h\xc3\xb6st", "%eth0", "::1%", "$(id)"));

TEST(ServerName, OverlongNamesAreRejected) {
  EXPECT_FALSE(parse_server(std::string(256, 'a')));
  EXPECT_FALSE(parse_server(std::string(1'000'000, ':')));
}

}  // namespace
}  // namespace guestclock::measure
