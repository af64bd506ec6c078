// Lines of kernel logs: each pattern with a hit and a near miss. The logs are synthetic.
#include "probe/clock_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::probe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names(std::string_view log) {
  std::vector<std::string> all;
  for (const model::ClockEvent& event : parse_clock_events(log))
    all.push_back(event.name);
  return all;
}

struct Case {
  const char* name;
  const char* hit;
  const char* near_miss;  ///< holds the words, but not as the kernel puts them
};

constexpr std::array<Case, 54> kCases{{
    {"lost-ticks", "Losing some ticks... checking if CPU frequency changed.",
     "Losing some clock ticks on purpose"},
    {"lost-ticks", "Losing too many ticks!", "Losing many ticks"},
    {"lost-ticks", "warning: many lost ticks.", "warning: many ticks lost"},
    {"lost-ticks", "time.c: Lost 3 timer tick(s)! rip 10:default_idle", "time.c: Lost 3 tick"},
    {"tsc-given-up", "TSC cannot be used as a timesource. ", "TSC can be used as a timesource"},
    {"clocksource-unstable", "Clocksource tsc unstable (delta = -62499 ns)",
     "Clocksource tsc unstable"},
    {"tsc-early-unstable",
     "clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc-early' as unstable "
     "because the skew is too large:",
     "clocksource: tsc-early: mask: 0xffffffffffffffff unstable"},
    {"clocksource-unstable",
     "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the "
     "skew is too large:",
     "clocksource: Marking clocksource 'tsc' as stable"},
    {"clocksource-skewed",
     "clocksource:                       'tsc' skewed -187 ns (0 ms) over watchdog 'hpet' interval "
     "of 495 ns",
     "clocksource: 'hpet' wd_nsec: 495 wd_now: 1"},
    {"tsc-unstable-on-hyperv", "tsc: Marking TSC unstable due to running on Hyper-V",
     "tsc: running on Hyper-V"},
    {"tsc-unstable-by-watchdog", "tsc: Marking TSC unstable due to clocksource watchdog",
     "tsc: clocksource watchdog started"},
    {"tsc-unstable-by-parameter", "tsc: Marking TSC unstable due to boot parameter",
     "tsc: boot parameter"},
    {"tsc-unstable", "Marking TSC unstable due to TSCs unsynchronized", "Marking TSC as unstable"},
    {"tsc-unstable",
     "TSC found unstable after boot, most likely due to broken BIOS. Use 'tsc=unstable'.",
     "TSC found stable after boot"},
    {"watchdog-slow",
     "clocksource: timekeeping watchdog on CPU0: hpet wd-wd read-back delay of 97222ns",
     "clocksource: timekeeping watchdog on CPU0: hpet wd-wd delay of 97222ns"},
    {"watchdog-slow", "Watchdog acpi_pm read timed out", "Watchdog acpi_pm timed out"},
    {"watchdog-skipped",
     "clocksource: Long readout interval, skipping watchdog check: cs_nsec: 1 wd_nsec: 2",
     "clocksource: Long readout interval"},
    {"clock-parameter-deprecated", "clock= boot option is deprecated - use clocksource=xyz",
     "clock= boot option is fine"},
    {"clock-parameter-deprecated", "Warning: clock=pmtmr is deprecated. Use clocksource=acpi_pm.",
     "Kernel command line: ro clock=pmtmr"},
    {"clocksource-refused",
     "clocksource: Override clocksource tsc is not currently HRT compatible "
     "- deferring",
     "clocksource: Override clocksource tsc"},
    {"clocksource-refused",
     "Override clocksource tsc is unstable and not HRT compatible - cannot switch while in "
     "HRT/NOHZ mode",
     "clocksource tsc: cannot switch"},
    {"clocksource-refused", "Override clocksource pit is not HRT compatible",
     "clocksource pit is not HRT compatible"},
    {"parameter-unknown",
     "Unknown kernel command line parameters \"divider=10 quiet2\", will be passed to user space.",
     "Unknown kernel command line parameters \"my-divider=10\", will be passed to user space."},
    {"parameter-unknown",
     "Unknown kernel command line parameters \"a notsc\", will be passed to user space.",
     "Unknown kernel command line parameters \"x.notsc notscript\", will be passed to user space."},
    {"clocksource-switched", "clocksource: Switched to clocksource kvm-clock",
     "clocksource: kvm-clock: mask: 0xffffffffffffffff"},
    {"clocksource-switched", "Switching to clocksource tsc", "Switching clocksource"},
    {"clocksource-switched", "Time: acpi_pm clocksource has been installed.",
     "acpi_pm clocksource has been installed"},
    {"kvm-clock-in-use", "kvm-clock: using sched offset of 121608174 cycles",
     "kvm-clock: Using msrs 4b564d01 and 4b564d00"},
    {"vmware-tsc-frequency", "vmware: TSC freq read from hypervisor : 2394.228 MHz",
     "vmware: Host bus clock speed read from hypervisor : 66000000 Hz"},
    {"vmware-tsc-frequency-unknown", "vmware: Failed to get TSC freq from the hypervisor",
     "vmware: the TSC of the hypervisor"},
    {"vsyscall-off", "Disabling vsyscall due to use of PM timer", "Disabling vsyscall"},
    {"runtime-backwards", "calcru: runtime went backwards from 50 usec to 25 usec for pid 0",
     "calcru: runtime"},
    {"timecounter-quality-changed", "TSC timecounter quality changed to -100",
     "Timecounter \"TSC\" frequency 2394228000 Hz quality 1000"},
    {"tsc-synchronisation-failed", "SMP: failed TSC synchronization test",
     "SMP: passed TSC synchronization test"},
    {"leap-second", "Clock: inserting leap second 23:59:60 UTC", "Clock: no leap second"},
    {"leap-second", "Clock: deleting leap second 23:59:59 UTC", "clock deleting a leap second"},
    {"clock-stepped", "chronyd[611]: System clock was stepped by -3.000012 seconds",
     "chronyd[611]: System clock wrong by 0.000012 seconds"},
    {"clock-stepped", "ntpd[402]: CLOCK: time stepped by 12.500000",
     "ntpd[402]: CLOCK: leapsecond file loaded"},
    {"clock-stepped", "ntpd[402]: time reset +0.733412 s", "ntpd[402]: time slew +0.009 s"},
    {"clock-stepped", "ntpdate[77]: step time server 192.0.2.1 offset 7.000000 sec",
     "ntpdate[77]: adjust time server 192.0.2.1 offset 0.007000 sec"},
    {"clock-jumped", "systemd-journald[210]: Time jumped backwards, rotating.",
     "systemd-journald[210]: rotating, the time did not jump"},
    {"clock-jumped",
     "systemd-journald[210]: Realtime clock jumped backwards relative to last journal entry, "
     "rotating.",
     "systemd-journald[210]: jumped backwards"},
    {"clock-jumped",
     "systemd-timesyncd[330]: System clock time unset or jumped backwards, restored from recorded "
     "timestamp: Mon 2026-11-23 10:00:00 UTC",
     "systemd-timesyncd[330]: System clock time is fine"},
    {"clock-jumped", "chronyd[611]: Backward time jump detected!",
     "chronyd[611]: jump label detected"},
    {"clock-jumped", "chronyd[611]: Forward time jump detected!", "usb 1-1: jumper detected"},
    {"suspended", "PM: suspend entry (s2idle)", "PM: suspend support (s2idle)"},
    {"suspended", "PM: Timekeeping suspended for 61.250 seconds", "Timekeeping suspended"},
    {"suspended", "Suspended for 61.250 seconds", "Suspended for ever"},
    {"rcu-timer-not-handled", "rcu: \tPossible timer handling issue on cpu=1 timer-softirq=8123",
     "rcu: timer issue"},
    {"rcu-stall", "rcu: INFO: rcu_sched self-detected stall on CPU",
     "rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies."},
    {"rcu-stall",
     "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "rcu: INFO: no stalls on CPUs"},
    {"soft-lockup", "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [stress:811]",
     "lockup detector: soft lockup - CPU"},
    {"timer-interrupt-slow", "hrtimer: interrupt took 4012345 ns", "hrtimer: interrupts are taken"},
    {"hypervisor-detected", "Hypervisor detected: KVM", "Hypervisor not detected"},
}};

TEST(ClockEvents, EachPatternHasAHitAndANearMiss) {
  for (const Case& sample : kCases) {
    EXPECT_THAT(names(sample.hit), ElementsAre(sample.name)) << sample.hit;
    EXPECT_THAT(names(std::string("[    1.5] ") + sample.hit), ElementsAre(sample.name));
    EXPECT_THAT(names(sample.near_miss), IsEmpty()) << sample.near_miss;
  }
  EXPECT_THAT(names("rcu: rcu_sched kthread timer wakeup didn't happen for 5252 jiffies!"),
              ElementsAre("rcu-timer-not-handled"));
  EXPECT_THAT(names("calcru: negative runtime of -1 usec"), ElementsAre("runtime-backwards"));
  EXPECT_THAT(names("fail TSC synchronization test"), ElementsAre("tsc-synchronisation-failed"));
}

TEST(ClockEvents, APatternIsFoundWhereverItStands) {
  for (const Case& sample : kCases) {
    for (std::size_t before = 0; before < 6; ++before) {
      const std::string line = std::string(before, '\n') + "[    1.5] " + sample.hit;
      EXPECT_THAT(names(line), ElementsAre(sample.name)) << before << sample.hit;
    }
  }
}

TEST(ClockEvents, CaseDoesNotCount) {
  EXPECT_THAT(names("CLOCKSOURCE: SWITCHED TO CLOCKSOURCE TSC"),
              ElementsAre("clocksource-switched"));
}

TEST(ClockEvents, OfOneBootInOrder) {
  const auto events = parse_clock_events(
      "[    0.000000] Linux version 6.1.0 (synthetic)\n"
      "<6>[    0.000000] Hypervisor detected: KVM\n"
      "<6>[    0.000001] kvm-clock: using sched offset of 7 cycles\n"
      "<6>[    0.323698][    T1] clocksource: Switched to clocksource kvm-clock\n"
      "<6>[12345.500000] clocksource: Switched to clocksource tsc\r\n");
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].name, kHypervisorDetected);
  EXPECT_EQ(events[0].time_s, model::Fact<double>(0.0));
  EXPECT_EQ(events[0].text, "Hypervisor detected: KVM");
  EXPECT_EQ(events[2].time_s, model::Fact<double>(0.323698));
  EXPECT_EQ(events[2].text, "clocksource: Switched to clocksource kvm-clock");
  EXPECT_EQ(events[3].time_s, model::Fact<double>(12345.5));
  EXPECT_EQ(events[3].text, "clocksource: Switched to clocksource tsc");
  for (const model::ClockEvent& event : events)
    EXPECT_NE(event.meaning, "");
}

