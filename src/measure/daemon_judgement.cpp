#include "measure/daemon_judgement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "measure/header_health.h"
#include "measure/ntp_packet.h"
#include "measure/refid.h"

namespace guestclock::measure {
namespace {

using model::DaemonSource;
using model::Fact;
using model::LocalDaemon;

constexpr std::int64_t kPolls = 8;     // that reach remembers
constexpr double kMaxDispersion = 16;  // seconds: RFC 5905 section 10, of a source without samples
// ntpd 4.2.8 and ntpsec: stepped beyond this offset, once it has lasted for this long if the clock
// was right before (tinker step, stepout).
constexpr double kStep = 0.128;
constexpr double kStepout = 300;
// Beyond it the kernel's discipline (ntpd, timesyncd) cannot correct a rate.
constexpr double kFrequencyLimit = 500;
// chronyd: samples that its regression needs.
constexpr std::int64_t kChronySamples = 3;
// ntpd and chronyd send the requests of an iburst this far apart.
constexpr double kBurstInterval = 2;
// An update may wait until a better sample comes, for all of the polls that reach remembers; a
// clock that was not updated in twice as many is left alone. timesyncd uses each answer.
constexpr double kStalePolls = 16;
constexpr double kStalePollsTimesyncd = 3;
// The kernel's error estimate grows by 500 ppm without updates; at 16 s it drops its flag.
constexpr double kKernelForgets = 16 / 500e-6;

enum class Kind { chrony, ntpd, timesyncd };

Kind kind_of(const LocalDaemon& daemon) {
  if (daemon.name == "chronyd") return Kind::chrony;
  return daemon.name == "systemd-timesyncd" ? Kind::timesyncd : Kind::ntpd;
}

std::string span_in_words(double seconds) {
  if (seconds < 300) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 7200) return fmt::format("{:.0f} min", std::ceil(seconds / 60));
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string offset_in_words(double seconds) {
  const double size = std::abs(seconds);
  return size < 1 ? fmt::format("{:.0f} ms", size * 1e3) : fmt::format("{:.2f} s", size);
}

bool names_local_clock(std::string_view name) {
  return name.starts_with("127.127.1.") || name.starts_with("LOCAL(") || name == "LOCL";
}

bool has_answered(const DaemonSource& source) {
  return source.last_answer_s.known() || source.answered.value_or(0) > 0;
}

bool answers_now(const DaemonSource& source) {
  return !source.answered.known() || source.answered.value() > 0;
}

bool is_followed(const DaemonSource& source) {
  return source.state == "selected" || source.state == "combined";
}

/// Further answers until a source may be selected; nothing where answers are not what it lacks.
std::optional<int> answers_missing(Kind kind, const DaemonSource& source) {
  if (!has_answered(source) || source.selectable.value_or(true)) return std::nullopt;
  if (kind == Kind::chrony) {
    const std::int64_t missing = kChronySamples - source.answered.value_or(0);
    return missing > 0 ? std::optional(static_cast<int>(missing)) : std::nullopt;
  }
  if (kind != Kind::ntpd || !source.dispersion_s.known() || !source.root_distance_s.known()) {
    return std::nullopt;
  }
  double dispersion = source.dispersion_s.value();
  const double rest = source.root_distance_s.value() - dispersion;
  if (rest >= kMaxRootDistance) return std::nullopt;
  int missing = 0;
  for (; dispersion + rest >= kMaxRootDistance && missing < kPolls; ++missing)
    dispersion /= 2;
  return missing > 0 ? std::optional(missing) : std::nullopt;
}

std::string answered_in_words(const DaemonSource& source) {
  if (!source.answered.known()) return source.name;
  return fmt::format("{}: {} of its last {} polls answered (reach {:03o})", source.name,
                     source.answered.value(), kPolls, source.reach.value_or(0));
}

class Judgement {
 public:
  explicit Judgement(LocalDaemon& daemon) : daemon_(daemon), kind_(kind_of(daemon)) {}

  void judge() {
    daemon_.selectable_in_s = Fact<double>::unknown("no source is about to become selectable");
    daemon_.will_step = will_step();
    if (follows_itself()) {
      daemon_.verdict = "unsynchronised";
      say(fmt::format(
          "it follows this guest's own clock (refid {}), which nothing steers, whatever "
          "its stratum says",
          daemon_.refid.value()));
    } else if (says_synchronised()) {
      judge_synchronised();
    } else {
      judge_unsynchronised();
    }
    add_frequency();
    add_kernel();
  }

