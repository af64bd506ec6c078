#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/fact_lookup_json.h"

namespace guestclock::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Facts guest() {
  Facts facts;
  facts.virtualization.vm = std::string("kvm");
  facts.virtualization.platform = std::string();
  facts.kernel.hz = std::int64_t{250};
  facts.kernel.cmdline = std::vector<std::string>{"ro", "quiet"};
  facts.kernel.arch = std::string("x86_64");
  facts.clock.tsc.invariant = true;
  facts.clock.ptp = std::vector<PtpDevice>{};
  facts.clock.rtc = std::vector<RtcDevice>{{"rtc0", std::string("rtc_cmos"), true}};
  TimeDaemon ntpd;
  ntpd.name = "ntpd";
  ntpd.running = true;
  ntpd.local_clock = {"/etc/ntp.conf:3: server 127.127.1.0"};
  TimeDaemon chronyd;
  chronyd.name = "chronyd";
  chronyd.running = false;
  facts.timesync.daemons = std::vector<TimeDaemon>{ntpd, chronyd};
  return facts;
}

std::string seen(const Facts& facts, std::string_view path) {
  return describe(FactLookup(facts, nullptr).at(path));
}

TEST(FactLookup, FindsEveryTypeByItsPath) {
  const Facts facts = guest();
  const FactLookup lookup(facts, nullptr);
  EXPECT_EQ(std::get<std::string>(lookup.at("virtualization.vm")), "kvm");
  EXPECT_EQ(std::get<double>(lookup.at("kernel.hz")), 250);
  EXPECT_EQ(std::get<bool>(lookup.at("clock.tsc.invariant")), true);
  EXPECT_THAT(std::get<std::vector<std::string>>(lookup.at("kernel.cmdline")),
              ElementsAre("ro", "quiet"));
}

TEST(FactLookup, ListsOfObjectsComeByName) {
  EXPECT_EQ(seen(guest(), "timesync.daemons"), "ntpd, chronyd");
  EXPECT_EQ(seen(guest(), "clock.rtc"), "rtc0");
}

TEST(FactLookup, AMemberBehindAListIsCollectedOverIt) {
  EXPECT_EQ(seen(guest(), "timesync.daemons.local_clock"), "/etc/ntp.conf:3: server 127.127.1.0");
  EXPECT_EQ(seen(guest(), "timesync.daemons.running"), "true, false");
  EXPECT_EQ(seen(guest(), "timesync.daemons.servers"), "absent");
  EXPECT_EQ(seen(guest(), "timesync.daemons.nonsense"), "absent");
  EXPECT_EQ(seen(guest(), "timesync.daemons.enabled"), "unknown: not looked for");
}

TEST(FactLookup, AnElementBehindAListIsAddressedByItsName) {
  EXPECT_EQ(seen(guest(), "timesync.daemons.chronyd.running"), "false");
  EXPECT_EQ(seen(guest(), "timesync.daemons.chronyd.enabled"), "unknown: not looked for");
  EXPECT_EQ(seen(guest(), "timesync.daemons.openntpd.running"), "absent");
}

TEST(FactLookup, UnknownFactsHaveTheirReasonWordsOrNot) {
  EXPECT_EQ(seen(guest(), "virtualization.container"), "unknown: not looked for");
  EXPECT_EQ(seen(guest(), "clock.source"), "unknown: not looked for");
  EXPECT_EQ(seen(guest(), "boot.entries.title"), "unknown: not looked for");
}

TEST(FactLookup, WhatIsNotThereIsAbsent) {
  for (const char* path : {"", ".", "kernel.", "kernel..hz", "nonsense", "kernel.hz.more", "kernel",
                           "unknown", "unknown.clock.source", "virtualization.platform",
                           "clock.ptp", "virtualization.interfaces", "measurement.drift"}) {
    EXPECT_TRUE(std::holds_alternative<AbsentValue>(FactLookup(guest(), nullptr).at(path))) << path;
  }
}

TEST(FactLookup, MeasurementsStandBelowTheirName) {
  Measurements measurements;
  measurements.drift.rate_error_ppm = 37.5;
  measurements.servers.resize(1);
  measurements.servers[0].address = "192.0.2.1:123";
  const Facts facts;
  const FactLookup lookup(facts, &measurements);
  EXPECT_EQ(std::get<double>(lookup.at("measurements.drift.rate_error_ppm")), 37.5);
  EXPECT_EQ(describe(lookup.at("measurements.servers")), "192.0.2.1:123");
  EXPECT_EQ(describe(lookup.at("measurements.drift.offset_s")), "unknown: not looked for");
  EXPECT_EQ(describe(lookup.at("measurements")), "absent");
  EXPECT_EQ(seen(facts, "measurements.drift.rate_error_ppm"), "unknown: not measured");
  EXPECT_EQ(seen(facts, "measurements"), "unknown: not measured");
}

