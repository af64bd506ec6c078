// Devices of recorded guests. All files are synthetic.
#include "probe/clock_devices.h"

#include <gtest/gtest.h>

#include "probe/probe.h"
#include "probe/timer_list.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::probe {
namespace {

class ClockDevices : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<system::System> capture() const {
    return system::open_capture(scratch_.path().string()).value();
  }
  void write(const std::string& path, std::string_view bytes) const {
    scratch_.write("root" + path, bytes);
  }
  [[nodiscard]] std::string only_stable_name() const {
    const auto devices = probe_ptp(*capture());
    if (!devices.known() || devices.value().size() != 1) return "not one device";
    return devices.value()[0].stable_name.value_or("unknown");
  }

  support::ScratchDirectory scratch_;
};

model::Clock clock_of(const system::System& system) {
  std::vector<model::Unread> unread;
  return probe_clock(system, probe_kernel(system), unread);
}

TEST_F(ClockDevices, NoClassIsNotRecordedAndAnEmptyOneIsNone) {
  EXPECT_EQ(probe_ptp(*capture()).reason(), model::kLiveOnly);
  EXPECT_EQ(probe_rtc(*capture()).reason(), model::kLiveOnly);
  write("/sys/class/net/lo/address", "");
  EXPECT_EQ(probe_ptp(*capture()).value_or({{}}).size(), 0U);
  EXPECT_EQ(probe_rtc(*capture()).value_or({{}}).size(), 0U);
}

TEST_F(ClockDevices, PtpByItsClockName) {
  write("/sys/class/ptp/ptp0/clock_name", "KVM virtual PTP\n");
  write("/sys/class/ptp/ptp1/max_adjustment", "0\n");
  const auto devices = probe_ptp(*capture());
  ASSERT_EQ(devices.value_or({}).size(), 2U);
  EXPECT_EQ(devices.value()[0].clock_name.value_or(""), "KVM virtual PTP");
  EXPECT_EQ(devices.value()[0].stable_name, model::Fact<std::string>(std::string()));
  EXPECT_FALSE(devices.value()[1].clock_name.known());
}

TEST_F(ClockDevices, StableNameByTheLinkThatUdevMade) {
  write("/sys/class/ptp/ptp0/clock_name", "hyperv\n");
  write("/sys/class/ptp/ptp0/dev", "248:0\n");
  write("/run/udev/data/c248:0", "S:ptp/by-name/a\nS:ptp_hyperv\nE:X=S:no\n");
  EXPECT_EQ(only_stable_name(), "/dev/ptp_hyperv");
  write("/run/udev/data/c248:0", "S:zz\nS:mine\n");
  EXPECT_EQ(only_stable_name(), "/dev/mine");
}

TEST_F(ClockDevices, StableNameByTheLinkThatIsThere) {
  write("/sys/class/ptp/ptp1/clock_name", "KVM virtual PTP\n");
  write("/dev/ptp0", "");
  write("/dev/ptp1", "");
  std::filesystem::create_symlink("ptp0", scratch_.path() / "root/dev/ptp_kvm");
  EXPECT_EQ(only_stable_name(), "") << "the link leads to another device";
  std::filesystem::remove(scratch_.path() / "root/dev/ptp_kvm");
  std::filesystem::create_symlink("ptp1", scratch_.path() / "root/dev/ptp_kvm");
  EXPECT_EQ(only_stable_name(), "/dev/ptp_kvm");
  write("/sys/class/ptp/ptp1/clock_name", "other\n");
  EXPECT_EQ(only_stable_name(), "") << "not the link of such a clock";
}

TEST_F(ClockDevices, RtcNamesItsDriver) {
  write("/sys/class/rtc/rtc0/name", "rtc_cmos\n");
  write("/sys/class/rtc/rtc0/hctosys", "1\n");
  const auto devices = probe_rtc(*capture());
  ASSERT_EQ(devices.value_or({}).size(), 1U);
  EXPECT_EQ(devices.value()[0], (model::RtcDevice{"rtc0", std::string("rtc_cmos"), true}));
}

TEST_F(ClockDevices, VmclockAndVmgenidByAcpi) {
  EXPECT_EQ(probe_hypervisor_devices(*capture()).vmgenid.reason(), model::kLiveOnly);
  write("/sys/bus/acpi/devices/PNP0501:00/hid", "");
  auto found = probe_hypervisor_devices(*capture());
  EXPECT_EQ(found.vmclock.offered, model::Fact<bool>(false));
  EXPECT_EQ(found.vmgenid, model::Fact<bool>(false));
  write("/sys/bus/acpi/devices/AMZNC10C:00/hid", "");
  found = probe_hypervisor_devices(*capture());
  EXPECT_EQ(found.vmclock.offered, model::Fact<bool>(true));
  EXPECT_EQ(found.vmclock.device, model::Fact<std::string>(std::string()));
  EXPECT_EQ(found.vmgenid, model::Fact<bool>(false));
  write("/sys/class/misc/vmclock0/dev", "");
  EXPECT_EQ(probe_hypervisor_devices(*capture()).vmclock.device.value_or(""), "/dev/vmclock0");
}

