// The names that the contract gives the members of the detect document, once for all who need them:
// writing, reading, looking up, assuming. `fields(value, visit)` calls visit(name, member, form) in
// the document's order.
#pragma once

#include "model/facts.h"
#include "model/fields.h"

namespace guestclock::model {

template <Is<Evidence> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("source", self.source, Form::plain);
  visit("value", self.value, Form::plain);
  visit("says", self.says, Form::plain);
  visit("used", self.used, Form::plain);
  visit("why", self.why, Form::plain);
}

template <Is<Unread> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("what", self.what, Form::plain);
  visit("capability", self.capability, Form::plain);
}

template <Is<Virtualization> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("role", self.role, Form::word);
  visit("vm", self.vm, Form::word);
  visit("container", self.container, Form::word);
  visit("platform", self.platform, Form::word_or_null);
  visit("nested", self.nested, Form::word);
  visit("mode", self.mode, Form::word_or_null);
  visit("confidential", self.confidential, Form::word);
  visit("interfaces", self.interfaces, Form::plain);
  visit("evidence", self.evidence, Form::plain);
  visit("unread", self.unread, Form::plain);
}

template <Is<Distribution> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("id", self.id, Form::plain);
  visit("version", self.version, Form::plain);
}

template <Is<Kernel> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("os", self.os, Form::plain);
  visit("distribution", self.distribution, Form::plain);
  visit("release", self.release, Form::plain);
  visit("arch", self.arch, Form::plain);
  visit("hz", self.hz, Form::plain);
  visit("tickless", self.tickless, Form::plain);
  visit("cmdline", self.cmdline, Form::plain);
}

template <Is<Tsc> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("invariant", self.invariant, Form::plain);
  visit("known_freq", self.known_freq, Form::plain);
  visit("reliable", self.reliable, Form::plain);
  visit("adjust", self.adjust, Form::plain);
  visit("rdtscp", self.rdtscp, Form::plain);
  visit("deadline_timer", self.deadline_timer, Form::plain);
  visit("told_khz", self.told_khz, Form::plain);
  visit("told_khz_by", self.told_khz_by, Form::word_or_null);
}

template <Is<PtpDevice> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("clock_name", self.clock_name, Form::plain);
  visit("stable_name", self.stable_name, Form::word_or_null);
}

template <Is<RtcDevice> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("driver", self.driver, Form::plain);
  visit("sets_clock", self.sets_clock, Form::plain);
}

template <Is<KvmClockInterface> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("offered", self.offered, Form::plain);
  visit("old_msrs", self.old_msrs, Form::plain);
  visit("new_msrs", self.new_msrs, Form::plain);
  visit("stable", self.stable, Form::plain);
  visit("steal_time", self.steal_time, Form::plain);
  visit("realtime_hint", self.realtime_hint, Form::plain);
}

template <Is<HypervClockInterface> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("offered", self.offered, Form::plain);
  visit("reference_counter", self.reference_counter, Form::plain);
  visit("reference_tsc_page", self.reference_tsc_page, Form::plain);
  visit("frequency_msrs", self.frequency_msrs, Form::plain);
  visit("reenlightenment", self.reenlightenment, Form::plain);
  visit("tsc_invariant_control", self.tsc_invariant_control, Form::plain);
}

template <Is<XenClockInterface> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("offered", self.offered, Form::plain);
  visit("tsc_mode", self.tsc_mode, Form::word_or_null);
  visit("tsc_emulated", self.tsc_emulated, Form::plain);
  visit("host_tsc_reliable", self.host_tsc_reliable, Form::plain);
}

template <Is<TimingLeaf> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("offered", self.offered, Form::plain);
  visit("tsc_khz", self.tsc_khz, Form::plain);
  visit("bus_khz", self.bus_khz, Form::plain);
}

template <Is<VmclockDevice> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("offered", self.offered, Form::plain);
  visit("device", self.device, Form::word_or_null);
}

template <Is<ClockInterfaces> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("kvm", self.kvm, Form::plain);
  visit("hyperv", self.hyperv, Form::plain);
  visit("xen", self.xen, Form::plain);
  visit("timing_leaf", self.timing_leaf, Form::plain);
  visit("vmclock", self.vmclock, Form::plain);
  visit("vmgenid", self.vmgenid, Form::plain);
}

template <Is<ClockEvent> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("time_s", self.time_s, Form::seconds);
  visit("text", self.text, Form::plain);
  visit("meaning", self.meaning, Form::plain);
}

template <Is<FreebsdClock> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("vm_guest", self.vm_guest, Form::plain);
  visit("trusted", self.trusted, Form::plain);
}