TEST(FactLookup, TheEndsOfAnIntervalHaveNames) {
  Measurements measurements;
  measurements.drift.ci95_ppm = Interval{-3.5, 4};
  measurements.clocks.resize(2);
  measurements.clocks[0].ci95_ppm = Interval{1, 2};
  const Facts facts;
  const FactLookup lookup(facts, &measurements);
  EXPECT_EQ(std::get<double>(lookup.at("measurements.drift.ci95_ppm.low")), -3.5);
  EXPECT_EQ(std::get<double>(lookup.at("measurements.drift.ci95_ppm.high")), 4);
  EXPECT_EQ(describe(lookup.at("measurements.drift.ci95_ppm.middle")), "absent");
  EXPECT_EQ(describe(lookup.at("measurements.clocks.ci95_ppm.low")), "unknown: not looked for");
  measurements.clocks.pop_back();
  EXPECT_EQ(describe(FactLookup(facts, &measurements).at("measurements.clocks.ci95_ppm.low")), "1");
}

TEST(FactLookup, EvidenceNamesWhoseMemberItIs) {
  Measurements measurements;
  measurements.servers.resize(2);
  measurements.servers[0].address = "a.example:123";
  measurements.servers[0].verdict = "unsynchronised";
  measurements.servers[0].reasons = {"leap 3", "reference time 0"};
  measurements.servers[1].address = "b.example:123";
  measurements.servers[1].verdict = "usable";
  measurements.servers[1].stratum = std::int64_t{2};
  const Facts facts = guest();
  const FactLookup lookup(facts, &measurements);
  EXPECT_EQ(lookup.words_at("measurements.servers.verdict"),
            "a.example:123: unsynchronised, b.example:123: usable");
  EXPECT_EQ(lookup.words_at("measurements.servers.reasons"),
            "a.example:123: leap 3, reference time 0");
  EXPECT_EQ(lookup.words_at("measurements.servers.stratum"),
            "a.example:123: unknown: not looked for, b.example:123: 2");
  EXPECT_EQ(lookup.words_at("measurements.servers.nonsense"), "absent");
  EXPECT_EQ(lookup.words_at("timesync.daemons.running"), "ntpd: true, chronyd: false");
  EXPECT_EQ(FactLookup(facts, nullptr).words_at("measurements.servers.verdict"),
            "unknown: not measured");
  for (const char* const path : {"kernel.hz", "kernel.cmdline", "timesync.daemons", "clock.source",
                                 "clock.ptp.name", "nonsense", "", "kernel..hz"}) {
    EXPECT_EQ(lookup.words_at(path), describe(lookup.at(path))) << path;
  }
}

TEST(FactLookup, AConfigurationThatIsNotInUseIsAbsent) {
  Facts facts;
  EXPECT_EQ(seen(facts, "timesync.ntp_conf.sources"), "unknown: not looked for");
  facts.timesync.ntp_conf = std::optional<NtpConf>();
  EXPECT_EQ(seen(facts, "timesync.ntp_conf.sources"), "absent");
  NtpConf conf;
  conf.sources = std::int64_t{2};
  facts.timesync.ntp_conf = std::optional(conf);
  EXPECT_EQ(seen(facts, "timesync.ntp_conf.sources"), "2");
  EXPECT_EQ(seen(facts, "timesync.ntp_conf.panic_s"), "absent");
}

TEST(Describe, NumbersAreShortAndBytesPrintable) {
  EXPECT_EQ(describe(250.0), "250");
  EXPECT_EQ(describe(-0.25), "-0.25");
  EXPECT_EQ(describe(1e300), "1e+300");
  EXPECT_EQ(describe(std::string("a\x1b[2J")), "a\\x1b[2J");
  EXPECT_EQ(describe(UnknownValue{"line\n"}), "unknown: line\\x0a");
}

Facts assumed(std::string_view key, std::string_view value, std::string* replaced = nullptr) {
  const Result<Facts> facts = assume(guest(), key, value, replaced);
  EXPECT_TRUE(facts.has_value()) << describe(facts.error());
  return facts.value_or(Facts{});
}

std::string refused(std::string_view key, std::string_view value) {
  const Result<Facts> facts = assume(guest(), key, value, nullptr);
  if (facts) return "accepted";
  EXPECT_EQ(facts.error().code, ErrorCode::usage);
  return describe(facts.error());
}

TEST(Assume, ShortKeysAndPathsReachTheSameFact) {
  EXPECT_EQ(assumed("vm", "vmware").virtualization.vm, Fact<std::string>("vmware"));
  EXPECT_EQ(assumed("virtualization.vm", "vmware"), assumed("vm", "vmware"));
  EXPECT_EQ(assumed("container", "docker").virtualization.container, Fact<std::string>("docker"));
  EXPECT_EQ(assumed("platform", "aws").virtualization.platform, Fact<std::string>("aws"));
  EXPECT_EQ(assumed("os", "freebsd").kernel.os, Fact<std::string>("freebsd"));
  EXPECT_EQ(assumed("distribution", "CentOS").kernel.distribution.id, Fact<std::string>("centos"));
  EXPECT_EQ(assumed("version", "8.1").kernel.distribution.version, Fact<std::string>("8.1"));
  EXPECT_EQ(assumed("kernel", "2.6.18-128.el5").kernel.release,
            Fact<std::string>("2.6.18-128.el5"));
  EXPECT_EQ(assumed("hz", "1000").kernel.hz, Fact<std::int64_t>(1000));
}

