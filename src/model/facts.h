// What `detect` finds out: plain data, one struct per part of the `detect` document of the
// contract.
//
// Identifiers (vm, container, platform, loader, ...) are the contract's strings. A Fact that is not
// known becomes null (or the string "unknown" for identifiers) with its reason in `unknown`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/fact.h"

namespace guestclock::model {

/// One piece of evidence and what became of it.
struct Evidence {
  std::string source;  ///< where it was read: "cpuid 0x40000000", "/proc/self/ns/pid"
  std::string value;   ///< what stood there, made printable
  std::string says;    ///< what it speaks for: "vm=kvm", "container=docker"
  bool used = false;   ///< it took part in the conclusion
  std::string why;     ///< why it was believed or overruled

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// A source that this user may not read, and who may.
struct Unread {
  std::string what;        ///< "the SMBIOS virtual machine bit"
  std::string capability;  ///< CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYSLOG

  friend bool operator==(const Unread&, const Unread&) = default;
};

struct Virtualization {
  Fact<std::string> role;       ///< guest, host, bare-metal
  Fact<std::string> vm;         ///< "none" on bare metal
  Fact<std::string> container;  ///< "none" outside containers
  Fact<std::string> platform;   ///< known and empty: no platform beyond the hypervisor
  Fact<std::string> nested;     ///< yes, likely (never "no")
  /// The kind of guest where a hypervisor has several: Xen pv, hvm, pvh, dom0; PowerVM lpar-shared,
  /// lpar-dedicated, lx86; IBM Z lpar; LDoms guest; Hyper-V root. Known and empty: it has not.
  Fact<std::string> mode;
  /// Memory encrypted against the host: sev, sev-es, sev-snp, tdx, prot-virt; none.
  Fact<std::string> confidential;
  std::vector<std::string> interfaces;  ///< paravirtual interfaces offered: kvm, hyperv, xen, ...
  std::vector<Evidence> evidence;
  std::vector<Unread> unread;

  friend bool operator==(const Virtualization&, const Virtualization&) = default;
};

struct Distribution {
  Fact<std::string> id;       ///< as in os-release ID; "rhel", "centos", "freebsd", ...
  Fact<std::string> version;  ///< dotted numbers; "release 5" without a minor is "5.0"

  friend bool operator==(const Distribution&, const Distribution&) = default;
};

struct Kernel {
  Fact<std::string> os;  ///< linux, freebsd
  Distribution distribution;
  Fact<std::string> release;  ///< as uname -r
  Fact<std::string> arch;     ///< i386 (also i486..i686), x86_64 (also amd64), aarch64, ...
  Fact<std::int64_t> hz;      ///< configured ticks per second (CONFIG_HZ, kern.hz)
  Fact<bool> tickless;        ///< the tick stops on an idle CPU
  Fact<std::vector<std::string>> cmdline;  ///< parameters of the running kernel

  friend bool operator==(const Kernel&, const Kernel&) = default;
};

struct Tsc {
  Fact<bool> invariant;   ///< CPUID 0x80000007 EDX bit 8 (constant_tsc and nonstop_tsc)
  Fact<bool> known_freq;  ///< the hypervisor told the kernel the frequency
  Fact<bool> reliable;    ///< the kernel skips its checks (tsc_reliable)
  Fact<bool> adjust;      ///< TSC_ADJUST MSR present
  Fact<bool> rdtscp;
  Fact<bool> deadline_timer;      ///< the local APIC timer can be set to an instant of the TSC
  Fact<std::int64_t> told_khz;    ///< frequency that the hypervisor or the CPU tells
  Fact<std::string> told_khz_by;  ///< "cpuid 0x40000010"; known and empty: nobody tells it

