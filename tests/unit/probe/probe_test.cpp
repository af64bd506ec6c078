// Whole machines: a capture, unbooted trees.
#include "probe/probe.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "freebsd/loader_conf.h"
#include "grub/grub_legacy.h"
#include "probe/architecture.h"
#include "probe/kernel_config.h"
#include "support/trees.h"
#include "system/machines.h"

namespace guestclock::probe {
namespace {

Result<Probed> probe_machine(const system::System& system,
                             std::vector<model::Assumption> assumptions = {}) {
  static const tables::Hypervisors kTable = tables::load_hypervisors({}).value();
  static const grub::GrubLegacy kGrub;
  static const freebsd::FreebsdLoader kFreebsd;
  const std::array<const boot::BootLoader*, 2> loaders{&kGrub, &kFreebsd};
  return probe(system, kTable, loaders, std::move(assumptions));
}

const model::Evidence* from(const model::Facts& facts, std::string_view source) {
  const auto& all = facts.virtualization.evidence;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& item) { return item.source == source; });
  return found == all.end() ? nullptr : &*found;
}

TEST(Probe, FirecrackerWithAStaleDockerenv) {
  const auto system = system::open_capture(std::string(GUESTCLOCK_SOURCE_DIR) +
                                           "/tests/fixtures/captures/firecracker-stale-dockerenv");
  ASSERT_TRUE(system.has_value());
  const auto probed = probe_machine(**system);
  ASSERT_TRUE(probed.has_value());
  const model::Facts& facts = probed->facts;
  EXPECT_EQ(facts.virtualization.vm.value_or(""), "kvm");
  EXPECT_EQ(facts.virtualization.platform.value_or(""), "firecracker");
  EXPECT_EQ(facts.virtualization.container.value_or(""), "none");
  EXPECT_EQ(facts.virtualization.nested.value_or(""), "likely");
  EXPECT_EQ(facts.virtualization.interfaces, std::vector<std::string>{"kvm"});
  const model::Evidence* const stale = from(facts, "/.dockerenv");
  ASSERT_NE(stale, nullptr);
  EXPECT_FALSE(stale->used);
  EXPECT_NE(stale->why.find("overruled"), std::string::npos);

  EXPECT_EQ(facts.kernel.arch.value_or(""), "x86_64");
  EXPECT_EQ(
      facts.kernel.cmdline.value_or({}),
      (std::vector<std::string>{"console=ttyS0", "quiet", "reboot=k", "panic=1", "nested_pvm=1"}));
  EXPECT_EQ(facts.clock.source.value_or(""), "tsc");
  EXPECT_EQ(facts.clock.available.value_or({}), (std::vector<std::string>{"tsc", "kvm-clock"}));
  EXPECT_EQ(facts.clock.event_device.value_or(""), "lapic-deadline");
  EXPECT_TRUE(facts.clock.tsc.invariant.value_or(false));
  EXPECT_TRUE(facts.clock.tsc.known_freq.value_or(false));
}

TEST(Probe, CentosTree) {
  const support::ScratchDirectory tree;
  make_centos5_tree(tree);
  const auto system = system::open_tree(tree.path().string());
  ASSERT_TRUE(system.has_value());
  const auto probed = probe_machine(**system, {{"vm", "vmware", ""}, {"arch", "i686", ""}});
  ASSERT_TRUE(probed.has_value());
  const model::Facts& facts = probed->facts;
  EXPECT_EQ(facts.kernel.os.value_or(""), "linux");
  EXPECT_EQ(facts.kernel.distribution.id.value_or(""), "centos");
  EXPECT_EQ(facts.kernel.distribution.version.value_or(""), "5.3");
  EXPECT_EQ(facts.kernel.release.value_or(""), "2.6.18-128.1.6.el5");
  EXPECT_EQ(facts.kernel.arch.value_or(""), "i386");
  EXPECT_EQ(facts.virtualization.vm.value_or(""), "vmware");
  EXPECT_EQ(facts.virtualization.role.value_or(""), "guest");
  EXPECT_EQ(facts.boot.loader.value_or(""), "grub-legacy");
  ASSERT_TRUE(facts.boot.entries.known());
  ASSERT_EQ(facts.boot.entries.value().size(), 2U);
  EXPECT_TRUE(facts.boot.entries.value()[0].is_default);
  EXPECT_EQ(probed->assumptions[0].replaced, "");
  EXPECT_EQ(facts.clock.source.reason(), model::kLiveOnly);
}

