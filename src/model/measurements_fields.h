// The names that the contract gives the members of the measure document: see facts_fields.h.
#pragma once

#include "model/fields.h"
#include "model/measurements.h"

namespace guestclock::model {

template <Is<OffsetStep> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("at_s", self.at_s, Form::seconds);
  visit("by_s", self.by_s, Form::seconds);
}

template <Is<Drift> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("clock", self.clock, Form::plain);
  visit("reference", self.reference, Form::plain);
  visit("rate_error_ppm", self.rate_error_ppm, Form::ppm);
  visit("ci95_ppm", self.ci95_ppm, Form::ppm);
  visit("systematic_ppm", self.systematic_ppm, Form::ppm);
  visit("offset_s", self.offset_s, Form::seconds);
  visit("offset_ci95_s", self.offset_ci95_s, Form::seconds);
  visit("offset_bound_s", self.offset_bound_s, Form::seconds);
  visit("exchanges", self.exchanges, Form::plain);
  visit("used", self.used, Form::plain);
  visit("duration_s", self.duration_s, Form::seconds);
  visit("flags", self.flags, Form::plain);
  visit("steps", self.steps, Form::plain);
}

template <Is<ClockRate> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("rate_error_ppm", self.rate_error_ppm, Form::ppm);
  visit("ci95_ppm", self.ci95_ppm, Form::ppm);
  visit("steering_ppm", self.steering_ppm, Form::ppm);
  visit("unsteered_ppm", self.unsteered_ppm, Form::ppm);
  visit("read_cost_ns", self.read_cost_ns, Form::nanoseconds);
  visit("vdso", self.vdso, Form::plain);
  visit("read_p99_ns", self.read_p99_ns, Form::nanoseconds);
  visit("resolution_ns", self.resolution_ns, Form::nanoseconds);
  visit("warp_ns", self.warp_ns, Form::nanoseconds);
}

template <Is<ClocksourceRate> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("rate_error_ppm", self.rate_error_ppm, Form::ppm);
  visit("ci95_ppm", self.ci95_ppm, Form::ppm);
  visit("against_current_ppm", self.against_current_ppm, Form::ppm);
  visit("read_cost_ns", self.read_cost_ns, Form::nanoseconds);
}

template <Is<Server> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("address", self.address, Form::plain);
  visit("endpoint", self.endpoint, Form::plain);
  visit("stratum", self.stratum, Form::plain);
  visit("leap", self.leap, Form::plain);
  visit("refid", self.refid, Form::plain);
  visit("refid_means", self.refid_means, Form::plain);
  visit("precision_s", self.precision_s, Form::seconds);
  visit("root_delay_s", self.root_delay_s, Form::seconds);
  visit("root_dispersion_s", self.root_dispersion_s, Form::seconds);
  visit("root_distance_s", self.root_distance_s, Form::seconds);
  visit("reference_time", self.reference_time, Form::plain);
  visit("reference_age_s", self.reference_age_s, Form::seconds);
  visit("offset_s", self.offset_s, Form::seconds);
  visit("delay_s", self.delay_s, Form::seconds);
  visit("jitter_s", self.jitter_s, Form::seconds);
  visit("reach", self.reach, Form::plain);
  visit("sent", self.sent, Form::plain);
  visit("received", self.received, Form::plain);
  visit("verdict", self.verdict, Form::plain);
  visit("reasons", self.reasons, Form::plain);
  visit("drift", self.drift, Form::plain);
}

template <Is<ServerPair> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("first", self.first, Form::plain);
  visit("second", self.second, Form::plain);
  visit("offset_s", self.offset_s, Form::seconds);
  visit("rate_ppm", self.rate_ppm, Form::ppm);
  visit("standard_errors", self.standard_errors, Form::per_second);
}

template <Is<DaemonSource> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("state", self.state, Form::plain);
  visit("stratum", self.stratum, Form::plain);
  visit("poll_s", self.poll_s, Form::seconds);
  visit("reach", self.reach, Form::plain);
  visit("answered", self.answered, Form::plain);
  visit("last_answer_s", self.last_answer_s, Form::seconds);
  visit("offset_s", self.offset_s, Form::seconds);
  visit("dispersion_s", self.dispersion_s, Form::seconds);
  visit("root_distance_s", self.root_distance_s, Form::seconds);
  visit("selectable", self.selectable, Form::plain);
}

template <Is<LocalDaemon> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("name", self.name, Form::plain);
  visit("verdict", self.verdict, Form::plain);
  visit("reasons", self.reasons, Form::plain);
  visit("stratum", self.stratum, Form::plain);
  visit("leap", self.leap, Form::plain);
  visit("refid", self.refid, Form::plain);
  visit("offset_s", self.offset_s, Form::seconds);
  visit("frequency_ppm", self.frequency_ppm, Form::ppm);
  visit("root_delay_s", self.root_delay_s, Form::seconds);
  visit("root_dispersion_s", self.root_dispersion_s, Form::seconds);
  visit("root_distance_s", self.root_distance_s, Form::seconds);
  visit("reference_age_s", self.reference_age_s, Form::seconds);
  visit("update_interval_s", self.update_interval_s, Form::seconds);
  visit("kernel_synchronised", self.kernel_synchronised, Form::plain);
  visit("selectable_in_s", self.selectable_in_s, Form::seconds);
  visit("will_step", self.will_step, Form::plain);
  visit("sources", self.sources, Form::plain);
}

template <Is<Stall> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("start_s", self.start_s, Form::seconds);
  visit("length_s", self.length_s, Form::seconds);
  visit("cause", self.cause, Form::plain);
}