TEST(Assume, ArchitecturesAreNormalised) {
  for (const char* arch : {"i386", "i486", "i586", "i686", "I686"}) {
    EXPECT_EQ(assumed("arch", arch).kernel.arch, Fact<std::string>("i386")) << arch;
  }
  EXPECT_EQ(assumed("arch", "amd64").kernel.arch, Fact<std::string>("x86_64"));
  EXPECT_EQ(assumed("kernel.arch", "amd64").kernel.arch, Fact<std::string>("x86_64"));
  EXPECT_EQ(assumed("arch", "aarch64").kernel.arch, Fact<std::string>("aarch64"));
  EXPECT_EQ(assumed("arch", "i786").kernel.arch, Fact<std::string>("i786"));
}

TEST(Assume, ValuesAreReadByTheTypeOfTheFact) {
  EXPECT_EQ(assumed("clock.tsc.invariant", "false").clock.tsc.invariant, Fact<bool>(false));
  EXPECT_EQ(assumed("kernel.tickless", "Yes").kernel.tickless, Fact<bool>(true));
  EXPECT_EQ(assumed("clock.available", "tsc  hpet").clock.available,
            (Fact<std::vector<std::string>>({"tsc", "hpet"})));
  EXPECT_THAT(assumed("virtualization.interfaces", "kvm hyperv").virtualization.interfaces,
              ElementsAre("kvm", "hyperv"));
  EXPECT_EQ(assumed("platform", "none").virtualization.platform, Fact<std::string>(std::string()));
  EXPECT_FALSE(assumed("vm", "unknown").virtualization.vm.known());
}

TEST(Assume, SaysWhatItReplaced) {
  std::string replaced = "stale";
  (void)assumed("vm", "vmware", &replaced);
  EXPECT_EQ(replaced, "kvm");
  (void)assumed("vm", "kvm", &replaced);
  EXPECT_EQ(replaced, "");
  (void)assumed("container", "none", &replaced);
  EXPECT_EQ(replaced, "");
  (void)assumed("kernel.cmdline", "rw", &replaced);
  EXPECT_EQ(replaced, "ro, quiet");
  (void)assumed("platform", "aws", &replaced);
  EXPECT_EQ(replaced, "none");
}

TEST(Assume, ChangesOneFactOnly) {
  Facts expected = guest();
  expected.virtualization.vm = std::string("vmware");
  EXPECT_EQ(assumed("vm", "vmware"), expected);
}

TEST(Assume, UnknownKeysAreUsageErrorsThatNameTheKnownOnes) {
  for (const char* key : {"", "nonsense", "kernel.", "virtualization", "measurements.drift",
                          "unknown", "clock.ptp[0].name"}) {
    EXPECT_THAT(refused(key, "1"), HasSubstr("no such fact")) << key;
    EXPECT_THAT(refused(key, "1"), HasSubstr("vm, container, platform")) << key;
  }
}

TEST(Assume, UnknownWordsAreUsageErrorsThatNameTheKnownOnes) {
  EXPECT_THAT(refused("vm", "vmwaer"), HasSubstr("vmware kvm qemu"));
  EXPECT_THAT(refused("container", "dokcer"), HasSubstr("docker podman"));
  EXPECT_THAT(refused("os", "windows"), HasSubstr("linux freebsd"));
  EXPECT_THAT(refused("boot.loader", "grub"), HasSubstr("grub-legacy grub2"));
  EXPECT_THAT(refused("os", "unknown"), HasSubstr("linux freebsd"));
}

TEST(Assume, ValuesOfTheWrongTypeAreUsageErrors) {
  EXPECT_THAT(refused("hz", "fast"), HasSubstr("whole number"));
  EXPECT_THAT(refused("hz", "0"), HasSubstr("above 0"));
  EXPECT_THAT(refused("hz", "unknown"), HasSubstr("whole number"));
  EXPECT_THAT(refused("clock.tsc.invariant", "maybe"), HasSubstr("true or false"));
  EXPECT_THAT(refused("version", "five"), HasSubstr("starts with a digit"));
  EXPECT_THAT(refused("vm", ""), HasSubstr("value is missing"));
  EXPECT_THAT(refused("boot.entries", "x"), HasSubstr("--facts"));
  EXPECT_THAT(refused("virtualization.evidence", "x"), HasSubstr("--facts"));
  EXPECT_THAT(refused("timesync.ntp_conf", "x"), HasSubstr("--facts"));
  EXPECT_THAT(refused("vm", "a\x1b[2J"), HasSubstr("\\x1b"));
}

}  // namespace
}  // namespace guestclock::model
