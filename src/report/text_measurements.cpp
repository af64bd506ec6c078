#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "report/figures.h"
#include "report/text_parts.h"

namespace guestclock::report {
namespace {

void write_drift(Page& page, const model::Drift& drift) {
  page.heading("Drift");
  page.field(drift.clock.empty() ? "rate" : drift.clock,
             rate_in_words(drift.rate_error_ppm, drift.ci95_ppm));
  std::string offset = offset_in_words(drift.offset_s);
  if (drift.offset_s.known()) offset = "this guest is " + offset;
  if (drift.offset_s.known() && drift.offset_bound_s.known()) {
    offset += ", known to within " + seconds_in_words(drift.offset_bound_s.value());
  }
  if (drift.offset_ci95_s.known()) {
    offset += fmt::format(" ({} by the scatter of the exchanges, if the path is symmetric)",
                          seconds_in_words(drift.offset_ci95_s.value().half_width()));
  }
  page.field("offset", offset);
  const std::string against = drift.reference.empty() ? "" : ", against " + drift.reference;
  page.field("from", fmt::format("{} exchanges, {} used, in {}{}", drift.exchanges, drift.used,
                                 seconds_in_words(drift.duration_s), against));
  if (drift.systematic_ppm > 0) {
    page.field("no fit can see", fmt::format("{:.2f} ppm", drift.systematic_ppm));
  }
  if (!drift.flags.empty()) page.field("flags", join(drift.flags, " "));
}

std::string reading_in_words(const model::ClockRate& clock) {
  constexpr double kCoarse = 1e6;
  std::string text;
  if (clock.read_cost_ns.known()) {
    text += fmt::format("; {:.0f} ns a read", clock.read_cost_ns.value());
    if (clock.read_p99_ns.known()) {
      text += fmt::format(" (99 of 100 within {:.0f})", clock.read_p99_ns.value());
    }
  }
  if (clock.vdso.known()) text += clock.vdso.value() ? ", vDSO" : ", enters the kernel";
  if (clock.resolution_ns.known() && clock.resolution_ns.value() >= kCoarse) {
    text += "; timers on it are rounded to " + seconds_in_words(clock.resolution_ns.value() / 1e9);
  }
  if (clock.warp_ns.value_or(0) > 0) {
    text += fmt::format("; goes BACK by up to {:.0f} ns from one CPU to another",
                        clock.warp_ns.value());
  }
  return text;
}

void write_clocks(Page& page, const std::vector<model::ClockRate>& clocks) {
  if (clocks.empty()) return;
  page.heading("Clocks");
  for (const model::ClockRate& clock : clocks) {
    std::string text = rate_in_words(clock.rate_error_ppm, clock.ci95_ppm);
    if (clock.name == "realtime" && clock.rate_error_ppm.known()) {
      text += "; " + per_day_in_words(clock.rate_error_ppm.value());
    }
    if (clock.steering_ppm.known() && clock.steering_ppm.value() != 0) {
      text += fmt::format("; adjtimex adds {:+.3f} ppm", clock.steering_ppm.value());
      if (clock.unsteered_ppm.known()) {
        text += fmt::format(", without it {:+.3f} ppm", clock.unsteered_ppm.value());
      }
    }
    page.field(clock.name, text + reading_in_words(clock));
  }
}

void write_clocksources(Page& page, const std::vector<model::ClocksourceRate>& all) {
  if (all.empty()) return;
  page.heading("Clocksources, the one in use first");
  for (const model::ClocksourceRate& one : all) {
    std::string text = rate_in_words(one.rate_error_ppm, one.ci95_ppm);
    if (one.against_current_ppm.known() && &one != &all.front()) {
      text += fmt::format("; {:+.4f} ppm against {}", one.against_current_ppm.value(),
                          all.front().name);
    }
    if (one.read_cost_ns.known())
      text += fmt::format("; {:.0f} ns a read", one.read_cost_ns.value());
    page.field(one.name, text);
  }
}

void write_header(Page& page, const model::Server& server) {
  std::string follows = fmt::format("{}, leap {}, refid {}", in_words(server.stratum),
                                    in_words(server.leap), in_words(server.refid));
  // What an unsynchronised one waits for stands in its reasons.
  const bool states = server.verdict == "unsynchronised" || server.verdict == "kiss";
  if (server.refid_means.known() && !states) follows += " (" + server.refid_means.value() + ")";
  page.field("stratum", follows);
  std::string distance = seconds_in_words(server.root_distance_s);
  if (server.reference_age_s.known()) {
    distance += fmt::format("; its clock was last set {} before",
                            seconds_in_words(server.reference_age_s.value()));
  }
  distance += "; precision " + seconds_in_words(server.precision_s);
  page.field("root distance", distance);
}

void write_servers(Page& page, const std::vector<model::Server>& servers) {
  page.heading("Servers");
  if (servers.empty()) page.paragraph(2, "none asked");
  for (const model::Server& server : servers) {
    page.line(2, server.address + ": " + server.verdict);
    for (const std::string& reason : server.reasons)
      page.field("", reason);
    const bool named = server.endpoint.known() && server.endpoint.value() != server.address;
    page.field("answers", fmt::format("{} of {}{}", server.received, server.sent,
                                      named ? ", asked at " + server.endpoint.value() : ""));
    if (server.offset_s.known()) {
      std::string text = "this guest is " + offset_in_words(server.offset_s);
      if (server.delay_s.known()) text += "; delay " + seconds_in_words(server.delay_s);
      if (server.delay_s.value_or(0) > 0) {
        text += ", so known to within " + seconds_in_words(server.delay_s.value() / 2);
      } else if (server.delay_s.value_or(0) < 0) {
        text += ": this guest's clock is coarser than the path";
      }
      page.field("offset", text);
    }
    if (server.stratum.known()) write_header(page, server);
    if (server.drift.known()) {
      const model::Drift& drift = server.drift.value();
      page.field("drift", rate_in_words(drift.rate_error_ppm, drift.ci95_ppm));
    }
  }
}

void write_pairs(Page& page, const std::vector<model::ServerPair>& pairs) {
  if (pairs.empty()) return;
  page.heading("Servers against each other");
  for (const model::ServerPair& pair : pairs) {
    page.line(2, pair.first + ", " + pair.second);
    if (pair.offset_s.known()) {
      const double apart = std::abs(pair.offset_s.value());
      page.field("",
                 fmt::format("both are valid time stamps and lie {} apart: at least one of the two "
                             "is off by {} or more",
                             seconds_in_words(apart), seconds_in_words(apart / 2)));
    }
    if (pair.rate_ppm.known() && pair.standard_errors.known()) {
      page.field("", fmt::format("their rates differ by {:.3f} ppm, {:.1f} standard errors",
                                 std::abs(pair.rate_ppm.value()), pair.standard_errors.value()));
    }
  }
}

std::string age_in_words(double seconds) {
  if (seconds < 120) return seconds_in_words(seconds);
  return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60)
                        : fmt::format("{:.1f} h", seconds / 3600);
}

void write_daemon_source(Page& page, const model::DaemonSource& source) {
  std::string text = source.name + ": " + source.state;
  if (source.answered.known() && source.reach.known()) {
    text += fmt::format("; {} of the last 8 polls answered (reach {:03o})", source.answered.value(),
                        source.reach.value());
  }
  if (source.last_answer_s.known()) {
    text += ", the last one " + age_in_words(source.last_answer_s.value()) + " ago";
  }
  if (source.offset_s.known()) text += "; this guest is " + offset_in_words(source.offset_s);
  if (source.root_distance_s.known()) {
    text += "; root distance " + seconds_in_words(source.root_distance_s.value());
  }
  page.field("source", text);
}

void write_daemon(Page& page, const model::LocalDaemon& daemon) {
  page.line(2, daemon.name + ": " + daemon.verdict);
  for (const std::string& reason : daemon.reasons)
    page.field("", reason);
  if (daemon.stratum.known()) {
    std::string text = in_words(daemon.stratum);
    if (!daemon.refid.value_or("").empty()) text += ", refid " + daemon.refid.value();
    if (daemon.root_distance_s.known()) {
      text += "; root distance " + seconds_in_words(daemon.root_distance_s.value());
    }
    page.field("stratum", text);
  }
  if (daemon.offset_s.known()) {
    page.field("offset", "by its account this guest is " + offset_in_words(daemon.offset_s));
  }
  if (daemon.frequency_ppm.known() && daemon.frequency_ppm.value() != 0) {
    const double rate = daemon.frequency_ppm.value();
    page.field("frequency",
               fmt::format("by its account the clock, left alone, runs {} by {:.1f} ppm",
                           rate < 0 ? "slow" : "fast", std::abs(rate)));
  }
  if (daemon.reference_age_s.known()) {
    page.field("last update", age_in_words(daemon.reference_age_s.value()) + " ago");
  }
  for (const model::DaemonSource& source : daemon.sources)
    write_daemon_source(page, source);
}

void write_daemons(Page& page, const std::vector<model::LocalDaemon>& daemons) {
  if (daemons.empty()) return;
  page.heading(daemons.size() == 1 ? "Local time daemon" : "Local time daemons");
  for (const model::LocalDaemon& daemon : daemons)
    write_daemon(page, daemon);
}

/// "12 (95 %: 6.2 to 21 in as long a run)"; none is a bound.
std::string count_in_words(const model::Fact<std::int64_t>& count,
                           const model::Fact<model::Interval>& interval,
                           const model::Fact<double>& watched_s) {
  std::string text = in_words(count);
  if (!count.known() || !interval.known()) return text;
  if (count.value() > 0) {
    return text + fmt::format(" (95 %: {:.3g} to {:.3g} in as long a run)", interval.value().low,
                              interval.value().high);
  }
  if (watched_s.value_or(0) <= 0) return text;
  return text + fmt::format(" in {}: fewer than {:.2g} a second (95 %)",
                            seconds_in_words(watched_s.value()),
                            interval.value().high / watched_s.value());
}

void write_spin(Page& page, const model::Spin& spin) {
  std::string text = fmt::format("spun for {}: {} gaps, {} in all, the longest {}",
                                 seconds_in_words(spin.length_s), spin.gaps,
                                 seconds_in_words(spin.gaps_s), seconds_in_words(spin.longest_s));
  if (spin.interrupts_per_s.known()) {
    text += fmt::format("; {:.1f} timer interrupts/s while busy", spin.interrupts_per_s.value());
  }
  page.field("", text);
  model::SpunSecond sum;
  for (const model::SpunSecond& second : spin.seconds) {
    sum.scheduler_s += second.scheduler_s;
    sum.irq_s += second.irq_s;
    sum.steal_s += second.steal_s;
    sum.unexplained_s += second.unexplained_s;
  }
  if (spin.gaps == 0) return;
  page.field("", fmt::format("of the gaps scheduler {}, interrupts {}, steal {}, unexplained {}",
                             seconds_in_words(sum.scheduler_s), seconds_in_words(sum.irq_s),
                             seconds_in_words(sum.steal_s), seconds_in_words(sum.unexplained_s)));
}

void write_cpu(Page& page, const model::CpuTicks& cpu) {
  std::string text = fmt::format("{} of {} delivered, {} lost, {} late", cpu.delivered,
                                 cpu.expected, cpu.lost, cpu.late);
  if (cpu.interrupts_per_s.known()) {
    text += fmt::format("; {:.1f} timer interrupts/s", cpu.interrupts_per_s.value());
  }
  page.field("cpu " + std::to_string(cpu.cpu), text);
  if (!cpu.incomplete.empty()) page.field("", "not watched to the end: " + cpu.incomplete);
  if (cpu.wake_p50_s.known() && cpu.wake_p99_s.known() && cpu.wake_max_s.known()) {
    page.field("", fmt::format("woken {} after the instant in the middle, 99 of 100 within {}, all "
                               "within {}",
                               seconds_in_words(cpu.wake_p50_s.value()),
                               seconds_in_words(cpu.wake_p99_s.value()),
                               seconds_in_words(cpu.wake_max_s.value())));
  }
  if (cpu.spin.known()) write_spin(page, cpu.spin.value());
  for (const model::Stall& stall : cpu.stalls) {
    page.field("", "stalled for " + seconds_in_words(stall.length_s) + " at " +
                       seconds_in_words(stall.start_s) + ": " + stall.cause);
  }
}

std::string tick_rates_in_words(const model::UnrecoveredLoss& loss) {
  if (!loss.ticks_per_s.known() || !loss.ticks_per_own_s.known()) return "";
  return fmt::format("; {:.1f} ticks/s by {}, {:.1f} by the guest's own clock, configured {}",
                     loss.ticks_per_s.value(), in_words(loss.against), loss.ticks_per_own_s.value(),
                     in_words(loss.kernel_hz));
}

void write_unrecovered(Page& page, const model::UnrecoveredLoss& loss) {
  if (!loss.lost_s.known() || !loss.bound_s.known()) {
    page.field("never made up", seconds_in_words(loss.lost_s));
    return;
  }
  const double lost = loss.lost_s.value();
  const bool counts = loss.counts_ticks.value_or(false);
  std::string text;
  if (std::abs(lost) <= loss.bound_s.value()) {
    text = "no tick, to within " + seconds_in_words(loss.bound_s.value());
    if (counts) text += " (the clock counts ticks: what is lost stays lost)";
  } else {
    text = fmt::format("{} of {} by {} ({:.0f} ppm)", seconds_in_words(std::abs(lost)),
                       seconds_in_words(loss.elapsed_s), in_words(loss.against),
                       std::abs(loss.share_ppm.value_or(0)));
    text += lost < 0 ? ", which the ticks counted too much" : " of ticks";
    text += counts ? ": the clock counts ticks and went wrong with them"
                   : ": the clock does not count ticks and is not touched";
    text += tick_rates_in_words(loss);
  }
  page.field("never made up", text);
}

void write_ticks(Page& page, const model::Ticks& ticks) {
  page.heading("Ticks");
  if (!ticks.lost.known() && ticks.per_cpu.empty()) {
    page.paragraph(2, "unknown: " + ticks.lost.reason());
    return;
  }
  page.field("probe", in_words(ticks.hz) + " Hz, lengths taken with " + in_words(ticks.counter));
  page.field("lost", count_in_words(ticks.lost, ticks.lost_ci95, ticks.watched_s));
  page.field("late", count_in_words(ticks.late, ticks.late_ci95, ticks.watched_s));
  page.field("stalls", count_in_words(ticks.stalls, ticks.stalls_ci95, ticks.watched_s));
  page.field("longest stall", seconds_in_words(ticks.longest_stall_s));
  page.field("steal", seconds_in_words(ticks.steal_s));
  write_unrecovered(page, ticks.unrecovered);
  for (const model::Interruption& one : ticks.interruptions) {
    page.field(one.cause, seconds_in_words(one.length_s) + " by " + one.by +
                              (one.cause == "suspend"
                                   ? ": the guest slept; not the host's doing"
                                   : ": the guest was paused or moved, or the server was set"));
  }
  for (const model::CpuTicks& cpu : ticks.per_cpu)
    write_cpu(page, cpu);
  const model::TickAttribution& cause = ticks.attribution;
  const bool any = cause.scheduler_s.known() || cause.irq_s.known() || cause.steal_s.known() ||
                   cause.unexplained_s.known();
  if (!any) return;
  page.field("lost time to", "scheduler " + seconds_in_words(cause.scheduler_s) + ", interrupts " +
                                 seconds_in_words(cause.irq_s) + ", steal " +
                                 seconds_in_words(cause.steal_s) + ", unexplained " +
                                 seconds_in_words(cause.unexplained_s));
}

}  // namespace

