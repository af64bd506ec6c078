#include "sample_documents.h"

#include <stdexcept>

namespace guestclock::report {
namespace {

using model::Fact;

model::ChangeSet sample_changes() {
  model::ChangeSet set;
  model::FileDifference file;
  file.edit.path = "/boot/grub/grub.conf";
  file.edit.loader = "grub-legacy";
  file.diff =
      "--- a/boot/grub/grub.conf\n+++ b/boot/grub/grub.conf\n@@ -1,3 +1,3 @@\n title CentOS\n"
      "-\tkernel /vmlinuz ro root=/dev/sda1\n"
      "+\tkernel /vmlinuz ro root=/dev/sda1 clocksource=acpi_pm\n \tinitrd /initrd.img\n";
  file.before_sha256 = std::string(64, 'a');
  file.after_sha256 = std::string(64, 'b');
  set.files.push_back(file);
  file.edit.path = "/boot/loader.conf";
  file.edit.loader = "freebsd-loader";
  file.diff = "--- /dev/null\n+++ b/boot/loader.conf\n@@ -0,0 +1 @@\n+kern.hz=\"100\"\n";
  file.before_sha256.clear();
  set.files.push_back(file);
  set.entries = {{"CentOS (2.6.18-128.el5)",
                  true,
                  {"ro", "root=/dev/sda1"},
                  {"ro", "root=/dev/sda1", "clocksource=acpi_pm"}},
                 {"CentOS (2.6.18-92.el5)", false, {"ro"}, {"ro"}, 1, true}};
  set.held = {{"rhel5-vmware-i386-divider", model::Risk::panic, "divider=10",
               "divider= may panic any RHEL 5 before 5.8."}};
  set.pending = {"run update-grub, then reboot"};
  set.warnings = {"the parameters are long"};
  set.rules = {"rhel5-vmware-i386-acpi-pm"};
  set.parameters = {"clocksource=acpi_pm"};
  set.reboot_required = true;
  return set;
}

model::ParamsListDocument sample_params() {
  model::BootEntry linux;
  linux.loader = "grub-legacy";
  linux.file = "/boot/grub/menu.lst";
  linux.title = "CentOS (2.6.18-128.el5)";
  linux.is_default = true;
  linux.kernel = "/vmlinuz-2.6.18-128.el5";
  linux.parameters = {"ro", "root=/dev/sda1", "console=tty0", "console=ttyS0"};
  model::BootEntry other;
  other.loader = "grub-legacy";
  other.file = "/boot/grub/menu.lst";
  other.title = "Other";
  other.index = 1;
  return {{linux, other}, {{"grub2", "its entries are made by a generator"}}};
}

model::TransactionDocument sample_apply() {
  model::TransactionDocument document;
  document.verb = "apply";
  document.outcome.id = "20261123T120000Z-1";
  document.outcome.state = model::TransactionState::applied;
  document.outcome.changed = true;
  document.outcome.files = {"/boot/grub/grub.conf"};
  document.outcome.reboot_required = true;
  document.outcome.pending = {"reboot"};
  document.outcome.warnings = {"the parameters are long"};
  document.outcome.undo_by_hand = {
      "cp -p /var/lib/guestclock/20261123T120000Z-1/0 /boot/grub/grub.conf"};
  document.held = sample_changes().held;
  return document;
}

model::TransactionDocument sample_conflict() {
  model::TransactionDocument document;
  document.verb = "rollback";
  document.outcome.id = "20261123T120000Z-1";
  document.outcome.state = model::TransactionState::conflict;
  document.outcome.conflict_diff =
      "--- a/boot/grub/grub.conf\n+++ b/boot/grub/grub.conf\n@@ -1 +1 @@\n-a\n+b\n";
  return document;
}

model::TransactionDocument sample_purge() {
  model::TransactionDocument document;
  document.verb = "purge";
  document.outcome.id = "20261123T120000Z-1";
  document.outcome.state = model::TransactionState::rolled_back;
  document.outcome.changed = true;
  return document;
}

model::Rule mentioned_rule() {
  model::Rule rule;
  rule.rule = "ntp-local-clock";
  rule.catalogue = "N-02";
  rule.title = "The time daemon may serve this guest's own undisciplined clock";
  rule.severity = model::Severity::medium;
  rule.ranges.vm = {"any"};
  rule.why = "Clients follow the drift of a virtual machine and believe it.";
  rule.fix.what = "Delete the server 127.127.1.x line.";
  rule.sources = {"NTP reference implementation, driver 1"};
  return rule;
}

model::FitDocument sample_fits() {
  model::FileFit good;
  good.file = "run-1.txt";
  good.rate_error_ppm = 37.5;
  good.ci95_ppm = model::Interval{37.4, 37.6};
  good.offset_s = -0.00125;
  good.exchanges = 64;
  good.used = 61;
  good.flags = {"path_step"};
  const std::string reason = "broken.txt:3: 2 fields; expected t1 t2 t3 t4 in seconds";
  model::FileFit broken;
  broken.file = "broken.txt";
  broken.rate_error_ppm = Fact<double>::unknown(reason);
  broken.ci95_ppm = Fact<model::Interval>::unknown(reason);
  broken.offset_s = Fact<double>::unknown(reason);
  return {{good, broken}};
}

model::SelftestDocument sample_selftest() {
  model::Selftest selftest;
  selftest.works = true;
  selftest.known_rate_error_ppm = 123.471243;
  selftest.noise_floor_ppm = 0.1;
  selftest.round_trip_s = 55e-6;
  selftest.queueing_s = 9e-6;
  selftest.drift = sample_measurements().drift;
  return {selftest};
}

}  // namespace

std::vector<Sample> sample_documents() {
  model::AuditReport unmeasured = sample_audit();
  unmeasured.measurements.reset();
  unmeasured.no_measurements = "no server is configured and none was given with --server";
  unmeasured.host = Fact<std::string>::unknown("an image has no name");
  unmeasured.judgement.findings.clear();
  unmeasured.undetermined = true;

  model::TransactionDocument nothing;
  nothing.verb = "rollback";

  const auto file = [](const std::string& name) { return "guestclock." + name + "-1.schema.json"; };
  return {
      {"detect", file("detect"), model::DetectDocument{sample_facts(), {{"vm", "vmware", "kvm"}}}},
      {"detect-nothing-known", file("detect"), model::DetectDocument{}},
      {"measure", file("measure"), model::MeasureDocument{sample_measurements()}},
      {"measure-nothing-known", file("measure"), model::MeasureDocument{}},
      {"fit", file("fit"), sample_fits()},
      {"selftest", file("selftest"), sample_selftest()},
      {"selftest-nothing-known", file("selftest"), model::SelftestDocument{}},
      {"audit", file("report"), sample_audit()},
      {"audit-not-measured", file("report"), unmeasured},
      {"audit-waived", file("report"), sample_waived_audit()},
      {"plan", file("plan"),
       model::PlanDocument{
           "0123456789ab",
           sample_changes(),
           {{"kvm-trapping-clocksource", "clock.source", std::string(model::kLiveOnly), true}},
           {{"arch", "i386", ""}}}},
      {"plan-nothing", file("plan"), model::PlanDocument{"0123456789ab", {}, {}, {}}},
      {"params", file("params"), sample_params()},
      {"params-no-loader", file("params"),
       model::ParamsListDocument{{}, {{"", "no boot loader was found"}}}},
      {"apply", file("apply"), sample_apply()},
      {"rollback-conflict", file("rollback"), sample_conflict()},
      {"rollback-nothing", file("rollback"), nothing},
      {"purge", file("purge"), sample_purge()},
      {"history", file("history"),
       model::HistoryDocument{{{"20261123T120000Z-1",
                                model::TransactionState::rolled_back,
                                "2026-11-23T12:00:00Z",
                                {"rhel5-vmware-i386-acpi-pm"},
                                {"clocksource=acpi_pm"},
                                {"/boot/grub/grub.conf"}}}}},
      {"rules", file("rules"),
       model::RulesListDocument{"0123456789ab", {sample_rule(), mentioned_rule()}}},
      {"explain", file("explain"),
       model::ExplainDocument{"0123456789ab", sample_rule(), {"rhel5-vmware-i386-divider"}}},
      {"rules-check", file("rules-check"),
       model::RulesCheckDocument{2, {"broken.json:3:7: a comma is missing"}}},
      {"capture", file("capture"),
       model::CaptureDocument{"/tmp/guest",
                              87,
                              true,
                              {"/sys/class/dmi/id/product_uuid", "/boot/grub/grub.cfg"},
                              true}},
      {"capture-plain", file("capture"), model::CaptureDocument{"guest", 1, false, {}, false}},
  };
}

model::Document sample(const std::string& name) {
  for (const Sample& one : sample_documents()) {
    if (one.name == name) return one.document;
  }
  throw std::invalid_argument("no sample " + name);
}

}  // namespace guestclock::report
