// Trees and captures: what they answer, and that nothing of the machine we run on shows through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/fact.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class T>
void expect_live_only(const Result<T>& result) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::unsupported);
  EXPECT_EQ(result.error().message, model::kLiveOnly);
}

void expect_nothing_live(const System& machine) {
  EXPECT_FALSE(machine.live());
  expect_live_only(machine.clocks().read(ClockId::realtime));
  expect_live_only(machine.clocks().sleep_until(ClockId::monotonic, 1s));
  expect_live_only(machine.counters().timex());
  expect_live_only(machine.counters().timer_interrupts());
  expect_live_only(machine.counters().cpu_times());
  expect_live_only(machine.counters().run_delay());
  expect_live_only(machine.network().resolve("127.0.0.1", 123));
  expect_live_only(machine.network().open({}, Network::Answers::from_endpoint));
  expect_live_only(machine.network().wait({}, 1s));
  expect_live_only(machine.network().random_u64());
  expect_live_only(machine.identity().host_name());
  expect_live_only(machine.identity().online_cpus());
  expect_live_only(machine.identity().pin_thread(0));
}

class Recorded : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<System> capture() const {
    return open_capture(scratch_.path().string()).value();
  }
  void write(std::string_view path, std::string_view bytes) const { scratch_.write(path, bytes); }

  support::ScratchDirectory scratch_;
};

TEST_F(Recorded, ATreeIsItsFilesAndNothingElse) {
  write("etc/os-release", "ID=debian\n");
  write("proc/version", "Linux version 1.2.3 (x)\n");
  const auto tree = open_tree(scratch_.path().string()).value();
  EXPECT_EQ(tree->root(), scratch_.path().string());
  EXPECT_EQ(tree->files().read("/etc/os-release").value(), "ID=debian\n");
  expect_nothing_live(*tree);
  expect_live_only(tree->cpuid().leaf(0x40000000));
  expect_live_only(tree->sysctl().get("kern.hz"));
  expect_live_only(tree->sysctl().kenv("x"));
  expect_live_only(tree->identity().kernel());
  expect_live_only(tree->kernel_log());
  EXPECT_THAT(tree->devices().enumerate("ptp", {}).value(), IsEmpty());
}

TEST_F(Recorded, AnEmptyCaptureIsAnEmptyMachine) {
  const auto machine = capture();
  expect_nothing_live(*machine);
  const Files& files = machine->files();
  EXPECT_THAT(files.list("/").value(), IsEmpty());
  EXPECT_EQ(files.status("/").value().kind, FileKind::directory);
  EXPECT_EQ(files.resolve("/").value(), "/");
  EXPECT_EQ(files.read("/proc/version").error().code, ErrorCode::not_found);
  EXPECT_EQ(files.link_status("/x").error().code, ErrorCode::not_found);
  EXPECT_EQ(files.read_link("/x").error().code, ErrorCode::not_found);
  EXPECT_EQ(files.metadata("/x").error().code, ErrorCode::not_found);
  EXPECT_EQ(files.list("/x").error().code, ErrorCode::not_found);
  EXPECT_FALSE(files.exists("/sys/class/dmi/id/sys_vendor"));
  EXPECT_EQ(machine->cpuid().leaf(1).error().message, "not in the capture");
  EXPECT_EQ(machine->sysctl().get("kern.hz").error().message, "not in the capture");
  EXPECT_EQ(machine->kernel_log().error().message, "not in the capture");
  EXPECT_EQ(machine->identity().kernel().error().code, ErrorCode::unsupported);
  EXPECT_THAT(machine->devices().enumerate("rtc", {}).value(), IsEmpty());
}

TEST_F(Recorded, TheDirectoryMustBeOne) {
  write("file", "");
  EXPECT_FALSE(open_capture((scratch_.path() / "file").string()));
  EXPECT_FALSE(open_capture((scratch_.path() / "absent").string()));
  EXPECT_FALSE(open_tree((scratch_.path() / "file").string()));
  EXPECT_FALSE(open_tree((scratch_.path() / "absent").string()));
  write("root", "a file where the tree should be");
  EXPECT_FALSE(open_capture(scratch_.path().string()));
}