 private:
  void say(std::string reason) { daemon_.reasons.push_back(std::move(reason)); }

  [[nodiscard]] bool says_synchronised() const {
    return daemon_.leap.value_or(kLeapUnsynchronised) != kLeapUnsynchronised &&
           daemon_.stratum.value_or(kStratumUnsynchronised) < kStratumUnsynchronised;
  }

  [[nodiscard]] bool follows_itself() const {
    return says_synchronised() && (names_local_clock(daemon_.refid.value_or("")) ||
                                   std::any_of(daemon_.sources.begin(), daemon_.sources.end(),
                                               [](const DaemonSource& source) {
                                                 return source.state == "selected" &&
                                                        names_local_clock(source.name);
                                               }));
  }

  [[nodiscard]] const DaemonSource* followed() const {
    const auto found = std::find_if(daemon_.sources.begin(), daemon_.sources.end(), is_followed);
    return found == daemon_.sources.end() ? nullptr : &*found;
  }

  /// The source whose offset decides about a step: the one followed, else the nearest to selection.
  [[nodiscard]] const DaemonSource* next_followed() const {
    if (const DaemonSource* const source = followed()) return source;
    const DaemonSource* nearest = nullptr;
    for (const DaemonSource& source : daemon_.sources) {
      if (!source.offset_s.known() || names_local_clock(source.name)) continue;
      if (nearest == nullptr || source.root_distance_s.value_or(kMaxDispersion) <
                                    nearest->root_distance_s.value_or(kMaxDispersion)) {
        nearest = &source;
      }
    }
    return nearest;
  }

  [[nodiscard]] Fact<bool> will_step() const {
    if (kind_ == Kind::chrony) {
      return Fact<bool>::unknown("makestep in its configuration decides, and it does not tell it");
    }
    if (kind_ == Kind::timesyncd) {
      return Fact<bool>::unknown("it does not tell how far off the clock was");
    }
    const DaemonSource* const source = next_followed();
    if (source == nullptr || !source->offset_s.known()) {
      return Fact<bool>::unknown("no source has told an offset yet");
    }
    return std::abs(source->offset_s.value()) > kStep;
  }

  void judge_synchronised() {
    daemon_.verdict = "synchronised";
    const double age = daemon_.reference_age_s.value_or(0);
    const double interval = longest_interval();
    const double polls = kind_ == Kind::timesyncd ? kStalePollsTimesyncd : kStalePolls;
    const bool heard = std::any_of(daemon_.sources.begin(), daemon_.sources.end(), answers_now);
    const bool overdue = interval > 0 && age > interval * polls;
    if (!heard || overdue) {
      daemon_.verdict = "stale";
      std::string reason = "it says that it is synchronised";
      if (daemon_.reference_age_s.known()) {
        reason += fmt::format(", and last updated the clock {} ago", span_in_words(age));
        if (interval > 0) reason += fmt::format(" (it asks every {})", span_in_words(interval));
      }
      if (daemon_.sources.empty()) {
        reason += ": it has no source any more";
      } else {
        reason += heard ? ": its sources no longer serve"
                        : ": none of its sources answered its last eight polls";
      }
      say(std::move(reason));
    } else if (const DaemonSource* const source = followed()) {
      say("it follows " + source->name);
      add_ignored_step(*source);
    } else {
      daemon_.verdict = "stale";
      say("it says that it is synchronised, and follows none of its sources now");
    }
  }

  /// Of all sources, so that one asked seldom makes nobody stale.
  [[nodiscard]] double longest_interval() const {
    double longest = daemon_.update_interval_s.value_or(0);
    for (const DaemonSource& source : daemon_.sources)
      longest = std::max(longest, source.poll_s.value_or(0));
    return longest;
  }

  void add_ignored_step(const DaemonSource& source) {
    if (kind_ != Kind::ntpd || !daemon_.will_step.value_or(false)) return;
    say(
        fmt::format("offset {} > {:.0f} ms: it takes that for a spike, and steps the clock if it "
                    "lasts for {:.0f} s",
                    offset_in_words(source.offset_s.value()), kStep * 1e3, kStepout));
  }