  friend bool operator==(const Tsc&, const Tsc&) = default;
};

struct PtpDevice {
  std::string name;              ///< ptp0
  Fact<std::string> clock_name;  ///< "KVM virtual PTP", "hyperv", ...
  /// A name in /dev that stays when the number changes ("/dev/ptp_kvm"); known and empty: none.
  Fact<std::string> stable_name;
  friend bool operator==(const PtpDevice&, const PtpDevice&) = default;
};

struct RtcDevice {
  std::string name;          ///< rtc0
  Fact<std::string> driver;  ///< sysfs attribute "name"
  Fact<bool> sets_clock;     ///< hctosys: the kernel took its time from this device at boot
  friend bool operator==(const RtcDevice&, const RtcDevice&) = default;
};

struct KvmClockInterface {
  Fact<bool> offered;        ///< a KVM block is there
  Fact<bool> old_msrs;       ///< kvmclock by MSRs 0x11 and 0x12
  Fact<bool> new_msrs;       ///< kvmclock by MSRs 0x4b564d00 and 0x4b564d01
  Fact<bool> stable;         ///< no warps from one CPU to the next
  Fact<bool> steal_time;     ///< the host tells how long it did not run a CPU
  Fact<bool> realtime_hint;  ///< the host promises not to preempt virtual CPUs

  friend bool operator==(const KvmClockInterface&, const KvmClockInterface&) = default;
};

struct HypervClockInterface {
  Fact<bool> offered;  ///< a block with Hyper-V's interface is there, whoever made it
  Fact<bool> reference_counter;
  Fact<bool> reference_tsc_page;
  Fact<bool> frequency_msrs;
  Fact<bool> reenlightenment;        ///< a migration to another TSC frequency is announced
  Fact<bool> tsc_invariant_control;  ///< the guest may ask for an invariant TSC

  friend bool operator==(const HypervClockInterface&, const HypervClockInterface&) = default;
};

struct XenClockInterface {
  Fact<bool> offered;
  /// default, always-emulate, never-emulate, pvrdtscp; known and empty: Xen is not offered.
  Fact<std::string> tsc_mode;
  Fact<bool> tsc_emulated;
  Fact<bool> host_tsc_reliable;

  friend bool operator==(const XenClockInterface&, const XenClockInterface&) = default;
};

/// Leaf 0x10 of the hypervisor's block.
struct TimingLeaf {
  Fact<bool> offered;
  Fact<std::int64_t> tsc_khz;
  Fact<std::int64_t> bus_khz;  ///< local APIC timer

  friend bool operator==(const TimingLeaf&, const TimingLeaf&) = default;
};

/// The page in which the hypervisor says how its counter relates to real time.
struct VmclockDevice {
  Fact<bool> offered;
  Fact<std::string> device;  ///< /dev/vmclock0; known and empty: no driver made one

  friend bool operator==(const VmclockDevice&, const VmclockDevice&) = default;
};

/// What the platform offers for keeping time, whether the kernel uses it or not. The first four are
/// what CPUID shows to user space: a paravirtual guest (Xen PV, PVM) may see the hypervisor beneath
/// its own there. What a block that is not there would offer is known: false.
struct ClockInterfaces {
  KvmClockInterface kvm;
  HypervClockInterface hyperv;
  XenClockInterface xen;
  TimingLeaf timing_leaf;
  VmclockDevice vmclock;
  Fact<bool> vmgenid;  ///< the device that tells of a snapshot or a clone

  friend bool operator==(const ClockInterfaces&, const ClockInterfaces&) = default;
};

/// A line of the kernel's log about its clock.
struct ClockEvent {
  std::string name;     ///< which pattern it fits: "clocksource-switched", ...
  Fact<double> time_s;  ///< since boot
  std::string text;     ///< the line, printable and bounded
  std::string meaning;

  friend bool operator==(const ClockEvent&, const ClockEvent&) = default;
};

/// What only FreeBSD's kernel tells.
struct FreebsdClock {
  Fact<std::string> vm_guest;  ///< kern.vm_guest, what it takes the hypervisor for; "none"
  Fact<std::vector<std::string>> trusted;  ///< of a quality above 0, best first