TEST_F(Recorded, ACaptureCannotPointAtThisMachine) {
  std::filesystem::create_symlink("/", scratch_.path() / "root");
  std::filesystem::create_symlink("/etc/passwd", scratch_.path() / "uname-m.txt");
  EXPECT_FALSE(capture()->files().exists("/etc/passwd"));
  EXPECT_FALSE(capture()->identity().kernel());
}

TEST_F(Recorded, KernelFromTheFilesOfLinux) {
  write("uname-m.txt", "x86_64\n");
  EXPECT_EQ(capture()->identity().kernel().error().code, ErrorCode::unsupported)
      << "which system it was is not known";
  write("root/proc/cpuinfo", "");
  EXPECT_EQ(capture()->identity().kernel().value().os, "linux");
  EXPECT_EQ(capture()->identity().kernel().value().machine, "x86_64");
  EXPECT_EQ(capture()->identity().kernel().value().release, "");
  write("root/proc/version", "Linux version 2.6.18-128.el5 (mockbuild@x) #1 SMP\n");
  EXPECT_EQ(capture()->identity().kernel().value().release, "2.6.18-128.el5");
  write("root/proc/sys/kernel/osrelease", "2.6.18-128.1.el5\n");
  EXPECT_EQ(capture()->identity().kernel().value().release, "2.6.18-128.1.el5");
}

TEST_F(Recorded, CpuidFromTheDumpBeforeTheSignature) {
  write("cpuid-signature.txt", "KVMKVMKVM\n");
  const CpuidRegisters block = capture()->cpuid().leaf(0x40000000).value();
  EXPECT_EQ(block.eax, 0x40000000U);
  EXPECT_EQ(block.ebx, 0x4b4d564bU);
  EXPECT_EQ(block.ecx, 0x564b4d56U);
  EXPECT_EQ(block.edx, 0x0000004dU);
  EXPECT_EQ(capture()->cpuid().leaf(1).value().ecx, 0x80000000U);
  EXPECT_EQ(capture()->cpuid().leaf(0).error().code, ErrorCode::unsupported);
  write("cpuid.txt",
        "CPU 0:\n   0x40000000 0x00: eax=0x40000010 ebx=0x1 ecx=0x2 edx=0x3\n"
        "CPU 1:\n   0x40000001 0x00: eax=0x5 ebx=0x1 ecx=0x2 edx=0x3\n");
  EXPECT_EQ(capture()->cpuid().leaf(0x40000000).value().eax, 0x40000010U);
  EXPECT_EQ(capture()->cpuid().leaf(0x40000001).error().message, "not in the capture");
  EXPECT_EQ(capture()->cpuid().leaf(1).error().code, ErrorCode::unsupported);
}

TEST_F(Recorded, SysctlAsPrinted) {
  write("sysctl.txt", "kern.hz: 100\nkern.vm_guest=vmware\n");
  EXPECT_EQ(capture()->sysctl().get("kern.hz").value(), "100");
  EXPECT_EQ(capture()->sysctl().get("kern.vm_guest").value(), "vmware");
  EXPECT_EQ(capture()->sysctl().get("kern.absent").error().code, ErrorCode::unsupported);
  EXPECT_EQ(capture()->sysctl().kenv("kern.hz").error().code, ErrorCode::unsupported);
}

TEST_F(Recorded, TheKernelsLog) {
  write("dmesg.txt", "[    0.000000] of the capture\n");
  write("root/var/log/dmesg", "of an earlier boot\n");
  EXPECT_EQ(capture()->kernel_log().value(), "[    0.000000] of the capture\n");
  const auto tree = open_tree((scratch_.path() / "root").string()).value();
  EXPECT_EQ(tree->kernel_log().value(), "of an earlier boot\n");
}