TEST(ClockEvents, TimeOnlyFromAStamp) {
  for (const char* const line :
       {"Hypervisor detected: KVM", "[x] Hypervisor detected: KVM",
        "[-1.0] Hypervisor detected: KVM", "[nan] Hypervisor detected: KVM",
        "[1.0 Hypervisor detected: KVM", "<6Hypervisor detected: KVM"}) {
    const auto events = parse_clock_events(line);
    ASSERT_EQ(events.size(), 1U) << line;
    EXPECT_FALSE(events[0].time_s.known()) << line;
  }
}

TEST(ClockEvents, EverythingIsBounded) {
  std::string flood;
  for (int i = 0; i < 1000; ++i)
    flood += "warning: many lost ticks.\n";
  EXPECT_EQ(names(flood + "Hypervisor detected: KVM\n").size(), 9U)
      << "a flood of one does not hide another";
  std::string everything;
  for (int i = 0; i < 20; ++i) {
    for (const Case& sample : kCases)
      everything += std::string(sample.hit) + "\n";
  }
  EXPECT_EQ(names(everything).size(), 64U);
  EXPECT_THAT(names(std::string(1100, 'x') + "Hypervisor detected: KVM"), IsEmpty());
  const auto long_line = parse_clock_events("Hypervisor detected: " + std::string(5000, '\x1b'));
  ASSERT_EQ(long_line.size(), 1U);
  EXPECT_LE(long_line[0].text.size(), 4 * 200 + 3U);
  EXPECT_EQ(long_line[0].text.find('\x1b'), std::string::npos);
}

TEST(ClockEvents, AnyBytesAreTaken) {
  EXPECT_THAT(names(""), IsEmpty());
  EXPECT_THAT(names("\n\n<\n[\n[]\n<6>[\n"), IsEmpty());
  EXPECT_THAT(names(std::string_view("\0\xff[\0]Hypervisor detected: \0\xfe", 28)),
              ElementsAre("hypervisor-detected"));
}

}  // namespace
}  // namespace guestclock::probe
