#include "system/captured_sysctl.h"

#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

TEST(CapturedSysctl, BothFormsThatSysctlPrints) {
  const CapturedSysctl sysctl(
      "kern.hz: 100\n"
      "kern.vm_guest=vmware\n"
      "kernel.hostname = a\n"
      "kern.clockrate: { hz = 100, tick = 10000 }\n"
      "dev.cpu.0.%desc: ACPI CPU\n"
      "empty:\n"
      "kern.hz: 200\n"
      "the rest of a value: passed over\n"
      "no separator\n");
  EXPECT_EQ(sysctl.get("kern.hz").value(), "100");
  EXPECT_EQ(sysctl.get("kern.vm_guest").value(), "vmware");
  EXPECT_EQ(sysctl.get("kernel.hostname").value(), "a");
  EXPECT_EQ(sysctl.get("kern.clockrate").value(), "{ hz = 100, tick = 10000 }");
  EXPECT_EQ(sysctl.get("dev.cpu.0.%desc").value(), "ACPI CPU");
  EXPECT_EQ(sysctl.get("empty").value(), "");
  EXPECT_EQ(sysctl.get("the rest of a value").error().code, ErrorCode::unsupported);
  EXPECT_EQ(sysctl.get("kern").error().message, "not in the capture");
  EXPECT_EQ(sysctl.kenv("kern.hz").error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace guestclock::system