constexpr std::string_view kDmidecode =  // synthetic
    "# dmidecode 3.0\n\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n"
    "\tManufacturer: Text Vendor\n";

TEST_F(Recorded, DmiFromTheBestSourceThereIs) {
  const std::string vendor = "/sys/class/dmi/id/sys_vendor";
  write("root/proc/cpuinfo", "");
  write("dmidecode.txt", kDmidecode);
  EXPECT_EQ(capture()->files().read(vendor).value(), "Text Vendor\n");
  EXPECT_THAT(capture()->files().list("/sys/class/dmi/id").value(), ElementsAre("sys_vendor"));
  constexpr std::array<std::string_view, 1> kAttributes = {"sys_vendor"};
  const auto devices = capture()->devices().enumerate("dmi", kAttributes).value();
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices[0].name, "id");
  EXPECT_EQ(*devices[0].attribute("sys_vendor"), "Text Vendor");

  write("dmi-derived" + vendor, "Derived Vendor\n");
  EXPECT_EQ(capture()->files().read(vendor).value(), "Derived Vendor\n");
  EXPECT_EQ(capture()->files().read("/proc/cpuinfo").value(), "");
  write("dmi-derived/etc/passwd", "x");
  EXPECT_FALSE(capture()->files().exists("/etc/passwd")) << "only the DMI files come from there";

  write("root/sys/class/dmi/id/product_name", "Captured\n");
  EXPECT_FALSE(capture()->files().exists(vendor)) << "what was captured is not mixed with copies";
  EXPECT_EQ(capture()->files().read("/sys/class/dmi/id/product_name").value(), "Captured\n");
}

TEST_F(Recorded, DmiWithoutATree) {
  write("dmidecode.txt", kDmidecode);
  EXPECT_EQ(capture()->files().read("/sys/class/dmi/id/sys_vendor").value(), "Text Vendor\n");
}

TEST_F(Recorded, DevicesFromSysfsFiles) {
  write("root/sys/devices/virtual/ptp/ptp0/clock_name", "KVM virtual PTP\n");
  write("root/sys/class/ptp/ptp1/clock_name", "other");
  write("root/sys/class/ptp/ptp1/dev", "248:1\n");
  write("root/run/udev/data/c248:1", "N:ptp1\nS:ptp_other\nE:DEVNAME=/dev/ptp1\n");
  std::filesystem::create_symlink("../../devices/virtual/ptp/ptp0",
                                  scratch_.path() / "root/sys/class/ptp/ptp0");
  write("root/sys/class/ptp/version", "not a device");
  write("root/sys/bus/clocksource/devices/clocksource0/available_clocksource", "tsc kvm-clock \n");
  const auto machine = capture();
  constexpr std::array<std::string_view, 2> kAttributes = {"clock_name", "max_adjustment"};
  const auto ptp = machine->devices().enumerate("ptp", kAttributes).value();
  ASSERT_EQ(ptp.size(), 2U);
  EXPECT_EQ(ptp[0].name, "ptp0");
  EXPECT_EQ(ptp[0].path, "/sys/devices/virtual/ptp/ptp0");
  EXPECT_EQ(*ptp[0].attribute("clock_name"), "KVM virtual PTP");
  EXPECT_EQ(ptp[0].attribute("max_adjustment"), nullptr);
  EXPECT_THAT(ptp[0].links, IsEmpty());
  EXPECT_EQ(ptp[1].path, "/sys/class/ptp/ptp1");
  EXPECT_THAT(ptp[1].links, ElementsAre("/dev/ptp_other"));
  constexpr std::array<std::string_view, 1> kAvailable = {"available_clocksource"};
  const auto sources = machine->devices().enumerate("clocksource", kAvailable).value();
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(*sources[0].attribute("available_clocksource"), "tsc kvm-clock ");
}

}  // namespace
}  // namespace guestclock::system