template <Is<GapCount> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("from_s", self.from_s, Form::seconds);
  visit("to_s", self.to_s, Form::seconds);
  visit("count", self.count, Form::plain);
}

template <Is<SpunSecond> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("start_s", self.start_s, Form::seconds);
  visit("length_s", self.length_s, Form::seconds);
  visit("gaps_s", self.gaps_s, Form::seconds);
  visit("scheduler_s", self.scheduler_s, Form::seconds);
  visit("irq_s", self.irq_s, Form::seconds);
  visit("steal_s", self.steal_s, Form::seconds);
  visit("unexplained_s", self.unexplained_s, Form::seconds);
}

template <Is<Spin> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("start_s", self.start_s, Form::seconds);
  visit("length_s", self.length_s, Form::seconds);
  visit("gaps", self.gaps, Form::plain);
  visit("gaps_s", self.gaps_s, Form::seconds);
  visit("longest_s", self.longest_s, Form::seconds);
  visit("lost", self.lost, Form::plain);
  visit("interrupts_per_s", self.interrupts_per_s, Form::per_second);
  visit("switches", self.switches, Form::plain);
  visit("histogram", self.histogram, Form::plain);
  visit("seconds", self.seconds, Form::plain);
}

template <Is<CpuTicks> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("cpu", self.cpu, Form::plain);
  visit("expected", self.expected, Form::plain);
  visit("delivered", self.delivered, Form::plain);
  visit("lost", self.lost, Form::plain);
  visit("late", self.late, Form::plain);
  visit("interrupts_per_s", self.interrupts_per_s, Form::per_second);
  visit("stalls", self.stalls, Form::plain);
  visit("lost_ci95", self.lost_ci95, Form::per_second);
  visit("late_ci95", self.late_ci95, Form::per_second);
  visit("spin", self.spin, Form::plain);
  visit("wake_p50_s", self.wake_p50_s, Form::seconds);
  visit("wake_p99_s", self.wake_p99_s, Form::seconds);
  visit("wake_max_s", self.wake_max_s, Form::seconds);
  visit("incomplete", self.incomplete, Form::plain);
}

template <Is<TickAttribution> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("scheduler_s", self.scheduler_s, Form::seconds);
  visit("irq_s", self.irq_s, Form::seconds);
  visit("steal_s", self.steal_s, Form::seconds);
  visit("unexplained_s", self.unexplained_s, Form::seconds);
}

template <Is<UnrecoveredLoss> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("counts_ticks", self.counts_ticks, Form::plain);
  visit("against", self.against, Form::plain);
  visit("elapsed_s", self.elapsed_s, Form::seconds);
  visit("lost_s", self.lost_s, Form::seconds);
  visit("bound_s", self.bound_s, Form::seconds);
  visit("share_ppm", self.share_ppm, Form::ppm);
  visit("kernel_hz", self.kernel_hz, Form::plain);
  visit("ticks_per_own_s", self.ticks_per_own_s, Form::per_second);
  visit("ticks_per_s", self.ticks_per_s, Form::per_second);
}

template <Is<Interruption> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("cause", self.cause, Form::plain);
  visit("length_s", self.length_s, Form::seconds);
  visit("by", self.by, Form::plain);
}

template <Is<Ticks> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("hz", self.hz, Form::plain);
  visit("counter", self.counter, Form::plain);
  visit("per_cpu", self.per_cpu, Form::plain);
  visit("lost", self.lost, Form::plain);
  visit("late", self.late, Form::plain);
  visit("longest_stall_s", self.longest_stall_s, Form::seconds);
  visit("steal_s", self.steal_s, Form::seconds);
  visit("attribution", self.attribution, Form::plain);
  visit("watched_s", self.watched_s, Form::seconds);
  visit("lost_ci95", self.lost_ci95, Form::per_second);
  visit("late_ci95", self.late_ci95, Form::per_second);
  visit("stalls", self.stalls, Form::plain);
  visit("stalls_ci95", self.stalls_ci95, Form::per_second);
  visit("unrecovered", self.unrecovered, Form::plain);
  visit("interruptions", self.interruptions, Form::plain);
}

template <Is<Measurements> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("drift", self.drift, Form::plain);
  visit("clocks", self.clocks, Form::plain);
  visit("clocksources", self.clocksources, Form::plain);
  visit("servers", self.servers, Form::plain);
  visit("pairs", self.pairs, Form::plain);
  visit("daemons", self.daemons, Form::plain);
  visit("ticks", self.ticks, Form::plain);
}

template <Is<Selftest> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("works", self.works, Form::plain);
  visit("known_rate_error_ppm", self.known_rate_error_ppm, Form::ppm);
  visit("noise_floor_ppm", self.noise_floor_ppm, Form::ppm);
  visit("round_trip_s", self.round_trip_s, Form::seconds);
  visit("queueing_s", self.queueing_s, Form::seconds);
  visit("drift", self.drift, Form::plain);
}

template <Is<FileFit> Self, class Visitor>
void fields(Self& self, Visitor&& visit) {
  visit("file", self.file, Form::plain);
  visit("rate_error_ppm", self.rate_error_ppm, Form::ppm);
  visit("ci95_ppm", self.ci95_ppm, Form::ppm);
  visit("offset_s", self.offset_s, Form::seconds);
  visit("exchanges", self.exchanges, Form::plain);
  visit("used", self.used, Form::plain);
  visit("flags", self.flags, Form::plain);
}

}  // namespace guestclock::model