void write_measurements(Page& page, const model::Measurements& measurements) {
  write_drift(page, measurements.drift);
  write_clocks(page, measurements.clocks);
  write_clocksources(page, measurements.clocksources);
  write_servers(page, measurements.servers);
  write_pairs(page, measurements.pairs);
  write_daemons(page, measurements.daemons);
  write_ticks(page, measurements.ticks);
}

void write_document(Page& page, const model::MeasureDocument& document) {
  write_measurements(page, document.measurements);
}

void write_document(Page& page, const model::SelftestDocument& document) {
  const model::Selftest& selftest = document.selftest;
  page.heading("Selftest");
  page.field("server", fmt::format("in this program, on the loopback interface; against it this "
                                   "guest's clock gains {:+.3f} ppm",
                                   selftest.known_rate_error_ppm));
  page.field("measured", rate_in_words(selftest.drift.rate_error_ppm, selftest.drift.ci95_ppm));
  page.field("from", fmt::format("{} exchanges, {} used, in {}", selftest.drift.exchanges,
                                 selftest.drift.used, seconds_in_words(selftest.drift.duration_s)));
  page.field("noise floor",
             selftest.noise_floor_ppm.known()
                 ? fmt::format("{:.3f} ppm: no server gives a narrower interval in as short a run",
                               selftest.noise_floor_ppm.value())
                 : "unknown: " + selftest.noise_floor_ppm.reason());
  page.field("round trip", seconds_in_words(selftest.round_trip_s));
  page.field("stamp noise", seconds_in_words(selftest.queueing_s));
  page.gap();
  if (!selftest.works.known()) {
    page.paragraph(0, "Measuring could not be tested: " + selftest.works.reason());
  } else {
    page.paragraph(0, selftest.works.value()
                          ? "Measuring works on this guest."
                          : "Measuring does NOT work on this guest: do not trust its figures.");
  }
}

void write_document(Page& page, const model::FitDocument& document) {
  for (const model::FileFit& fit : document.fits) {
    page.line(0, fit.file);
    page.field("rate", rate_in_words(fit.rate_error_ppm, fit.ci95_ppm));
    std::string offset = offset_in_words(fit.offset_s);
    if (fit.offset_s.known()) offset = "the guest is " + offset + " at the last exchange";
    page.field("offset", offset);
    page.field("from", fmt::format("{} exchanges, {} used", fit.exchanges, fit.used));
    if (!fit.flags.empty()) page.field("flags", join(fit.flags, " "));
  }
}

}  // namespace guestclock::report