  void judge_unsynchronised() {
    const bool any = std::any_of(
        daemon_.sources.begin(), daemon_.sources.end(),
        [](const auto& source) { return has_answered(source) && !names_local_clock(source.name); });
    daemon_.verdict = any ? "not-yet" : "unsynchronised";
    const std::string meaning = refid_meaning(daemon_.refid.value_or(""));
    if (!meaning.empty() && kind_ == Kind::ntpd) {
      say(fmt::format("refid {}: {}", daemon_.refid.value(), meaning));
    }
    if (daemon_.sources.empty()) {
      say("it has no source to ask");
    } else if (!any) {
      say(daemon_.sources.size() == 1
              ? daemon_.sources.front().name + " has not answered it"
              : fmt::format("none of its {} sources has answered it", daemon_.sources.size()));
    }
    for (const DaemonSource& source : daemon_.sources)
      add_waiting(source);
    if (const DaemonSource* const source = followed()) {
      if (has_answered(*source)) add_selected_only(*source);
    } else if (daemon_.will_step.value_or(false)) {
      say(
          fmt::format("offset {} > {:.0f} ms: it steps the clock when it first selects a source, "
                      "then starts over (refid STEP, stratum 16) and needs four more answers",
                      offset_in_words(next_followed()->offset_s.value()), kStep * 1e3));
    }
    if (kind_ == Kind::timesyncd && !daemon_.sources.empty()) {
      say(fmt::format("it asks again every {}", span_in_words(longest_interval())));
    }
  }

  void add_selected_only(const DaemonSource& source) {
    say(fmt::format("it has selected {} and not taken its time yet", source.name));
    add_ignored_step(source);
  }

  void add_waiting(const DaemonSource& source) {
    if (names_local_clock(source.name)) {
      say(
          fmt::format("{}: its own clock, which ntpd selects {:.0f} s after its start at the "
                      "earliest and which cures nothing",
                      source.name, kStepout));
      return;
    }
    if (source.state == "falseticker") {
      say(answered_in_words(source) + "; its time contradicts the others'");
      return;
    }
    const std::optional<int> missing = answers_missing(kind_, source);
    if (!missing) return;
    const double poll = source.poll_s.value_or(0);
    std::string reason = answered_in_words(source);
    if (kind_ == Kind::ntpd) {
      reason += fmt::format(
          ", dispersion {:.2f} s; selectable below a root distance of {:.1f} s, after {} more "
          "answer{}",
          source.dispersion_s.value(), kMaxRootDistance, *missing, *missing == 1 ? "" : "s");
    } else {
      reason += fmt::format("; selectable from {} answers on", kChronySamples);
    }
    if (poll > 0) {
      const double wait = poll * *missing;
      reason += fmt::format(", in {} at most ({:.0f} s with iburst)", span_in_words(wait),
                            kBurstInterval * *missing);
      daemon_.selectable_in_s = std::min(daemon_.selectable_in_s.value_or(wait), wait);
    }
    say(std::move(reason));
  }

  void add_frequency() {
    if (kind_ == Kind::chrony || !daemon_.frequency_ppm.known()) return;
    if (std::abs(daemon_.frequency_ppm.value()) < kFrequencyLimit) return;
    say(
        fmt::format("it corrects by {:.0f} ppm, the most it can: a clock that drifts by more is "
                    "never right, look at the clocksource",
                    kFrequencyLimit));
  }

  void add_kernel() {
    if (daemon_.verdict == "synchronised" || !daemon_.kernel_synchronised.value_or(false)) return;
    say(
        fmt::format("the kernel's flag still says synchronised (timedatectl shows that): it is "
                    "dropped {:.0f} h after the last update",
                    std::floor(kKernelForgets / 3600)));
  }

  LocalDaemon& daemon_;
  Kind kind_;
};

}  // namespace

void judge_daemon(LocalDaemon& daemon) {
  Judgement(daemon).judge();
}

LocalDaemon unknown_daemon(const std::string& name, const std::string& reason) {
  LocalDaemon daemon;
  daemon.name = name;
  daemon.verdict = "unknown";
  daemon.reasons = {reason};
  for (Fact<double>* const fact :
       {&daemon.offset_s, &daemon.frequency_ppm, &daemon.root_delay_s, &daemon.root_dispersion_s,
        &daemon.root_distance_s, &daemon.reference_age_s, &daemon.update_interval_s,
        &daemon.selectable_in_s}) {
    *fact = Fact<double>::unknown(reason);
  }
  daemon.stratum = Fact<std::int64_t>::unknown(reason);
  daemon.leap = Fact<std::int64_t>::unknown(reason);
  daemon.refid = Fact<std::string>::unknown(reason);
  daemon.kernel_synchronised = Fact<bool>::unknown(reason);
  daemon.will_step = Fact<bool>::unknown(reason);
  return daemon;
}

}  // namespace guestclock::measure