  friend bool operator==(const FreebsdClock&, const FreebsdClock&) = default;
};

struct Clock {
  Fact<std::string> source;  ///< current clocksource (Linux) or timecounter (FreeBSD)
  /// In the kernel's order. A clocksource that is not listed can still be one that can be chosen:
  /// once high-resolution timers run, Linux hides those that cannot serve them, and the boot
  /// parameter takes names that are registered later.
  Fact<std::vector<std::string>> available;
  Fact<std::string> event_device;       ///< clockevent device of CPU 0
  std::optional<FreebsdClock> freebsd;  ///< nothing: another system
  Tsc tsc;
  Fact<std::vector<PtpDevice>> ptp;
  Fact<std::vector<RtcDevice>> rtc;
  ClockInterfaces interfaces;
  Fact<std::vector<ClockEvent>> kernel_log;  ///< oldest first
  /// one-shot (set anew for each tick) or periodic: how the event device of the first CPU works.
  Fact<std::string> event_mode;
  Fact<std::string> broadcast_device;  ///< wakes CPUs whose own event device sleeps with them
  Fact<bool> tick_stops;               ///< in the running kernel, on an idle CPU
  Fact<bool> high_resolution;          ///< timers of the running kernel do not wait for the tick

  friend bool operator==(const Clock&, const Clock&) = default;
};

/// One thing the boot loader can start. FreeBSD's loader.conf family is one entry whose parameters
/// are its effective tunables, `name=value`.
struct BootEntry {
  std::string loader;
  std::string file;  ///< where it stands, as found (a symlink stays a symlink)
  std::string title;
  std::int64_t index = 0;  ///< as the loader counts
  bool is_default = false;
  bool rescue = false;
  std::string kernel;                   ///< kernel path as written in the file; empty: none
  std::vector<std::string> parameters;  ///< tokens as the kernel will split them

  friend bool operator==(const BootEntry&, const BootEntry&) = default;
};

struct Boot {
  Fact<std::string> loader;
  std::vector<std::string> files;
  Fact<std::vector<BootEntry>> entries;

  friend bool operator==(const Boot&, const Boot&) = default;
};

struct TimeDaemon {
  std::string name;    ///< chronyd, ntpd, ntpsec, systemd-timesyncd, openntpd
  std::string config;  ///< path of its configuration file; empty: none found
  Fact<bool> running;
  Fact<bool> enabled;                ///< started at boot
  std::vector<std::string> servers;  ///< HOST[:PORT] in file order, without LOCAL clocks
  /// "file:line: text" of each line that declares the undisciplined LOCAL clock (127.127.1.x).
  std::vector<std::string> local_clock;
  /// The stratum at which this guest's own undisciplined clock is served (LOCAL, chrony's `local`);
  /// nothing where it is not.
  std::optional<std::int64_t> local_stratum;

  friend bool operator==(const TimeDaemon&, const TimeDaemon&) = default;
};

/// What a hypervisor's guest tools do to the clock.
struct GuestTool {
  Fact<bool> installed;    ///< its program, or the device that its driver serves, is there
  Fact<bool> running;      ///< its program runs, or its driver is loaded
  Fact<bool> syncs_clock;  ///< it sets this guest's clock after the host's
  std::string detail;      ///< what says so

  friend bool operator==(const GuestTool&, const GuestTool&) = default;
};

/// Tools of which no trace was found are not there.
struct GuestTools {
  std::optional<GuestTool> vmware;            ///< VMware Tools, open-vm-tools
  std::optional<GuestTool> virtualbox;        ///< Guest Additions: VBoxService
  std::optional<GuestTool> hyperv;            ///< hv_utils and the time synchronization device
  std::optional<GuestTool> qemu_guest_agent;  ///< qemu-ga
  std::optional<GuestTool> xen;               ///< xe-daemon, independent_wallclock
  std::optional<GuestTool> parallels;         ///< prltoolsd