TEST_F(ClockDevices, VmgenidUnderItsManyNames) {
  for (const std::string name : {"VMGENCTR:00", "VM_GEN_COUNTER:00", "QEMUVGID:00", "XEN0000:00",
                                 "Hyper_V_Gen_Counter_V1:00"}) {
    const support::ScratchDirectory directory;
    directory.write("root/sys/bus/acpi/devices/" + name + "/hid", "");
    const auto machine = system::open_capture(directory.path().string()).value();
    EXPECT_EQ(probe_hypervisor_devices(*machine).vmgenid, model::Fact<bool>(true)) << name;
  }
}

TEST_F(ClockDevices, VmclockAndVmgenidByTheDeviceTree) {
  using namespace std::string_literals;
  write("/proc/device-tree/compatible", "linux,dummy-virt"s);
  write("/proc/device-tree/vmgenid/compatible", "microsoft,vmgenid2\0"s);
  write("/proc/device-tree/other/compatible", "microsoft,vmgenid\0"s);
  EXPECT_EQ(probe_hypervisor_devices(*capture()).vmgenid, model::Fact<bool>(false));
  write("/proc/device-tree/vmgenid/compatible", "x\0microsoft,vmgenid\0"s);
  write("/proc/device-tree/ptp@40000/compatible", "amazon,vmclock"s);
  const auto found = probe_hypervisor_devices(*capture());
  EXPECT_EQ(found.vmgenid, model::Fact<bool>(true));
  EXPECT_EQ(found.vmclock.offered, model::Fact<bool>(true));
}

TEST_F(ClockDevices, ClocksourcesWithoutTheBlankAtTheEnd) {
  const std::string directory = "/sys/devices/system/clocksource/clocksource0/";
  write(directory + "available_clocksource", "tsc kvm-clock \n");
  write(directory + "current_clocksource", "refined-jiffies\n");
  const model::Clock clock = clock_of(*capture());
  EXPECT_EQ(clock.available.value_or({}), (std::vector<std::string>{"tsc", "kvm-clock"}));
  EXPECT_EQ(clock.source.value_or(""), "refined-jiffies");
}

TEST_F(ClockDevices, HowTheTickIsDriven) {
  write("/sys/devices/system/clockevents/broadcast/current_device", "hpet\n");
  write("/proc/timer_list",
        "cpu: 0\n  .nohz_mode      : 0\nTick Device: mode:     0\nPer CPU device: 0\n");
  const model::Clock clock = clock_of(*capture());
  EXPECT_EQ(clock.event_mode.value_or(""), "periodic");
  EXPECT_EQ(clock.broadcast_device.value_or(""), "hpet");
  EXPECT_EQ(clock.tick_stops, model::Fact<bool>(false));
  EXPECT_EQ(clock.high_resolution, model::Fact<bool>(false));
}

TEST(LiveTick, TheClocksTellWhatTheListOfTimersTells) {
  const auto machine = system::open_live().value();
  const auto list = machine->files().read_start("/proc/timer_list", kTimerListStart);
  if (!list) GTEST_SKIP() << "/proc/timer_list is for root";
  const TickState state = parse_timer_list(*list);
  if (!state.one_shot) GTEST_SKIP() << "/proc/timer_list does not say";
  const model::Clock clock = clock_of(*machine);
  EXPECT_EQ(clock.event_mode.value_or(""), *state.one_shot ? "one-shot" : "periodic");
  EXPECT_EQ(clock.high_resolution, model::Fact<bool>(state.high_resolution.value()));
  EXPECT_EQ(clock.tick_stops, model::Fact<bool>(state.stops.value()));
}

TEST_F(ClockDevices, HowFreeBsdDrivesItsTick) {
  write("/etc/hostid", "");
  scratch_.write("sysctl.txt", "kern.eventtimer.periodic: 0\nkern.eventtimer.idletick: 0\n");
  model::Clock clock = clock_of(*capture());
  EXPECT_EQ(clock.event_mode.value_or(""), "one-shot");
  EXPECT_EQ(clock.tick_stops, model::Fact<bool>(true));
  scratch_.write("sysctl.txt", "kern.eventtimer.periodic: 1\nkern.eventtimer.idletick: 0\n");
  clock = clock_of(*capture());
  EXPECT_EQ(clock.event_mode.value_or(""), "periodic");
  EXPECT_EQ(clock.tick_stops, model::Fact<bool>(false));
}

TEST_F(ClockDevices, TheKernelsLogOfACaptureAndOfATree) {
  EXPECT_FALSE(clock_of(*capture()).kernel_log.known());
  scratch_.write("dmesg.txt", "[    0.1] Hypervisor detected: KVM\n");
  ASSERT_EQ(clock_of(*capture()).kernel_log.value_or({}).size(), 1U);
  const auto tree = system::open_tree((scratch_.path() / "root").string());
  EXPECT_FALSE(tree.has_value()) << "no root yet";
  write("/var/log/dmesg", "Hypervisor detected: VMware\ntime.c: Lost 2 timer tick(s)!\n");
  const auto with_log = system::open_tree((scratch_.path() / "root").string()).value();
  EXPECT_EQ(clock_of(*with_log).kernel_log.value_or({}).size(), 2U);
}

}  // namespace
}  // namespace guestclock::probe
