// Guests that stand for a kind: what exactly is said of each, written, and held. All synthetic.
#include <gtest/gtest.h>

#include "rules/cross_judgement.h"
#include "rules/guest_cross.h"

namespace guestclock::rules_tests {
namespace {

using model::Facts;

Facts red_hat(const std::string& id, Host host, const std::string& version,
              const std::string& release, const std::string& arch) {
  return facts_of({host, {Family::red_hat, id, version, release, true}, arch});
}

Facts debian12(Host host) {
  return facts_of({host, {Family::debian, "debian", "12", "6.1.0-18-amd64", true}, "x86_64"});
}

Facts freebsd(Host host, const std::string& version) {
  return facts_of(
      {host, {Family::freebsd, "freebsd", version, version + "-RELEASE", true}, "x86_64"});
}

void add_parameter(const std::string& token, Facts& facts) {
  std::vector<model::BootEntry> entries = facts.boot.entries.value();
  entries.front().parameters.push_back(token);
  facts.boot.entries = entries;
  if (facts.kernel.os.value() == "linux") facts.kernel.cmdline = entries.front().parameters;
}

model::ChronyConf chrony_conf(std::int64_t sources) {
  model::ChronyConf conf;
  conf.files = {"/etc/chrony/chrony.conf"};
  conf.sources = sources;
  conf.makestep_s = 1;
  conf.makestep_updates = -1;
  return conf;
}

model::TimeDaemon chronyd(std::vector<std::string> servers) {
  model::TimeDaemon daemon;
  daemon.name = "chronyd";
  daemon.config = "/etc/chrony/chrony.conf";
  daemon.running = true;
  daemon.enabled = true;
  daemon.servers = std::move(servers);
  return daemon;
}

/// Rules of severity low and above; what is written; what is held.
void expect_told(const Facts& facts, const std::string& complaints, const std::string& written,
                 const std::string& held) {
  const model::Judgement judgement = judged_by_shipped_rules(facts);
  EXPECT_EQ(complaints_of(judgement), complaints);
  EXPECT_EQ(parameters_of(judgement, false), written);
  EXPECT_EQ(parameters_of(judgement, true), held);
  for (const model::Finding& finding : judgement.findings)
    EXPECT_EQ(finding.obstacle, "") << finding.rule;
}

TEST(ReferenceCase, Centos53OnVmware32Bit) {
  expect_told(red_hat("centos", Host::vmware, "5.3", "2.6.18-128.el5", "i386"),
              "rhel5-vmware-i386-acpi-pm rhel5-vmware-i386-divider", "clocksource=acpi_pm",
              "divider=10");
}

TEST(ReferenceCase, Centos53OnVmware64BitGetsNotscAndNeverClocksource) {
  expect_told(red_hat("centos", Host::vmware, "5.3", "2.6.18-128.el5", "x86_64"),
              "rhel5-vmware-x86-64-divider rhel5-vmware-x86-64-notsc", "notsc", "divider=10");
}

TEST(ReferenceCase, Rhel58And511NeedNothing) {
  for (const auto& [version, release] :
       {std::pair("5.8", "2.6.18-308.el5"), std::pair("5.11", "2.6.18-398.el5")}) {
    for (const char* const arch : {"i386", "x86_64"}) {
      const Facts facts = red_hat("rhel", Host::vmware, version, release, arch);
      expect_told(facts, "", "", "divider=10");
      EXPECT_TRUE(says_row(judged_by_shipped_rules(facts), "V-04")) << version;
    }
  }
}

TEST(ReferenceCase, Rhel48OnKvm) {
  expect_told(red_hat("rhel", Host::kvm_plain, "4.8", "2.6.9-89.EL", "x86_64"),
              "rhel48-kvm-x86-64-notsc", "notsc", "");
  expect_told(red_hat("rhel", Host::kvm_plain, "4.8", "2.6.9-89.EL", "i386"),
              "rhel48-kvm-i386-pmtmr", "clock=pmtmr", "");
}

TEST(ReferenceCase, Centos7OnKvmWithNoKvmclock) {
  Facts facts = red_hat("centos", Host::kvm_clock, "7.9", "3.10.0-1160.el7.x86_64", "x86_64");
  add_parameter("no-kvmclock", facts);
  facts.clock.source = std::string("tsc");
  facts.clock.available = std::vector<std::string>{"tsc", "acpi_pm"};
  expect_told(facts, "kvm-no-kvmclock", "-no-kvmclock", "");
}

TEST(ReferenceCase, Debian12OnHypervWhereTheTscIsMarkedUnstable) {
  Facts facts = debian12(Host::hyperv);
  facts.clock.kernel_log = std::vector<model::ClockEvent>{
      {"tsc-unstable-on-hyperv", 0.0, "tsc: Marking TSC unstable due to running on Hyper-V",
       "normal on Hyper-V"}};
  expect_told(facts, "", "", "");
  EXPECT_TRUE(says_row(judged_by_shipped_rules(facts), "H-02"));
}

TEST(ReferenceCase, Ec2WithPoolServersBesideTheLinkLocalOne) {
  Facts facts = debian12(Host::kvm_clock);
  facts.virtualization.platform = std::string("aws");
  model::ChronyConf conf = chrony_conf(5);
  conf.host_sources = {"/etc/chrony/chrony.conf:3: server 169.254.169.123 prefer iburst"};
  facts.timesync.chrony_conf = std::optional(conf);
  facts.timesync.daemons = std::vector{chronyd({"169.254.169.123", "2.debian.pool.ntp.org"})};
  expect_told(facts, "ec2-time-servers-mixed", "", "");
  facts.timesync.daemons = std::vector{chronyd({"169.254.169.123"})};
  conf.sources = 1;
  facts.timesync.chrony_conf = std::optional(conf);
  expect_told(facts, "", "", "");
}

TEST(ReferenceCase, AzureWithoutTheStableNameOfItsClock) {
  Facts facts = debian12(Host::hyperv);
  facts.virtualization.platform = std::string("azure");
  facts.clock.ptp = std::vector<model::PtpDevice>{{"ptp0", std::string("mlx5_ptp"), std::string()},
                                                  {"ptp1", std::string("hyperv"), std::string()}};
  model::ChronyConf conf = chrony_conf(4);
  facts.timesync.chrony_conf = std::optional(conf);
  facts.timesync.daemons = std::vector{chronyd({"2.debian.pool.ntp.org"})};
  expect_told(facts, "azure-host-clock-unused azure-host-clock-without-name", "", "");
}

TEST(ReferenceCase, Freebsd81OnEsxi) {
  expect_told(freebsd(Host::vmware, "8.1"), "freebsd8-guest-hz-100", "kern.hz=100", "");
}

TEST(ReferenceCase, Freebsd14OnKvmWithTheRateInLoaderConf) {
  Facts facts = freebsd(Host::kvm_clock, "14.1");
  add_parameter("kern.hz=1000", facts);
  facts.kernel.hz = std::int64_t{1000};
  expect_told(facts, "freebsd-guest-hz-override", "-kern.hz", "");
}

TEST(ReferenceCase, AGuestThatServesItsOwnClock) {
  Facts facts = debian12(Host::vmware);
  model::TimeDaemon ntpd;
  ntpd.name = "ntpd";
  ntpd.config = "/etc/ntp.conf";
  ntpd.running = true;
  ntpd.enabled = true;
  ntpd.servers = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
  ntpd.local_clock = {"/etc/ntp.conf:12: server 127.127.1.0"};
  ntpd.local_stratum = 5;
  facts.timesync.daemons = std::vector{ntpd};
  facts.timesync.disciplining = std::vector<std::string>{"ntpd"};
  model::NtpConf conf;
  conf.files = {"/etc/ntp.conf"};
  conf.sources = 3;
  conf.panic_s = 0;
  facts.timesync.ntp_conf = std::optional(conf);
  expect_told(facts, "ntp-local-clock", "", "");
}

TEST(ReferenceCase, AGuestThatWasToldToCountTicks) {
  Facts facts = debian12(Host::kvm_clock);
  add_parameter("clocksource=jiffies", facts);
  facts.clock.source = std::string("jiffies");
  facts.clock.available = std::vector<std::string>{"tsc", "kvm-clock", "acpi_pm", "jiffies"};
  expect_told(facts, "kvm-trapping-clocksource linux-clocksource-jiffies", "-clocksource", "");
}

TEST(ReferenceCase, AContainerIsToldThatItsHostOwnsTheClock) {
  Facts facts = debian12(Host::kvm_clock);
  facts.virtualization.container = std::string("docker");
  add_parameter("clocksource=jiffies", facts);
  facts.clock.source = std::string("tsc");
  expect_told(facts, "", "", "");
  EXPECT_TRUE(says_row(judged_by_shipped_rules(facts), "O-08"));
}

TEST(ReferenceCase, Wsl2) {
  Facts facts =
      facts_of({Host::hyperv,
                {Family::ubuntu, "ubuntu", "22.04", "5.15.153.1-microsoft-standard-WSL2", true},
                "x86_64"});
  facts.virtualization.platform = std::string("wsl");
  facts.virtualization.container = std::string("wsl");
  expect_told(facts, "", "", "");
}

TEST(ReferenceCase, BareMetalIsToldNothingWhateverItsParameters) {
  Facts facts = debian12(Host::bare_metal);
  add_parameter("clocksource=acpi_pm", facts);
  add_parameter("divider=10", facts);
  EXPECT_TRUE(judged_by_shipped_rules(facts).findings.empty());
}

}  // namespace
}  // namespace guestclock::rules_tests
