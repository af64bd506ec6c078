#include <fmt/format.h>

#include "base/text.h"
#include "report/text_parts.h"

namespace guestclock::report {
namespace {

std::string listed(const model::Fact<std::vector<std::string>>& fact, std::string_view between) {
  return in_words(
      fact, [between](const std::vector<std::string>& list) { return in_words(list, between); });
}

void write_evidence(Page& page, const std::vector<model::Evidence>& all) {
  page.heading("Evidence");
  if (all.empty()) page.paragraph(2, "none");
  for (const model::Evidence& one : all) {
    page.field(one.used ? "used" : "overruled", one.source + " = " + one.value + ": " + one.says);
    if (!one.why.empty()) page.field("", one.why);
  }
}

void write_evidence_used(Page& page, const std::vector<model::Evidence>& all) {
  std::size_t overruled = 0;
  bool first = true;
  for (const model::Evidence& one : all) {
    if (!one.used) {
      ++overruled;
      continue;
    }
    page.field(first ? "evidence" : "", one.source + " = " + one.value + ": " + one.says);
    first = false;
  }
  if (overruled > 0) {
    const std::string what =
        counted(overruled, "piece") + " of it overruled: see `guestclock detect`";
    page.field(first ? "evidence" : "", what);
  }
}

std::string unread_in_words(const std::vector<model::Unread>& all) {
  std::vector<std::string> parts;
  parts.reserve(all.size());
  for (const model::Unread& one : all)
    parts.push_back(one.what + " (needs " + one.capability + ")");
  return join(parts, ", ");
}

void write_virtualization(Page& page, const model::Virtualization& facts) {
  page.heading("Where this guest runs");
  page.field("role", in_words(facts.role));
  page.field("hypervisor", in_words(facts.vm));
  if (!facts.mode.value_or("").empty()) page.field("mode", facts.mode.value());
  page.field("container", in_words(facts.container));
  page.field("platform", in_words(facts.platform));
  if (facts.confidential.known() && facts.confidential.value() != "none") {
    page.field("confidential", facts.confidential.value());
  }
  if (facts.nested.known()) page.field("nested", facts.nested.value());
  page.field("interfaces", in_words(facts.interfaces, ", "));
  if (!facts.unread.empty()) page.field("not readable", unread_in_words(facts.unread));
}

void write_kernel(Page& page, const model::Kernel& facts) {
  page.heading("Kernel");
  page.field("system", in_words(facts.os));
  page.field("distribution", in_words(facts.distribution.id));
  page.field("version", in_words(facts.distribution.version));
  page.field("kernel", in_words(facts.release));
  page.field("architecture", in_words(facts.arch));
  page.field("HZ", in_words(facts.hz));
  page.field("tickless", in_words(facts.tickless));
  page.field("command line", listed(facts.cmdline, " "));
}

std::string ptp_in_words(const std::vector<model::PtpDevice>& devices) {
  std::vector<std::string> all;
  all.reserve(devices.size());
  for (const model::PtpDevice& device : devices) {
    std::string text = device.name + " (" + in_words(device.clock_name);
    const std::string stable = device.stable_name.value_or("");
    if (!stable.empty()) text += ", " + stable;
    all.push_back(text + ")");
  }
  return in_words(all, ", ");
}

std::string rtc_in_words(const std::vector<model::RtcDevice>& devices) {
  std::vector<std::string> all;
  all.reserve(devices.size());
  for (const model::RtcDevice& device : devices) {
    std::string text = device.name + " (" + in_words(device.driver);
    if (device.sets_clock.known() && device.sets_clock.value()) text += ", sets the clock at boot";
    all.push_back(text + ")");
  }
  return in_words(all, ", ");
}

std::string told_in_words(const model::Tsc& tsc) {
  return in_words(tsc.told_khz, [&](std::int64_t khz) {
    return std::to_string(khz) + " kHz (" + in_words(tsc.told_khz_by) + ")";
  });
}

void write_freebsd_clock(Page& page, const model::FreebsdClock& facts) {
  page.field("trusted", listed(facts.trusted, ", "));
  page.field("kern.vm_guest", in_words(facts.vm_guest));
}

void write_clock(Page& page, const model::Clock& facts) {
  page.heading("Clock");
  page.field("clocksource", in_words(facts.source));
  page.field("available", listed(facts.available, ", "));
  std::string device = in_words(facts.event_device);
  if (facts.event_mode.known()) device += ", " + facts.event_mode.value();
  if (facts.tick_stops.known()) {
    device +=
        facts.tick_stops.value() ? "; the tick stops on an idle CPU" : "; the tick never stops";
  }
  page.field("event device", device);
  if (facts.freebsd) write_freebsd_clock(page, *facts.freebsd);
  page.field("TSC invariant", in_words(facts.tsc.invariant));
  page.field("TSC frequency", in_words(facts.tsc.known_freq, [](bool known) {
               return known ? "told by the hypervisor" : "measured by the kernel";
             }));
  page.field("TSC reliable", in_words(facts.tsc.reliable));
  page.field("TSC_ADJUST", in_words(facts.tsc.adjust));
  page.field("RDTSCP", in_words(facts.tsc.rdtscp));
  page.field("TSC deadline", in_words(facts.tsc.deadline_timer));
  page.field("TSC told", told_in_words(facts.tsc));
  page.field("PTP devices", in_words(facts.ptp, ptp_in_words));
  page.field("RTC devices", in_words(facts.rtc, rtc_in_words));
}

/// One part of an interface.
struct Part {
  std::string_view name;
  const model::Fact<bool>& there;
};

/// "no", or "stable, steal time; not: realtime hint; unknown: ...".
std::string interface_in_words(const model::Fact<bool>& offered,
                               std::initializer_list<Part> parts) {
  if (!offered.known() || !offered.value()) return in_words(offered);
  std::vector<std::string> there;
  std::vector<std::string> missing;
  std::vector<std::string> unknown;
  for (const Part& part : parts) {
    const std::string name(part.name);
    if (!part.there.known()) {
      unknown.push_back(name + " (" + part.there.reason() + ")");
    } else {
      (part.there.value() ? there : missing).push_back(name);
    }
  }
  std::vector<std::string> text;
  text.push_back(there.empty() ? std::string("yes") : join(there, ", "));
  if (!missing.empty()) text.push_back("not: " + join(missing, ", "));
  if (!unknown.empty()) text.push_back("unknown: " + join(unknown, ", "));
  return join(text, "; ");
}

std::string xen_in_words(const model::XenClockInterface& xen) {
  std::string text = interface_in_words(
      xen.offered,
      {{"TSC emulated", xen.tsc_emulated}, {"host TSC reliable", xen.host_tsc_reliable}});
  if (xen.offered.value_or(false)) text += "; TSC mode: " + in_words(xen.tsc_mode);
  return text;
}

std::string timing_in_words(const model::TimingLeaf& leaf) {
  return in_words(leaf.offered, [&](bool offered) {
    if (!offered) return std::string("no");
    return "TSC kHz " + in_words(leaf.tsc_khz) + "; bus kHz " + in_words(leaf.bus_khz);
  });
}

std::string vmclock_in_words(const model::VmclockDevice& vmclock) {
  return in_words(vmclock.offered, [&](bool offered) {
    if (!offered) return std::string("no");
    const std::string device = vmclock.device.value_or("");
    return device.empty() ? std::string("yes, but no driver made a device of it") : device;
  });
}

void write_interfaces(Page& page, const model::ClockInterfaces& facts) {
  const auto& [kvm, hyperv, xen, timing_leaf, vmclock, vmgenid] = facts;
  page.heading("Clock interfaces offered");
  page.field("KVM", interface_in_words(kvm.offered, {{"new MSRs", kvm.new_msrs},
                                                     {"old MSRs", kvm.old_msrs},
                                                     {"stable", kvm.stable},
                                                     {"steal time", kvm.steal_time},
                                                     {"realtime hint", kvm.realtime_hint}}));
  page.field("Hyper-V",
             interface_in_words(hyperv.offered,
                                {{"reference counter", hyperv.reference_counter},
                                 {"reference TSC page", hyperv.reference_tsc_page},
                                 {"frequency MSRs", hyperv.frequency_msrs},
                                 {"re-enlightenment", hyperv.reenlightenment},
                                 {"TSC invariant control", hyperv.tsc_invariant_control}}));
  page.field("Xen", xen_in_words(xen));
  page.field("timing leaf", timing_in_words(timing_leaf));
  page.field("vmclock", vmclock_in_words(vmclock));
  page.field("vmgenid", in_words(vmgenid));
}

void write_kernel_log(Page& page, const model::Fact<std::vector<model::ClockEvent>>& log) {
  page.heading("What the kernel's log says of its clock");
  if (!log.known()) {
    page.paragraph(2, "unknown: " + log.reason());
    return;
  }
  if (log.value().empty()) page.paragraph(2, "nothing");
  for (const model::ClockEvent& event : log.value()) {
    page.field(event.time_s.known() ? fmt::format("{:.3f} s", event.time_s.value()) : "no time",
               event.text);
    page.field("", event.meaning);
  }
}

void write_boot(Page& page, const model::Boot& facts) {
  page.heading("Boot");
  page.field("loader", in_words(facts.loader));
  page.field("files", in_words(facts.files, " "));
  if (!facts.entries.known()) {
    page.field("entries", in_words(facts.entries, [](const auto&) { return ""; }));
    return;
  }
  if (facts.entries.value().empty()) page.field("entries", "none");
  for (const model::BootEntry& entry : facts.entries.value()) {
    std::string text = entry.title;
    if (entry.is_default) text += " (default)";
    if (entry.rescue) text += " (rescue)";
    page.field("entry " + std::to_string(entry.index), text);
    const std::string kernel = entry.kernel.empty() ? std::string() : entry.kernel + " ";
    page.field("", kernel + join(entry.parameters, " "));
  }
}

void write_timesync(Page& page, const model::Timesync& facts) {
  page.heading("Time daemons");
  if (!facts.daemons.known()) {
    page.paragraph(2, "unknown: " + facts.daemons.reason());
    return;
  }
  if (facts.daemons.value().empty()) page.paragraph(2, "none found");
  for (const model::TimeDaemon& daemon : facts.daemons.value()) {
    page.field(daemon.name,
               "running: " + in_words(daemon.running) + "; enabled: " + in_words(daemon.enabled));
    if (!daemon.config.empty()) page.field("", daemon.config);
    page.field("", "servers: " + in_words(daemon.servers, ", "));
    for (const std::string& line : daemon.local_clock)
      page.field("", "LOCAL clock: " + line);
    if (daemon.local_stratum) {
      page.field(
          "", "serves this guest's own clock as stratum " + std::to_string(*daemon.local_stratum));
    }
  }
}

void write_guest_tool(Page& page, const char* name, const std::optional<model::GuestTool>& tool) {
  if (!tool) return;
  page.field(name,
             "installed: " + in_words(tool->installed) + "; running: " + in_words(tool->running));
  page.field("", "sets the clock: " + in_words(tool->syncs_clock));
  if (!tool->detail.empty()) page.field("", tool->detail);
}

void write_guest_tools(Page& page, const model::GuestTools& tools) {
  if (tools == model::GuestTools{}) return;
  page.heading("Guest tools");
  write_guest_tool(page, "VMware Tools", tools.vmware);
  write_guest_tool(page, "VBoxService", tools.virtualbox);
  write_guest_tool(page, "hv_utils", tools.hyperv);
  write_guest_tool(page, "qemu-ga", tools.qemu_guest_agent);
  write_guest_tool(page, "Xen tools", tools.xen);
  write_guest_tool(page, "Parallels Tools", tools.parallels);
}

void write_clock_setters(Page& page, const model::Timesync& facts) {
  page.heading("Who sets the clock");
  page.field("for certain", listed(facts.disciplining, ", "));
  for (const std::string& one : facts.perhaps_disciplining)
    page.field("perhaps", one);
  page.field("serves others", listed(facts.serving, ", "));
}

/// Nothing is said where TuneD is known not to be here.
void write_tuning(Page& page, const model::Tuning& facts) {
  const bool no_profile = facts.tuned_profile == model::Fact<std::string>(std::string());
  if (no_profile && facts.owns_command_line == model::Fact<bool>(false)) return;
  page.heading("Tuning");
  page.field("TuneD profile", in_words(facts.tuned_profile));
  page.field("owns parameters", in_words(facts.owns_command_line));
  if (!facts.cmdline.empty()) page.field("", in_words(facts.cmdline, " "));
}

}  // namespace

void write_facts(Page& page, const model::Facts& facts, bool evidence) {
  write_virtualization(page, facts.virtualization);
  if (evidence) {
    write_evidence(page, facts.virtualization.evidence);
  } else {
    write_evidence_used(page, facts.virtualization.evidence);
  }
  write_kernel(page, facts.kernel);
  write_clock(page, facts.clock);
  write_interfaces(page, facts.clock.interfaces);
  if (evidence) write_kernel_log(page, facts.clock.kernel_log);
  write_boot(page, facts.boot);
  write_timesync(page, facts.timesync);
  write_guest_tools(page, facts.timesync.guest_tools);
  write_clock_setters(page, facts.timesync);
  write_tuning(page, facts.tuning);
}

void write_assumptions(Page& page, const std::vector<model::Assumption>& assumptions) {
  if (assumptions.empty()) return;
  page.heading("Assumed, as you asked");
  for (const model::Assumption& one : assumptions) {
    std::string text = one.key + " = " + one.value;
    if (!one.replaced.empty()) text += " (was read as " + one.replaced + ")";
    page.bullet(text);
  }
}

void write_document(Page& page, const model::DetectDocument& document) {
  write_facts(page, document.facts, true);
  write_assumptions(page, document.assumptions);
}

}  // namespace guestclock::report
