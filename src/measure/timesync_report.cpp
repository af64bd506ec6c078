#include "measure/timesync_report.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"

namespace guestclock::measure {
namespace {

using model::Fact;

constexpr double kKernelFrequencyUnit = 65536;  // adjtimex: 2^-16 ppm
constexpr std::int64_t kUnsynchronisedStratum = 16;

std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
  for (const std::string_view line : lines(text)) {
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=') {
      return trim(line.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

/// A member of "{ Leap=0, Version=4, ... }".
std::optional<std::string_view> member_of(std::string_view message, std::string_view name) {
  while (!message.empty()) {
    const std::size_t comma = message.find(',');
    const std::string_view part = trim(message.substr(0, comma));
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') {
      return part.substr(name.size() + 1);
    }
    if (comma == std::string_view::npos) break;
    message.remove_prefix(comma + 1);
  }
  return std::nullopt;
}

/// systemd.time(7): "34min 8s", "1.500ms", "0"; in seconds.
std::optional<double> seconds_of(std::string_view span) {
  static constexpr std::array<std::pair<std::string_view, double>, 9> kUnits{{
      {"us", 1e-6},
      {"ms", 1e-3},
      {"s", 1},
      {"min", 60},
      {"h", 3600},
      {"d", 86400},
      {"w", 604800},
      {"month", 2629800},
      {"y", 31557600},
  }};
  if (span == "0") return 0;
  double sum = 0;
  const std::vector<std::string> parts = words(span);
  if (parts.empty()) return std::nullopt;
  for (const std::string_view part : parts) {
    const std::size_t digits = part.find_first_not_of("0123456789.");
    if (digits == std::string_view::npos) return std::nullopt;
    const auto number = parse_number(part.substr(0, digits));
    const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& known) {
      return known.first == part.substr(digits);
    });
    if (!number || unit == kUnits.end()) return std::nullopt;
    sum += *number * unit->second;
  }
  return sum;
}

std::optional<int> digits_of(std::string_view text) {
  const auto value = parse_int(text);
  if (!value || text.size() > 4 || *value < 0) return std::nullopt;
  return static_cast<int>(*value);
}

/// "Fri 2026-11-27 21:26:20 UTC", since 1970.
std::optional<Nanoseconds> instant_of(std::string_view text) {
  const std::vector<std::string> parts = words(text);
  if (parts.size() != 4 || parts[3] != "UTC") return std::nullopt;
  const std::string_view date = parts[1];
  const std::string_view time = parts[2];
  if (date.size() != 10 || time.size() < 8 || date[4] != '-' || date[7] != '-' || time[2] != ':' ||
      time[5] != ':') {
    return std::nullopt;
  }
  const auto year = digits_of(date.substr(0, 4));
  const auto month = digits_of(date.substr(5, 2));
  const auto day = digits_of(date.substr(8, 2));
  const auto hour = digits_of(time.substr(0, 2));
  const auto minute = digits_of(time.substr(3, 2));
  const auto second = digits_of(time.substr(6, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  constexpr int kFirstYear = 1970;
  constexpr int kLastYear = 2200;  // nanoseconds of 64 bits end in 2262
  const std::chrono::year_month_day when{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!when.ok() || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  return std::chrono::sys_days(when).time_since_epoch() + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

template <class T>
Fact<T> known_or(const std::optional<T>& value, const char* reason) {
  return value ? Fact<T>(*value) : Fact<T>::unknown(reason);
}

constexpr const char* kNotTold = "timesyncd does not tell it";
constexpr const char* kNoAnswer = "no server has answered it yet";

void set_without_answer(model::LocalDaemon& daemon) {
  daemon.stratum = kUnsynchronisedStratum;
  daemon.leap = 3;
  daemon.refid = std::string();
  for (Fact<double>* const fact : {&daemon.root_delay_s, &daemon.root_dispersion_s,
                                   &daemon.root_distance_s, &daemon.reference_age_s}) {
    *fact = Fact<double>::unknown(kNoAnswer);
  }
}

/// NTPMessage: what the last answer said, and when it came.
void take_answer(std::string_view message, Nanoseconds now, model::LocalDaemon& daemon) {
  const auto number = [&](std::string_view name) -> std::optional<std::int64_t> {
    const auto text = member_of(message, name);
    return text ? parse_int(*text) : std::nullopt;
  };
  const auto span = [&](std::string_view name) -> std::optional<double> {
    const auto text = member_of(message, name);
    return text ? seconds_of(*text) : std::nullopt;
  };
  const auto within = [&](std::string_view name, std::int64_t most) {
    const auto value = number(name);
    return value && *value >= 0 && *value <= most ? value : std::nullopt;
  };
  daemon.leap = known_or(within("Leap", 3), kNotTold);
  const auto stratum = within("Stratum", 255);
  daemon.stratum = stratum ? Fact<std::int64_t>(std::min<std::int64_t>(*stratum, 15) + 1)
                           : Fact<std::int64_t>::unknown(kNotTold);
  daemon.root_delay_s = known_or(span("RootDelay"), kNotTold);
  daemon.root_dispersion_s = known_or(span("RootDispersion"), kNotTold);
  daemon.root_distance_s =
      daemon.root_delay_s.known() && daemon.root_dispersion_s.known()
          ? Fact<double>(daemon.root_delay_s.value() / 2 + daemon.root_dispersion_s.value())
          : Fact<double>::unknown(kNotTold);
  const auto arrived = member_of(message, "DestinationTimestamp");
  const auto instant = arrived ? instant_of(*arrived) : std::nullopt;
  daemon.reference_age_s = instant ? Fact<double>(std::max(to_seconds(now - *instant), 0.0))
                                   : Fact<double>::unknown(kNotTold);
  if (daemon.sources.empty()) return;
  model::DaemonSource& source = daemon.sources.front();
  source.stratum = known_or(stratum, kNotTold);
  source.last_answer_s = daemon.reference_age_s;
  source.root_distance_s = daemon.root_distance_s;
  const bool ignored = member_of(message, "Ignored") == std::string_view("yes");
  source.selectable = !ignored;
  source.state = ignored ? "not-usable" : "selected";
  if (ignored) {
    daemon.reasons.emplace_back(
        "it ignored the last answer: its server's time jumps about, or may be off by more than "
        "RootDistanceMaxSec");
  }
}

}  // namespace

Result<model::LocalDaemon> parse_timesync(std::string_view text, Nanoseconds now) {
  const auto poll = value_of(text, "PollIntervalUSec");
  if (!poll) {
    return fail(ErrorCode::malformed,
                "timedatectl says what it should not: " + printable(trim(text), 80));
  }
  model::LocalDaemon daemon;
  daemon.update_interval_s = known_or(seconds_of(*poll), kNotTold);
  daemon.offset_s = Fact<double>::unknown(kNotTold);
  const auto frequency = value_of(text, "Frequency");
  const auto steered = frequency ? parse_number(*frequency) : std::nullopt;
  daemon.frequency_ppm = steered
                             ? Fact<double>(*steered == 0 ? 0 : -*steered / kKernelFrequencyUnit)
                             : Fact<double>::unknown(kNotTold);
  const std::string_view name = value_of(text, "ServerName").value_or("");
  const std::string_view address = value_of(text, "ServerAddress").value_or("");
  daemon.refid = printable(address.empty() ? name : address, 80);
  if (!name.empty() || !address.empty()) {
    model::DaemonSource source;
    source.name = printable(name.empty() ? address : name, 80);
    source.state = "not-usable";
    source.stratum = Fact<std::int64_t>::unknown(kNoAnswer);
    source.poll_s = daemon.update_interval_s;
    source.reach = Fact<std::int64_t>::unknown(kNotTold);
    source.answered = Fact<std::int64_t>::unknown(kNotTold);
    source.last_answer_s = Fact<double>::unknown(kNoAnswer);
    source.offset_s = Fact<double>::unknown(kNotTold);
    source.dispersion_s = Fact<double>::unknown(kNotTold);
    source.root_distance_s = Fact<double>::unknown(kNoAnswer);
    source.selectable = false;
    daemon.sources.push_back(std::move(source));
  }
  const auto message = value_of(text, "NTPMessage");
  if (message && message->starts_with('{') && message->ends_with('}')) {
    take_answer(message->substr(1, message->size() - 2), now, daemon);
  } else {
    set_without_answer(daemon);
  }
  return daemon;
}

}  // namespace guestclock::measure
