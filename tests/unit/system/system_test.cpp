// The plain data of the seam.
#include "system/system.h"

#include <arpa/inet.h>

#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

Endpoint endpoint(const char* address) {
  Endpoint out;
  out.ipv6 = ::inet_pton(AF_INET6, address, out.address.data()) == 1;
  const bool known = out.ipv6 || ::inet_pton(AF_INET, address, out.address.data()) == 1;
  EXPECT_TRUE(known) << address;
  return out;
}

TEST(Endpoint, Loopback) {
  for (const char* address : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(endpoint(address).is_loopback()) << address;
    EXPECT_TRUE(endpoint(address).is_private()) << address;
  }
  for (const char* address : {"128.0.0.1", "10.0.0.1", "::2", "::", "::ffff:10.0.0.1", "fe80::1"}) {
    EXPECT_FALSE(endpoint(address).is_loopback()) << address;
  }
}

TEST(Endpoint, Private) {
  for (const char* address :
       {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.123", "fe80::1",
        "febf::1", "fc00::1", "fdff::1", "::ffff:192.168.1.1"}) {
    EXPECT_TRUE(endpoint(address).is_private()) << address;
  }
  for (const char* address :
       {"11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "192.0.2.1", "169.253.0.1",
        "2001:db8::1", "fec0::1", "fe00::1", "ff02::1", "::ffff:192.0.2.1", "::"}) {
    EXPECT_FALSE(endpoint(address).is_private()) << address;
  }
}

TEST(Device, AttributeByName) {
  const Device device{"ptp0", "/sys/x", {{"clock_name", "a"}, {"empty", ""}}, {}};
  ASSERT_NE(device.attribute("clock_name"), nullptr);
  EXPECT_EQ(*device.attribute("clock_name"), "a");
  EXPECT_EQ(*device.attribute("empty"), "");
  EXPECT_EQ(device.attribute("absent"), nullptr);
}

}  // namespace
}  // namespace guestclock::system
