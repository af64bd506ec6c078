// Guest tools and what they do to the clock, in synthetic trees.
#include <filesystem>

#include <gtest/gtest.h>

#include "unit/probe/timesync_tree.h"

namespace guestclock::probe {
namespace {

class GuestTools : public TimesyncTree {};

TEST_F(GuestTools, NoGuestToolsNoTrace) {
  process(1, "systemd");
  tree_.write("/etc/vmware-tools/tools.conf", "[timeSync]\ndisable-all=true\n");
  EXPECT_EQ(live_tools(), model::GuestTools{});
}

TEST_F(GuestTools, VmwareToolsPeriodicSyncIsTheHostsUnlessToolsConfForbidsIt) {
  systemd_runs();
  tree_.write("/usr/bin/vmtoolsd", "");
  EXPECT_EQ(live_tools().vmware->syncs_clock, model::Fact<bool>(false));
  service("open-vm-tools.service", 70);
  process(70, "vmtoolsd");
  tree_.write(
      "/etc/vmware-tools/tools.conf",
      "[logging]\ndisable-all=true\n[timeSync]\n#disable-all=true\ndisable-periodic=false\n");
  const auto tool = live_tools().vmware;
  EXPECT_EQ(tool->running, model::Fact<bool>(true));
  EXPECT_NE(tool->syncs_clock.reason().find("vmware-toolbox-cmd timesync status"),
            std::string::npos);
  tree_.write("/etc/vmware-tools/tools.conf", "[timeSync]\ndisable-periodic=true\n");
  EXPECT_EQ(live_tools().vmware->syncs_clock, model::Fact<bool>(false));
  EXPECT_EQ(live_tools().vmware->detail,
            "/etc/vmware-tools/tools.conf: [timeSync] disable-periodic=true");
  EXPECT_EQ(tools_of_tree().vmware->syncs_clock, model::Fact<bool>(false));
}

TEST_F(GuestTools, VmwareToolsAreAskedWhetherTheySetTheClock) {
  systemd_runs();
  tree_.write("/usr/bin/vmtoolsd", "");
  service("open-vm-tools.service", 70);
  process(70, "vmtoolsd");
  const auto on = live_tools("Enabled\n").vmware;
  EXPECT_EQ(on->syncs_clock, model::Fact<bool>(true));
  EXPECT_EQ(on->detail, "vmware-toolbox-cmd timesync status: Enabled");
  EXPECT_EQ(live_tools("Disabled\n").vmware->syncs_clock, model::Fact<bool>(false));
  EXPECT_FALSE(live_tools("Error: not in a virtual machine\n").vmware->syncs_clock.known());
  tree_.write("/etc/vmware-tools/tools.conf", "[timeSync]\ndisable-periodic=true\n");
  EXPECT_EQ(live_tools("Enabled\n").vmware->syncs_clock, model::Fact<bool>(false));
}

TEST_F(GuestTools, VboxserviceSetsTheClockUnlessToldNotTo) {
  using std::string_literals::operator""s;
  systemd_runs();
  tree_.write("/sys/module/vboxguest/refcnt", "1\n");
  EXPECT_EQ(live_tools().virtualbox->running, model::Fact<bool>(false));
  service("vboxadd-service.service", 80);
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--timesync-interval\0"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(true));
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--disable-timesync\0"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(false));
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--only-timesync"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(true));
  process(80, "VBoxService", "/usr/sbin/VBoxService\0--only-cpuhotplug\0"s);
  EXPECT_EQ(live_tools().virtualbox->syncs_clock, model::Fact<bool>(false));
  process(80, "VBoxService", "");
  EXPECT_FALSE(live_tools().virtualbox->syncs_clock.known());
}

TEST_F(GuestTools, HypervNeedsTheDeviceAndTheDriver) {
  tree_.write("/sys/bus/vmbus/devices/a/class_id", "{0e0b6031-5213-4934-818b-38d90ced39db}\n");
  EXPECT_FALSE(live_tools().hyperv.has_value());
  tree_.write("/sys/module/hv_utils/refcnt", "0\n");
  EXPECT_EQ(live_tools().hyperv->syncs_clock, model::Fact<bool>(false));
  tree_.write("/sys/bus/vmbus/devices/b/class_id", "{9527E630-d0ae-497b-adce-e80ab0175caf}\n");
  EXPECT_EQ(live_tools().hyperv->syncs_clock, model::Fact<bool>(true));
  std::filesystem::remove_all(tree_.path() / "sys/module/hv_utils");
  EXPECT_EQ(live_tools().hyperv->syncs_clock, model::Fact<bool>(false));
  EXPECT_EQ(live_tools().hyperv->installed, model::Fact<bool>(true));
}

TEST_F(GuestTools, QemuGuestAgentIsAtTheHostsDisposal) {
  systemd_runs();
  service("qemu-guest-agent.service", 90);
  process(90, "qemu-gate");
  EXPECT_FALSE(live_tools().qemu_guest_agent.has_value());
  process(90, "qemu-ga");
  EXPECT_EQ(live_tools().qemu_guest_agent->running, model::Fact<bool>(true));
  EXPECT_FALSE(live_tools().qemu_guest_agent->syncs_clock.known());
}

TEST_F(GuestTools, XensWallclockIsTheHostsWhereItIsNotIndependent) {
  tree_.write("/proc/sys/xen/independent_wallclock", "0\n");
  EXPECT_EQ(live_tools().xen->syncs_clock, model::Fact<bool>(true));
  EXPECT_EQ(live_tools().xen->installed, model::Fact<bool>(false));
  tree_.write("/proc/sys/xen/independent_wallclock", "1\n");
  EXPECT_EQ(live_tools().xen->syncs_clock, model::Fact<bool>(false));
  std::filesystem::remove_all(tree_.path() / "proc/sys");
  EXPECT_FALSE(live_tools().xen.has_value());
  tree_.write("/usr/sbin/xe-daemon", "");
  EXPECT_EQ(live_tools().xen->syncs_clock, model::Fact<bool>(false));
  EXPECT_EQ(tools_of_tree().xen->syncs_clock.reason(), model::kLiveOnly);
}

TEST_F(GuestTools, ParallelsTools) {
  tree_.write("/usr/bin/prltoolsd", "");
  tree_.write("/proc/1/comm", "init\n");
  EXPECT_EQ(live_tools().parallels->syncs_clock, model::Fact<bool>(false));
  process(95, "prltoolsd");
  EXPECT_FALSE(live_tools().parallels->syncs_clock.known());
}

}  // namespace
}  // namespace guestclock::probe