  friend bool operator==(const GuestTools&, const GuestTools&) = default;
};

/// What a configuration says of those whom it asks for the time. Lines are "file:line: text".
struct SourceLines {
  std::vector<std::string> files;  ///< that it was read from
  /// That can be followed: LOCAL is none; a pool counts four, or chronyd's maxsources.
  Fact<std::int64_t> sources;
  std::vector<std::string> host_sources;    ///< reference clocks, servers of the host or its cloud
  std::vector<std::string> without_iburst;  ///< servers and pools that lack it
  std::vector<std::string> public_polls;    ///< polls chosen for public servers
  std::optional<std::int64_t> public_poll;  ///< the shortest of them, log2 of seconds

  friend bool operator==(const SourceLines&, const SourceLines&) = default;
};

/// How ntpd or ntpsec treats its sources, large errors and clients. Lines are "file:line: text";
/// the first of each kind are kept.
struct NtpConf : SourceLines {
  std::optional<double> panic_s;         ///< tinker panic; nothing: 1000 s
  std::optional<double> step_s;          ///< tinker step; nothing: 0.128 s
  std::vector<std::string> for_clients;  ///< what only a server needs: peer, broadcast, LOCAL, ...
  std::vector<std::string> refuses_all;  ///< restrict default: ignore, noserve; no network excepted
  std::vector<std::string> notrust;      ///< restrict lines that drop clients without a key
  std::vector<std::string> kod_unlimited;  ///< restrict lines with kod that lack limited

  friend bool operator==(const NtpConf&, const NtpConf&) = default;
};

/// The same of chronyd.
struct ChronyConf : SourceLines {
  std::optional<double> makestep_s;              ///< errors above this are stepped
  std::optional<std::int64_t> makestep_updates;  ///< at the first so many updates; below 0: always
  /// Errors too large that maxchange passes over before chronyd exits; below 0: it never does.
  std::optional<std::int64_t> maxchange_ignored;
  std::optional<std::int64_t> local_stratum;  ///< of `local`
  bool rtcsync = false;                       ///< the kernel keeps the RTC at the right time
  std::vector<std::string> allow;             ///< lines that let clients in

  friend bool operator==(const ChronyConf&, const ChronyConf&) = default;
};

struct Timesync {
  Fact<std::vector<TimeDaemon>> daemons;
  GuestTools guest_tools;
  /// What sets this guest's clock: what runs and, in an unbooted tree, what starts at boot; guest
  /// tools; commands in root's crontabs, "ntpdate (/etc/crontab:7)".
  Fact<std::vector<std::string>> disciplining;
  /// "name: reason" of what may set it too, but that could not be found out.
  std::vector<std::string> perhaps_disciplining;
  Fact<std::vector<std::string>> serving;  ///< daemons in use that answer other machines
  /// Of the daemon that runs or starts at boot (where neither can be seen: whose file is there).
  /// Known and empty: none such.
  Fact<std::optional<NtpConf>> ntp_conf;
  Fact<std::optional<ChronyConf>> chrony_conf;

  friend bool operator==(const Timesync&, const Timesync&) = default;
};

/// A tuning tool that writes kernel parameters of its own.
struct Tuning {
  Fact<std::string> tuned_profile;   ///< TuneD's active profiles, by blanks; known and empty: none
  Fact<bool> owns_command_line;      ///< TuneD adds parameters to the kernel command line
  std::vector<std::string> cmdline;  ///< those parameters, as far as they can be read

  friend bool operator==(const Tuning&, const Tuning&) = default;
};

struct Facts {
  Virtualization virtualization;
  Kernel kernel;
  Clock clock;
  Boot boot;
  Timesync timesync;
  Tuning tuning;

  friend bool operator==(const Facts&, const Facts&) = default;
};

/// A fact given by the user with --assume.
struct Assumption {
  std::string key;       ///< as given: vm, arch, ... or a fact's JSON path
  std::string value;     ///< as given
  std::string replaced;  ///< the readable fact that it overrides; empty: none

  friend bool operator==(const Assumption&, const Assumption&) = default;
};

}  // namespace guestclock::model
