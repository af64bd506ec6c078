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

  friend bool operator==(const Tsc&, const Tsc&) = default;
};

struct PtpDevice {
  std::string name;              ///< ptp0
  Fact<std::string> clock_name;  ///< "KVM virtual PTP", "hyperv", ...
  friend bool operator==(const PtpDevice&, const PtpDevice&) = default;
};

struct RtcDevice {
  std::string name;          ///< rtc0
  Fact<std::string> driver;  ///< sysfs attribute "name"
  Fact<bool> sets_clock;     ///< hctosys: the kernel took its time from this device at boot
  friend bool operator==(const RtcDevice&, const RtcDevice&) = default;
};

struct Clock {
  Fact<std::string> source;  ///< current clocksource (Linux) or timecounter (FreeBSD)
  Fact<std::vector<std::string>> available;  ///< in the kernel's order
  Fact<std::string> event_device;            ///< clockevent device of CPU 0
  Tsc tsc;
  Fact<std::vector<PtpDevice>> ptp;
  Fact<std::vector<RtcDevice>> rtc;

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

struct Timesync {
  Fact<std::vector<TimeDaemon>> daemons;
  GuestTools guest_tools;

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
