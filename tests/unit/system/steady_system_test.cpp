#include "system/steady_system.h"

#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

TEST(SteadySystem, AKernelFileIsReadOnceAndOthersEachTime) {
  const support::ScratchDirectory scratch;
  scratch.write("proc/cpuinfo", "one\n");
  scratch.write("sys/bus/acpi/devices/PNP0C0F:00/hid", "");
  scratch.write("etc/os-release", "one\n");
  const auto tree = open_tree(scratch.path()).value();
  const SteadySystem steady(*tree);
  const Files& files = steady.files();
  EXPECT_EQ(files.read("/proc/cpuinfo").value(), "one\n");
  EXPECT_EQ(files.read_start("/proc/cpuinfo", 2).value(), "on");
  EXPECT_EQ(files.list("/sys/bus/acpi/devices").value().size(), 1U);
  EXPECT_FALSE(files.read("/proc/version"));
  EXPECT_EQ(files.read("/etc/os-release").value(), "one\n");

  scratch.write("proc/cpuinfo", "two\n");
  scratch.write("proc/version", "two\n");
  scratch.write("sys/bus/acpi/devices/PNP0C0F:01/hid", "");
  scratch.write("etc/os-release", "two\n");
  EXPECT_EQ(files.read("/proc/cpuinfo").value(), "one\n");
  EXPECT_EQ(files.read_start("/proc/cpuinfo", 2).value(), "on");
  EXPECT_EQ(files.read_start("/proc/cpuinfo", 3).value(), "two") << "another question";
  EXPECT_EQ(files.list("/sys/bus/acpi/devices").value().size(), 1U);
  EXPECT_FALSE(files.read("/proc/version"));
  EXPECT_EQ(files.read("/etc/os-release").value(), "two\n");
  EXPECT_FALSE(steady.live());
  EXPECT_EQ(steady.root(), tree->root());
}

}  // namespace
}  // namespace guestclock::system