TEST(Probe, AnAssumptionThatOverridesSaysWhat) {
  const support::ScratchDirectory tree;
  make_centos5_tree(tree);
  const auto system = system::open_tree(tree.path().string());
  const auto probed = probe_machine(**system, {{"version", "5.8", ""}, {"vm", "kvm", ""}});
  ASSERT_TRUE(probed.has_value());
  EXPECT_EQ(probed->facts.kernel.distribution.version.value_or(""), "5.8");
  EXPECT_EQ(probed->assumptions[0].replaced, "5.3");
  EXPECT_EQ(probed->assumptions[1].replaced, "");
}

TEST(Probe, FreeBsdHzOfATree) {
  const support::ScratchDirectory old;
  make_freebsd_tree(old, 801000);
  const auto old_system = system::open_tree(old.path().string());
  EXPECT_EQ(probe_machine(**old_system)->facts.kernel.hz.value_or(0), 1000);

  old.write("/boot/loader.conf", "kern.hz=\"100\"\n");
  EXPECT_EQ(probe_machine(**old_system)->facts.kernel.hz.value_or(0), 100);

  const support::ScratchDirectory recent;
  make_freebsd_tree(recent, 1401000);
  const auto recent_system = system::open_tree(recent.path().string());
  const auto probed = probe_machine(**recent_system);
  EXPECT_EQ(probed->facts.kernel.os.value_or(""), "freebsd");
  EXPECT_EQ(probed->facts.kernel.hz.reason(), model::kLiveOnly);
}

model::Clock freebsd_clock(const std::string& sysctls) {
  const support::ScratchDirectory capture;
  capture.write("uname-m.txt", "amd64\n");
  capture.write("root/bin/freebsd-version", "USERLAND_VERSION=\"14.1-RELEASE\"\n");
  capture.write("sysctl.txt", "kern.ostype: FreeBSD\nkern.osrelease: 14.1-RELEASE\n" + sysctls);
  const auto system = system::open_capture(capture.path().string());
  return probe_machine(**system)->facts.clock;
}

TEST(Probe, FreeBsdSaysWhichTimecountersItTrusts) {
  const auto clock = freebsd_clock(
      "kern.vm_guest: vmware\nkern.eventtimer.periodic: 1\nkern.eventtimer.timer: LAPIC\n"
      "kern.timecounter.hardware: HPET\n"
      "kern.timecounter.choice: TSC(-100) HPET(950) i8254(0) odd( broken) dummy(-1000000)\n");
  EXPECT_EQ(clock.source.value_or(""), "HPET");
  EXPECT_EQ(clock.event_device.value_or(""), "LAPIC");
  EXPECT_EQ(clock.available.value_or({}),
            (std::vector<std::string>{"TSC", "HPET", "i8254", "odd", "broken)", "dummy"}));
  ASSERT_TRUE(clock.freebsd.has_value());
  EXPECT_EQ(clock.freebsd->trusted.value_or({}), std::vector<std::string>{"HPET"});
  EXPECT_EQ(clock.freebsd->vm_guest.value_or(""), "vmware");
  EXPECT_EQ(clock.event_mode.value_or(""), "periodic");
}

TEST(Probe, TimecountersNeedNoOperatingSystemKnown) {
  const auto system = system::open_capture(std::string(GUESTCLOCK_SOURCE_DIR) +
                                           "/tests/fixtures/captures/freebsd-kvm");
  const auto clock = probe_machine(**system)->facts.clock;
  EXPECT_EQ(clock.source.value_or(""), "kvmclock");
  EXPECT_EQ(clock.freebsd->vm_guest.value_or(""), "kvm");
}

