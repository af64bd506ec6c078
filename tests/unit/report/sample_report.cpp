// The parts of the sample audit: facts, measurements, findings. Synthetic.
#include "sample_documents.h"

namespace guestclock::report {

using model::Fact;

namespace {

/// Everything at once, as no machine has it.
model::ClockInterfaces sample_interfaces() {
  model::ClockInterfaces all;
  all.kvm = {true, false, true, true, true, false};
  all.hyperv = {true, true, true, Fact<bool>::unknown("the block ends before it"), false, false};
  all.xen = {false, std::string(), false, false};
  all.timing_leaf = {true, std::int64_t{2399998},
                     Fact<std::int64_t>::unknown("the timing leaf says 0")};
  all.vmclock = {true, std::string("/dev/vmclock0")};
  all.vmgenid = false;
  return all;
}

}  // namespace

model::Facts sample_facts() {
  model::Facts facts;
  facts.virtualization.role = std::string("guest");
  facts.virtualization.vm = std::string("vmware");
  facts.virtualization.container = std::string("none");
  facts.virtualization.platform = std::string();
  facts.virtualization.nested = Fact<std::string>::unknown("no sign of it");
  facts.virtualization.mode = std::string("hvm");
  facts.virtualization.confidential = std::string("sev-snp");
  facts.virtualization.unread = {{"the kernel log", "CAP_SYSLOG"}};
  facts.virtualization.interfaces = {"vmware"};
  facts.virtualization.evidence = {
      {"cpuid 0x40000000", "VMwareVMware", "vm=vmware", true, "the hypervisor names itself"},
      {"/.dockerenv", "exists\x1b[2J", "container=docker", false,
       "stale: the PID namespace is the first one"}};
  facts.kernel.os = std::string("linux");
  facts.kernel.distribution.id = std::string("centos");
  facts.kernel.distribution.version = std::string("5.3");
  facts.kernel.release = std::string("2.6.18-128.el5");
  facts.kernel.arch = std::string("i386");
  facts.kernel.hz = std::int64_t{1000};
  facts.kernel.tickless = false;
  facts.kernel.cmdline = std::vector<std::string>{"ro", "root=/dev/sda1"};
  facts.clock.source = std::string("tsc");
  facts.clock.available = std::vector<std::string>{"tsc", "acpi_pm", "jiffies"};
  facts.clock.event_device = Fact<std::string>::live_only();
  facts.clock.event_mode = std::string("periodic");
  facts.clock.broadcast_device = std::string("hpet");
  facts.clock.tick_stops = false;
  facts.clock.high_resolution = Fact<bool>::live_only();
  facts.clock.freebsd = {std::string("none"), std::vector<std::string>{"ACPI-fast", "HPET"}};
  facts.clock.tsc = {true,
                     false,
                     Fact<bool>::unknown("no flag in /proc/cpuinfo"),
                     true,
                     true,
                     false,
                     std::int64_t{2399998},
                     std::string("cpuid 0x40000010")};
  facts.clock.ptp = std::vector<model::PtpDevice>{
      {"ptp0", std::string("KVM virtual PTP"), std::string("/dev/ptp_kvm")}};
  facts.clock.rtc = std::vector<model::RtcDevice>{{"rtc0", std::string("rtc_cmos"), true}};
  facts.clock.interfaces = sample_interfaces();
  facts.clock.kernel_log = std::vector<model::ClockEvent>{
      {"hypervisor-detected", 0.0, "Hypervisor detected: VMware", "what the kernel takes it for"},
      {"lost-ticks", Fact<double>::unknown("the line carries no time"),
       "warning: many lost ticks.\\x1b[2J", "ticks were lost"}};
  facts.boot.loader = std::string("grub-legacy");
  facts.boot.files = {"/boot/grub/grub.conf"};
  facts.boot.entries = std::vector<model::BootEntry>{{"grub-legacy",
                                                      "/boot/grub/grub.conf",
                                                      "CentOS (2.6.18-128.el5)",
                                                      0,
                                                      true,
                                                      false,
                                                      "/vmlinuz-2.6.18-128.el5",
                                                      {"ro", "root=/dev/sda1"}},
                                                     {"grub-legacy",
                                                      "/boot/grub/grub.conf",
                                                      "CentOS (2.6.18-92.el5)",
                                                      1,
                                                      false,
                                                      true,
                                                      "/vmlinuz-2.6.18-92.el5",
                                                      {"ro", "root=/dev/sda1", "single"}}};
  facts.timesync.daemons = std::vector<model::TimeDaemon>{{"ntpd",
                                                           "/etc/ntp.conf",
                                                           true,
                                                           Fact<bool>::unknown("no runlevel links"),
                                                           {"0.centos.pool.ntp.org"},
                                                           {"/etc/ntp.conf:23: server 127.127.1.0"},
                                                           10}};
  facts.timesync.guest_tools.vmware =
      model::GuestTool{true, true, Fact<bool>::unknown("a setting of the host"), {}};
  facts.timesync.disciplining = std::vector<std::string>{"ntpd", "ntpdate (/etc/crontab:9)"};
  facts.timesync.perhaps_disciplining = {"VMware Tools: a setting of the host"};
  facts.timesync.serving = std::vector<std::string>{"ntpd"};
  model::NtpConf conf;
  conf.files = {"/etc/ntp.conf"};
  conf.sources = std::int64_t{4};
  conf.without_iburst = {"/etc/ntp.conf:21: pool 0.centos.pool.ntp.org maxpoll 5"};
  conf.public_polls = conf.without_iburst;
  conf.public_poll = 5;
  conf.panic_s = 0;
  conf.for_clients = {"/etc/ntp.conf:23: server 127.127.1.0"};
  facts.timesync.ntp_conf = std::optional(std::move(conf));
  facts.timesync.chrony_conf = std::optional<model::ChronyConf>();
  facts.tuning = {std::string("network-latency"), true, {"skew_tick=1", "tsc=reliable"}};
  return facts;
}

namespace {

model::LocalDaemon waiting_ntpd() {
  const auto never = [] { return Fact<double>::unknown("it has never updated the clock"); };
  model::LocalDaemon daemon;
  daemon.name = "ntpd";
  daemon.verdict = "not-yet";
  daemon.reasons = {"192.0.2.1: 1 of its last 8 polls answered (reach 001)"};
  daemon.stratum = std::int64_t{16};
  daemon.leap = std::int64_t{3};
  daemon.refid = std::string("INIT");
  daemon.offset_s = never();
  daemon.frequency_ppm = 0.0;
  daemon.root_delay_s = 0.0;
  daemon.root_dispersion_s = 0.000015;
  daemon.root_distance_s = never();
  daemon.reference_age_s = never();
  daemon.update_interval_s = never();
  daemon.kernel_synchronised = true;
  daemon.selectable_in_s = 192.0;
  daemon.will_step = true;
  const Fact<double> silent = Fact<double>::unknown("no answer of it counts yet");
  daemon.sources = {
      {"192.0.2.1", "not-usable", std::int64_t{1}, 64.0, std::int64_t{1}, std::int64_t{1}, 12.0,
       0.233, 7.94, 7.951, false},
      {"192.0.2.2", "not-usable", Fact<std::int64_t>::unknown("no answer of it counts yet"), 64.0,
       std::int64_t{0}, std::int64_t{0}, silent, silent, 16.0, silent, false}};
  return daemon;
}

model::LocalDaemon stale_chronyd() {
  model::LocalDaemon daemon;
  daemon.name = "chronyd";
  daemon.verdict = "stale";
  daemon.reasons = {"none of its sources answered its last eight polls"};
  daemon.stratum = std::int64_t{3};
  daemon.leap = std::int64_t{0};
  daemon.refid = std::string("192.0.2.1");
  daemon.offset_s = 0.0000123;
  daemon.frequency_ppm = -12.345;
  daemon.root_delay_s = 0.02;
  daemon.root_dispersion_s = 0.17;
  daemon.root_distance_s = 0.18;
  daemon.reference_age_s = 11520.0;
  daemon.update_interval_s = 64.0;
  daemon.kernel_synchronised = true;
  daemon.selectable_in_s = Fact<double>::unknown("no source is about to become selectable");
  daemon.will_step = Fact<bool>::unknown("makestep decides");
  daemon.sources = {{"192.0.2.1", "not-usable", std::int64_t{2}, 64.0, std::int64_t{0},
                     std::int64_t{0}, 11500.0, 0.0001, Fact<double>::unknown("not told"), 0.02,
                     false}};
  return daemon;
}

model::LocalDaemon timesyncd_that_cannot_be_asked() {
  const std::string why = "timedatectl is not installed";
  model::LocalDaemon daemon;
  daemon.name = "systemd-timesyncd";
  daemon.verdict = "unknown";
  daemon.reasons = {why};
  daemon.stratum = Fact<std::int64_t>::unknown(why);
  daemon.leap = Fact<std::int64_t>::unknown(why);
  daemon.refid = Fact<std::string>::unknown(why);
  daemon.offset_s = Fact<double>::unknown(why);
  daemon.frequency_ppm = Fact<double>::unknown(why);
  return daemon;
}

}  // namespace

model::Measurements sample_measurements() {
  model::Measurements out;
  out.drift.clock = "monotonic_raw";
  out.drift.reference = "192.0.2.1:123";
  out.drift.rate_error_ppm = 37.8;
  out.drift.ci95_ppm = model::Interval{37.1, 38.5};
  out.drift.systematic_ppm = 0.25;
  out.drift.offset_s = 0.0123456;
  out.drift.offset_ci95_s = model::Interval{0.0122856, 0.0124056};
  out.drift.offset_bound_s = 0.00041;
  out.drift.exchanges = 60;
  out.drift.used = 54;
  out.drift.duration_s = 30.1;
  out.drift.flags = {"wide", "clock_step"};
  out.drift.steps = {{12.5, 0.8}};
  out.clocks = {
      {"realtime", -37.8, model::Interval{-38.5, -37.1}, -12.5, -25.3, 24.5, true, 31.0, 4e6,
       Fact<double>::unknown("not compared")},
      {"monotonic", 0.02, model::Interval{-0.31, 0.35}, 0.0, 0.02, 2100.0, false, 3900.0, 1.0, 0.0},
      {"tsc", Fact<double>::unknown("not readable here"),
       Fact<model::Interval>::unknown("not readable here"), 0.0,
       Fact<double>::unknown("not readable here"), 12.0, true, 20.0, 0.385, 475.0}};
  out.clocksources = {{"tsc", 37.8, model::Interval{37.1, 38.5}, 0.0, 24.0},
                      {"kvm-clock", 37.475, model::Interval{36.7, 38.2}, -0.325, 36.0},
                      {"acpi_pm", Fact<double>::unknown("the kernel did not take it"),
                       Fact<model::Interval>::unknown("the kernel did not take it"),
                       Fact<double>::unknown("the kernel did not take it"),
                       Fact<double>::unknown("the kernel did not take it")}};
  model::Server good;
  good.address = "192.0.2.1:123";
  good.endpoint = std::string("192.0.2.1:123");
  good.stratum = std::int64_t{2};
  good.leap = std::int64_t{0};
  good.refid = std::string("198.51.100.7");
  good.precision_s = 1e-6;
  good.root_delay_s = 0.012;
  good.root_dispersion_s = 0.004;
  good.root_distance_s = 0.01;
  good.refid_means = std::string("the server that it follows");
  good.reference_age_s = 31.0;
  good.reference_time = std::string("2026-11-23T11:59:30Z");
  good.offset_s = 0.0123456;
  good.delay_s = 0.00082;
  good.jitter_s = 0.00012;
  good.reach = 255;
  good.sent = 60;
  good.received = 60;
  good.verdict = "usable";
  good.drift = out.drift;
  model::Server silent;
  silent.address = "[2001:db8::1]:123";
  silent.endpoint = std::string("[2001:db8::1]:123");
  silent.sent = 10;
  silent.verdict = "unreachable";
  silent.reasons = {"no answer within 1 s, 10 times"};
  silent.drift = Fact<model::Drift>::unknown("no answers");
  out.servers = {good, silent};
  out.pairs = {{"192.0.2.1:123", "192.0.2.2:123", 0.0012, -0.35, 2.4}};
  out.daemons = {waiting_ntpd(), stale_chronyd(), timesyncd_that_cannot_be_asked()};
  out.ticks.hz = std::int64_t{100};
  out.ticks.counter = std::string("tsc");
  model::Spin spin;
  spin.length_s = 2;
  spin.gaps = 3;
  spin.gaps_s = 0.0021;
  spin.longest_s = 0.002;
  spin.interrupts_per_s = 251.0;
  spin.switches = std::int64_t{7};
  spin.histogram = {{1e-5, 2.15e-5, 2}, {1e-3, 2.15e-3, 1}};
  spin.seconds = {{0, 1, 0.0001, 0.0001, 0, 0, 0}, {1, 1, 0.002, 0, 0, 0, 0.002}};
  out.ticks.per_cpu = {{0,
                        3000,
                        2990,
                        10,
                        4,
                        250.0,
                        {{12.5, 0.11, "steal"}},
                        model::Interval{4.8, 18.4},
                        model::Interval{1.09, 10.2},
                        spin,
                        55e-6,
                        4e-4,
                        0.11,
                        "the CPU went offline"}};
  out.ticks.lost = std::int64_t{10};
  out.ticks.late = std::int64_t{4};
  out.ticks.longest_stall_s = 0.11;
  out.ticks.steal_s = 0.1;
  out.ticks.attribution = {0.001, 0.0, 0.1, 0.009};
  out.ticks.watched_s = 30.0;
  out.ticks.lost_ci95 = model::Interval{4.8, 18.4};
  out.ticks.late_ci95 = model::Interval{1.09, 10.2};
  out.ticks.stalls = std::int64_t{1};
  out.ticks.stalls_ci95 = model::Interval{0.025, 5.57};
  out.ticks.unrecovered = {true, std::string("tsc"), 30.1,  12.04, 0.004,
                           4e5,  std::int64_t{250},  250.0, 150.0};
  out.ticks.interruptions = {{"suspend", 3.5, "boottime"},
                             {"standstill", 0.8, "ntp1.example.net:123"}};
  return out;
}

model::Rule sample_rule() {
  model::Rule rule;
  rule.rule = "rhel5-vmware-i386-divider";
  rule.catalogue = "V-01";
  rule.title = "RHEL 5.1 to 5.3, 32-bit, on VMware: a tenth of the timer interrupts, at a risk";
  rule.severity = model::Severity::medium;
  rule.risk = model::Risk::panic;
  rule.applies = true;
  rule.ranges.vm = {"vmware"};
  rule.ranges.os = {"linux"};
  rule.ranges.arch = {"i386"};
  rule.ranges.distributions = {{{"rhel", "centos"}, {"5.1", "5.3"}}};
  rule.ranges.not_distributions = {{{"fedora"}, {}}};
  rule.ranges.kernel = {"2.6.18", std::nullopt};
  model::Condition fires;
  fires.kind = model::Condition::Kind::all;
  model::Condition hz;
  hz.kind = model::Condition::Kind::fact;
  hz.path = "kernel.hz";
  hz.op = model::Condition::Operator::greater;
  hz.value = 100.0;
  model::Condition parameter;
  parameter.kind = model::Condition::Kind::parameter;
  parameter.path = "divider";
  parameter.op = model::Condition::Operator::absent;
  parameter.value = true;
  model::Condition is_kvm;
  is_kvm.kind = model::Condition::Kind::fact;
  is_kvm.path = "virtualization.interfaces";
  is_kvm.op = model::Condition::Operator::contains;
  is_kvm.value = std::string("kvm");
  model::Condition no_kvm;
  no_kvm.kind = model::Condition::Kind::negation;
  no_kvm.children = {is_kvm};
  fires.children = {hz, parameter, no_kvm};
  rule.when = fires;
  rule.why = "This kernel asks for 1000 timer interrupts a second on every virtual CPU.";
  rule.fix.kind = model::FixKind::kernel_parameter;
  rule.fix.changes = {{"divider", "10"}, {"notsc", std::nullopt}};
  rule.fix.reboot = true;
  rule.fix.what = "Append divider=10 to the kernel line, then reboot.";
  rule.fix.undo = "guestclock rollback, then reboot.";
  rule.fix.check = "The timer lines of /proc/interrupts grow by about 100 a second.";
  rule.sources = {"VMware KB 1006427", "Red Hat bug 698842"};
  rule.shows = {"kernel.release"};
  rule.writes_before = {"rhel5-vmware-i386-acpi-pm"};
  return rule;
}

namespace {

model::Finding from_rule(const model::Rule& rule) {
  model::Finding finding;
  finding.rule = rule.rule;
  finding.catalogue = rule.catalogue;
  finding.title = rule.title;
  finding.severity = rule.severity;
  finding.risk = rule.risk;
  finding.applies = rule.applies;
  finding.why = rule.why;
  finding.fix = rule.fix;
  finding.sources = rule.sources;
  return finding;
}

}  // namespace

model::AuditReport sample_audit() {
  model::AuditReport report;
  report.tool_version = "0.1.0";
  report.rules_version = "0123456789ab";
  report.generated_at = "2026-11-23T12:00:00Z";
  report.host = std::string("web1");
  report.facts = sample_facts();
  report.measurements = sample_measurements();

  model::Finding held = from_rule(sample_rule());
  held.held = true;
  held.evidence = {{"kernel.hz", "1000"}, {"kernel.release", "2.6.18-128.el5"}};
  held.changes = {{"default entry", "divider", std::nullopt, "10"}};
  model::Finding open = from_rule(sample_rule());
  open.rule = "rhel5-vmware-i386-acpi-pm";
  open.title = "RHEL 5.1 to 5.3, 32-bit, on VMware: acpi_pm as the clocksource";
  open.risk = model::Risk::none;
  open.evidence = {{"boot.default.clocksource", "absent"}};
  open.changes = {{"default entry", "clocksource", "tsc", "acpi_pm"},
                  {"every entry", "notsc", "", std::nullopt}};
  model::Finding note = from_rule(sample_rule());
  note.rule = "guest-note";
  note.catalogue = "X-01";
  note.title = "Something to know";
  note.severity = model::Severity::info;
  note.risk = model::Risk::none;
  note.fix = model::Fix{};
  note.fix.what = "Nothing.";
  model::Finding by_hand = note;
  by_hand.rule = "chrony-never-steps";
  by_hand.catalogue = "C-01";
  by_hand.title = "chronyd never steps the clock";
  by_hand.applies = true;
  by_hand.fix.kind = model::FixKind::time_daemon;
  by_hand.fix.what = "Let it step.";
  by_hand.fix.steps = {{model::FixStep::Action::write, "makestep 1 -1", "/etc/chrony/chrony.conf",
                        "timesync.chrony_conf.files", "as the last line"},
                       {model::FixStep::Action::run, "service chronyd restart", "", "", ""}};
  open.obstacle = "TuneD writes clocksource on the kernel command line";
  open.rivals = {"another-rule"};
  report.judgement.findings = {open, held, note, by_hand};
  report.judgement.not_judged = {
      {"kvm-trapping-clocksource", "clock.source", "no such file in /sys", false}};
  report.assumptions = {{"arch", "i386", "x86_64"}};
  report.consent = {{"V-03"}, {"clocksource=acpi_pm"}};
  return report;
}

model::AuditReport sample_waived_audit() {
  model::AuditReport report = sample_audit();
  report.facts = {};
  report.measurements.reset();
  report.no_measurements = "--no-measure";
  model::Judgement& judgement = report.judgement;
  const model::Acceptance accepted{"Gilt bis zum Umzug: \x1b[2Jgr\xc3\xbcn",
                                   *day_from("2027-01-31")};
  // The open one and the held one.
  for (int i = 0; i < 2; ++i) {
    judgement.waived.push_back({judgement.findings.front(), accepted});
    judgement.findings.erase(judgement.findings.begin());
  }
  judgement.not_judged.front().waived = accepted;
  return report;
}

}  // namespace guestclock::report
