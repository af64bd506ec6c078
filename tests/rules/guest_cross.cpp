#include "rules/guest_cross.h"

#include <algorithm>
#include <array>
#include <utility>

#include "model/version.h"

namespace guestclock::rules_tests {
namespace {

using model::Fact;

struct HostWords {
  Host host;
  const char* vm;
  const char* mode;
  const char* words;
};

constexpr std::array<HostWords, 10> kHosts{{
    {Host::vmware, "vmware", "", "VMware"},
    {Host::kvm_clock, "kvm", "", "KVM with kvm-clock"},
    {Host::kvm_plain, "kvm", "", "KVM without kvm-clock"},
    {Host::xen_pv, "xen", "pv", "Xen PV"},
    {Host::xen_hvm, "xen", "hvm", "Xen HVM"},
    {Host::hyperv, "hyperv", "", "Hyper-V"},
    {Host::virtualpc, "virtualpc", "", "Virtual PC"},
    {Host::virtualbox, "virtualbox", "", "VirtualBox"},
    {Host::emulator, "qemu", "", "an emulator"},
    {Host::bare_metal, "none", "", "bare metal"},
}};

const HostWords& words_of(Host host) {
  return *std::find_if(kHosts.begin(), kHosts.end(),
                       [host](const HostWords& one) { return one.host == host; });
}

bool at_least(const std::string& release, const char* bound) {
  const auto order = model::compare_version(release, bound);
  return order && *order != std::strong_ordering::less;
}

using Releases = std::vector<std::pair<std::string, std::string>>;

void add(Family family, const std::string& id, const Releases& releases,
         std::vector<GuestSystem>& all) {
  for (const auto& [version, release] : releases)
    all.push_back({family, id, version, release, true});
}

std::vector<GuestSystem> linux_systems() {
  const Releases red_hat{
      {"3.0", "2.4.21-4.EL"},        {"3.9", "2.4.21-50.EL"},    {"4.0", "2.6.9-5.EL"},
      {"4.1", "2.6.9-11.EL"},        {"4.2", "2.6.9-22.EL"},     {"4.3", "2.6.9-34.EL"},
      {"4.4", "2.6.9-42.EL"},        {"4.5", "2.6.9-55.EL"},     {"4.6", "2.6.9-67.EL"},
      {"4.7", "2.6.9-78.EL"},        {"4.8", "2.6.9-89.EL"},     {"4.9", "2.6.9-100.EL"},
      {"5.0", "2.6.18-8.el5"},       {"5.1", "2.6.18-53.el5"},   {"5.2", "2.6.18-92.el5"},
      {"5.3", "2.6.18-128.el5"},     {"5.4", "2.6.18-164.el5"},  {"5.5", "2.6.18-194.el5"},
      {"5.6", "2.6.18-238.el5"},     {"5.7", "2.6.18-274.el5"},  {"5.8", "2.6.18-308.el5"},
      {"5.9", "2.6.18-348.el5"},     {"5.10", "2.6.18-371.el5"}, {"5.11", "2.6.18-398.el5"},
      {"6.0", "2.6.32-71.el6"},      {"6.10", "2.6.32-754.el6"}, {"7.0", "3.10.0-123.el7"},
      {"7.9", "3.10.0-1160.el7"},    {"8.0", "4.18.0-80.el8"},   {"8.10", "4.18.0-553.el8_10"},
      {"9.0", "5.14.0-70.13.1.el9"}, {"9.6", "5.14.0-570.el9"}};
  std::vector<GuestSystem> all;
  add(Family::red_hat, "rhel", {{"2.1", "2.4.9-e.25"}}, all);
  add(Family::red_hat, "rhel", red_hat, all);
  add(Family::red_hat, "centos", red_hat, all);
  add(Family::suse, "sles",
      {{"9", "2.6.5-7.97-default"},
       {"10", "2.6.16.21-0.8-default"},
       {"10.1", "2.6.16.46-0.12-default"},
       {"10.2", "2.6.16.60-0.21-default"},
       {"10.3", "2.6.16.60-0.54.5-default"},
       {"11", "2.6.27.19-5-default"},
       {"11.4", "3.0.101-63-default"},
       {"12", "3.12.28-4-default"},
       {"12.5", "4.12.14-120-default"},
       {"15", "4.12.14-23-default"},
       {"15.7", "6.4.0-150700.51-default"}},
      all);
  add(Family::debian, "debian",
      {{"4.0", "2.6.18-6-686"},
       {"5.0", "2.6.26-2-686"},
       {"6.0", "2.6.32-5-amd64"},
       {"7", "3.2.0-4-amd64"},
       {"8", "3.16.0-4-amd64"},
       {"9", "4.9.0-3-amd64"},
       {"10", "4.19.0-5-amd64"},
       {"11", "5.10.0-8-amd64"},
       {"12", "6.1.0-18-amd64"}},
      all);
  add(Family::ubuntu, "ubuntu", {{"6.06", "2.6.15-23-server"},   {"6.10", "2.6.17-10-generic"},
                                 {"7.04", "2.6.20-15-generic"},  {"7.10", "2.6.22-14-generic"},
                                 {"8.04", "2.6.24-16-generic"},  {"8.10", "2.6.27-7-generic"},
                                 {"9.04", "2.6.28-11-generic"},  {"9.10", "2.6.31-14-generic"},
                                 {"10.04", "2.6.32-21-generic"}, {"10.10", "2.6.35-22-generic"},
                                 {"11.04", "2.6.38-8-generic"},  {"11.10", "3.0.0-12-generic"},
                                 {"12.04", "3.2.0-23-generic"},  {"12.10", "3.5.0-17-generic"},
                                 {"13.04", "3.8.0-19-generic"},  {"13.10", "3.11.0-12-generic"},
                                 {"14.04", "3.13.0-24-generic"}, {"14.10", "3.16.0-23-generic"},
                                 {"15.04", "3.19.0-15-generic"}, {"15.10", "4.2.0-16-generic"},
                                 {"16.04", "4.4.0-21-generic"},  {"16.10", "4.8.0-22-generic"},
                                 {"17.04", "4.10.0-19-generic"}, {"17.10", "4.13.0-16-generic"},
                                 {"18.04", "4.15.0-20-generic"}, {"18.10", "4.18.0-10-generic"},
                                 {"19.04", "5.0.0-13-generic"},  {"19.10", "5.3.0-18-generic"},
                                 {"20.04", "5.4.0-26-generic"},  {"20.10", "5.8.0-25-generic"},
                                 {"21.04", "5.11.0-16-generic"}, {"21.10", "5.13.0-19-generic"},
                                 {"22.04", "5.15.0-25-generic"}, {"22.10", "5.19.0-21-generic"},
                                 {"23.04", "6.2.0-20-generic"},  {"23.10", "6.5.0-9-generic"},
                                 {"24.04", "6.8.0-31-generic"}},
      all);
  return all;
}

/// 2.4 and every release from 2.6.0 to 6.18, as somebody built it.
std::vector<GuestSystem> mainline_systems() {
  std::vector<GuestSystem> all;
  const auto series = [&all](const std::string& prefix, int first, int last) {
    for (int minor = first; minor <= last; ++minor) {
      const std::string release = prefix + std::to_string(minor);
      all.push_back({Family::mainline, "own-build", "1", release, true});
    }
  };
  series("2.4.", 20, 37);
  series("2.6.", 0, 39);
  series("3.", 0, 19);
  series("4.", 0, 20);
  series("5.", 0, 19);
  series("6.", 0, 18);
  return all;
}

std::vector<GuestSystem> freebsd_systems() {
  std::vector<GuestSystem> all;
  for (int version = 6; version <= 15; ++version) {
    const std::string text = std::to_string(version) + ".1";
    all.push_back({Family::freebsd, "freebsd", text, text + "-RELEASE", true});
    if (version >= 9) all.push_back({Family::freebsd, "freebsd", text, text + "-RELEASE", false});
  }
  return all;
}

bool is_old_freebsd(const GuestSystem& system) {
  return !at_least(system.version, "9");
}

void set_freebsd_clock(const CrossedGuest& guest, model::Facts& facts) {
  const bool lowers_hz =
      guest.system.seen && !is_old_freebsd(guest.system) && guest.host != Host::bare_metal;
  facts.kernel.hz = std::int64_t{lowers_hz ? 100 : 1000};
  facts.clock.source = std::string("HPET");
  facts.clock.available = std::vector<std::string>{"HPET", "ACPI-fast", "i8254", "dummy"};
  facts.clock.freebsd =
      model::FreebsdClock{std::string(lowers_hz ? words_of(guest.host).vm : "none"),
                          std::vector<std::string>{"HPET", "ACPI-fast"}};
}

/// What the kernel would choose by itself.
std::string clocksource_of(const CrossedGuest& guest) {
  const std::string& release = guest.system.release;
  const bool arm = guest.arch == "aarch64";
  if (arm) return "arch_sys_counter";
  switch (guest.host) {
    case Host::kvm_clock:
      return at_least(release, "5.1") ? "tsc" : at_least(release, "2.6.26") ? "kvm-clock" : "tsc";
    case Host::xen_pv:
      return "xen";
    case Host::xen_hvm:
      return at_least(release, "2.6.37") ? "xen" : "acpi_pm";
    case Host::hyperv:
      return at_least(release, "3.2") ? "hyperv_clocksource_tsc_page" : "acpi_pm";
    case Host::virtualpc:
      return "pit";
    case Host::kvm_plain:
    case Host::emulator:
    case Host::virtualbox:
    case Host::vmware:
    case Host::bare_metal:
      break;
  }
  return "tsc";
}

void set_linux_clock(const CrossedGuest& guest, model::Facts& facts) {
  const std::string& release = guest.system.release;
  const bool tickless =
      at_least(release, "2.6.24") || (guest.arch == "i386" && at_least(release, "2.6.21"));
  facts.kernel.hz = std::int64_t{250};
  facts.kernel.tickless = tickless;
  facts.clock.tick_stops = tickless;
  const bool has_clocksources =
      at_least(release, "2.6.21") || (guest.arch == "i386" && at_least(release, "2.6.18"));
  if (!has_clocksources) {
    facts.clock.source = Fact<std::string>::unknown("this kernel has no clocksources");
    facts.clock.available = Fact<std::vector<std::string>>::unknown("it has none");
    return;
  }
  const std::string source = clocksource_of(guest);
  facts.clock.source = source;
  facts.clock.available = std::vector<std::string>{source, "acpi_pm", "jiffies"};
}

}  // namespace

std::string CrossedGuest::in_words() const {
  return std::string(words_of(host).words) + ", " + system.id + " " + system.version + ", " +
         system.release + (system.seen ? "" : " (hypervisor unseen)") + ", " + arch;
}

std::vector<CrossedGuest> all_crossed_guests() {
  std::vector<GuestSystem> systems = linux_systems();
  for (auto more : {mainline_systems(), freebsd_systems()})
    systems.insert(systems.end(), more.begin(), more.end());
  std::vector<CrossedGuest> all;
  for (const HostWords& host : kHosts) {
    for (const GuestSystem& system : systems) {
      for (const char* const arch : {"i386", "x86_64", "aarch64"})
        all.push_back({host.host, system, arch});
    }
  }
  return all;
}

model::Facts facts_of(const CrossedGuest& guest) {
  const bool freebsd = guest.system.family == Family::freebsd;
  model::Facts facts;
  facts.virtualization.vm = std::string(words_of(guest.host).vm);
  facts.virtualization.mode = std::string(words_of(guest.host).mode);
  facts.virtualization.container = std::string("none");
  facts.virtualization.platform = std::string();
  facts.kernel.os = std::string(freebsd ? "freebsd" : "linux");
  facts.kernel.distribution = {guest.system.id, guest.system.version};
  facts.kernel.release = guest.system.release;
  facts.kernel.arch = guest.arch;
  facts.kernel.cmdline =
      freebsd ? std::vector<std::string>{} : std::vector<std::string>{"ro", "root=/dev/sda1"};
  model::BootEntry entry;
  entry.is_default = true;
  entry.parameters = facts.kernel.cmdline.value();
  facts.boot.entries = std::vector{entry};
  const bool kvm_clock = guest.host == Host::kvm_clock;
  facts.clock.interfaces.kvm.offered = kvm_clock || guest.host == Host::kvm_plain;
  facts.clock.interfaces.kvm.old_msrs = kvm_clock;
  facts.clock.interfaces.kvm.new_msrs = kvm_clock;
  facts.clock.interfaces.vmclock.offered = false;
  facts.clock.tsc.invariant = true;
  facts.clock.ptp = std::vector<model::PtpDevice>{};
  facts.clock.rtc = std::vector<model::RtcDevice>(1);
  facts.clock.kernel_log = std::vector<model::ClockEvent>{};
  facts.clock.event_mode = std::string("one-shot");
  facts.tuning.tuned_profile = std::string();
  facts.tuning.owns_command_line = false;
  facts.timesync.daemons = std::vector<model::TimeDaemon>{};
  facts.timesync.disciplining = std::vector<std::string>{"chronyd"};
  facts.timesync.serving = std::vector<std::string>{};
  facts.timesync.ntp_conf = std::optional<model::NtpConf>();
  facts.timesync.chrony_conf = std::optional<model::ChronyConf>();
  if (freebsd) {
    set_freebsd_clock(guest, facts);
  } else {
    set_linux_clock(guest, facts);
  }
  return facts;
}

}  // namespace guestclock::rules_tests