TEST(Probe, WhatFreeBsdDidNotTellIsUnknown) {
  const auto clock = freebsd_clock("kern.eventtimer.periodic: 0\n");
  ASSERT_TRUE(clock.freebsd.has_value());
  EXPECT_EQ(clock.event_mode.value_or(""), "one-shot");
  EXPECT_EQ(clock.freebsd->vm_guest.reason(), model::kLiveOnly);
  EXPECT_EQ(clock.freebsd->trusted.reason(), model::kLiveOnly);
  EXPECT_EQ(clock.available.reason(), model::kLiveOnly);
  EXPECT_EQ(clock.source.reason(), model::kLiveOnly);
}

TEST(Probe, TimeDaemonsWithServersAndLocalClock) {
  const support::ScratchDirectory tree;
  tree.write("/etc/ntp.conf",
             "server 192.0.2.1 iburst\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 10\n");
  tree.write("/etc/chrony.conf", "pool pool.example iburst\nconfdir /etc/chrony.d\n");
  tree.write("/etc/chrony.d/more.conf", "server 192.0.2.2 port 1123\n");
  tree.write("/etc/rc3.d/S58ntpd", "");
  const auto system = system::open_tree(tree.path().string());
  Processes processes(**system);
  model::Timesync timesync;
  probe_time_daemons(**system, processes, timesync);
  ASSERT_TRUE(timesync.daemons.known());
  const auto& daemons = timesync.daemons.value();
  ASSERT_EQ(daemons.size(), 2U);
  EXPECT_EQ(daemons[0].name, "chronyd");
  EXPECT_EQ(daemons[0].servers, (std::vector<std::string>{"pool.example", "192.0.2.2:1123"}));
  EXPECT_FALSE(daemons[0].enabled.value_or(true));
  EXPECT_EQ(daemons[1].name, "ntpd");
  EXPECT_EQ(daemons[1].servers, std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(daemons[1].local_clock,
            std::vector<std::string>{"/etc/ntp.conf:2: server 127.127.1.0"});
  EXPECT_EQ(daemons[1].local_stratum, 10);
  EXPECT_TRUE(daemons[1].enabled.value_or(false));
  EXPECT_EQ(daemons[1].running.reason(), model::kLiveOnly);
}

TEST(Architecture, WordsAndElfHeaders) {
  EXPECT_EQ(normalise_arch("i686"), "i386");
  EXPECT_EQ(normalise_arch("amd64"), "x86_64");
  EXPECT_EQ(normalise_arch("arm64"), "aarch64");
  EXPECT_EQ(normalise_arch("riscv64"), "riscv64");

  const support::ScratchDirectory tree;
  std::string elf(
      "\x7f"
      "ELF\x01\x01\x01",
      7);
  elf.resize(18);
  elf += std::string("\x03\x00", 2);
  tree.write("/bin/sh", elf);
  const auto system = system::open_tree(tree.path().string());
  EXPECT_EQ(architecture_of_tree((*system)->files()).value_or(""), "i386");
  tree.write("/bin/sh", "#!/bin/other\n");
  EXPECT_FALSE(architecture_of_tree((*system)->files()).known());
}

TEST(KernelConfig, HzAndTickless) {
  const KernelConfig config = parse_kernel_config("CONFIG_NO_HZ_IDLE=y\nCONFIG_HZ=250\n");
  EXPECT_EQ(config.hz, 250);
  EXPECT_EQ(config.tickless, true);
  EXPECT_EQ(parse_kernel_config("CONFIG_HZ_PERIODIC=y\n").tickless, false);
  EXPECT_EQ(parse_kernel_config("").tickless, std::nullopt);
}

}  // namespace
}  // namespace guestclock::probe