template <Is<Clock> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("source", self.source, Form::plain);
  visit("available", self.available, Form::plain);
  visit("event_device", self.event_device, Form::plain);
  visit("freebsd", self.freebsd, Form::plain);
  visit("tsc", self.tsc, Form::plain);
  visit("ptp", self.ptp, Form::plain);
  visit("rtc", self.rtc, Form::plain);
  visit("interfaces", self.interfaces, Form::plain);
  visit("kernel_log", self.kernel_log, Form::plain);
  visit("event_mode", self.event_mode, Form::plain);
  visit("broadcast_device", self.broadcast_device, Form::plain);
  visit("tick_stops", self.tick_stops, Form::plain);
  visit("high_resolution", self.high_resolution, Form::plain);
}

template <Is<BootEntry> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("loader", self.loader, Form::plain);
  visit("file", self.file, Form::plain);
  visit("title", self.title, Form::plain);
  visit("index", self.index, Form::plain);
  visit("default", self.is_default, Form::plain);
  visit("rescue", self.rescue, Form::plain);
  visit("kernel", self.kernel, Form::plain);
  visit("parameters", self.parameters, Form::plain);
}

template <Is<Boot> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("loader", self.loader, Form::word);
  visit("files", self.files, Form::plain);
  visit("entries", self.entries, Form::plain);
}

template <Is<TimeDaemon> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("config", self.config, Form::plain);
  visit("running", self.running, Form::plain);
  visit("enabled", self.enabled, Form::plain);
  visit("servers", self.servers, Form::plain);
  visit("local_clock", self.local_clock, Form::plain);
  visit("local_stratum", self.local_stratum, Form::plain);
}

template <Is<GuestTool> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("installed", self.installed, Form::plain);
  visit("running", self.running, Form::plain);
  visit("syncs_clock", self.syncs_clock, Form::plain);
  visit("detail", self.detail, Form::plain);
}

template <Is<GuestTools> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("vmware", self.vmware, Form::plain);
  visit("virtualbox", self.virtualbox, Form::plain);
  visit("hyperv", self.hyperv, Form::plain);
  visit("qemu_guest_agent", self.qemu_guest_agent, Form::plain);
  visit("xen", self.xen, Form::plain);
  visit("parallels", self.parallels, Form::plain);
}

/// The members of SourceLines, of what derives from it.
template <class Self, class Visitor>
void source_fields(Self& self, Visitor&& visit) {
  visit("files", self.files, Form::plain);
  visit("sources", self.sources, Form::plain);
  visit("host_sources", self.host_sources, Form::plain);
  visit("without_iburst", self.without_iburst, Form::plain);
  visit("public_polls", self.public_polls, Form::plain);
  visit("public_poll", self.public_poll, Form::plain);
}

template <Is<NtpConf> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  source_fields(self, visit);
  visit("panic_s", self.panic_s, Form::plain);
  visit("step_s", self.step_s, Form::plain);
  visit("for_clients", self.for_clients, Form::plain);
  visit("refuses_all", self.refuses_all, Form::plain);
  visit("notrust", self.notrust, Form::plain);
  visit("kod_unlimited", self.kod_unlimited, Form::plain);
}

template <Is<ChronyConf> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  source_fields(self, visit);
  visit("makestep_s", self.makestep_s, Form::plain);
  visit("makestep_updates", self.makestep_updates, Form::plain);
  visit("maxchange_ignored", self.maxchange_ignored, Form::plain);
  visit("local_stratum", self.local_stratum, Form::plain);
  visit("rtcsync", self.rtcsync, Form::plain);
  visit("allow", self.allow, Form::plain);
}

template <Is<Timesync> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("daemons", self.daemons, Form::plain);
  visit("guest_tools", self.guest_tools, Form::plain);
  visit("disciplining", self.disciplining, Form::plain);
  visit("perhaps_disciplining", self.perhaps_disciplining, Form::plain);
  visit("serving", self.serving, Form::plain);
  visit("ntp_conf", self.ntp_conf, Form::word_or_null);
  visit("chrony_conf", self.chrony_conf, Form::word_or_null);
}

template <Is<Tuning> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("tuned_profile", self.tuned_profile, Form::word_or_null);
  visit("owns_command_line", self.owns_command_line, Form::plain);
  visit("cmdline", self.cmdline, Form::plain);
}

template <Is<Facts> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("virtualization", self.virtualization, Form::plain);
  visit("kernel", self.kernel, Form::plain);
  visit("clock", self.clock, Form::plain);
  visit("boot", self.boot, Form::plain);
  visit("timesync", self.timesync, Form::plain);
  visit("tuning", self.tuning, Form::plain);
}

}  // namespace guestclock::model
