#include "measure/chrony_report.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"

namespace guestclock::measure {
namespace {

using model::Fact;

constexpr std::size_t kTrackingValues = 14;
constexpr std::size_t kSourceValues = 10;
constexpr std::size_t kSourcesMax = 64;
constexpr std::int64_t kNeverAnswered = 4'294'967'295;  // its 32-bit "no sample yet"
constexpr std::uint32_t kLocalRefid = 0x7F7F0101;       // 127.127.1.1: its `local` directive
constexpr std::int64_t kUnsynchronisedStratum = 16;
constexpr std::int64_t kStratumMax = 255;
constexpr int kPollLimit = 24;  // log2 s, both ways

std::vector<std::string_view> values(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t comma = line.find(',');
    out.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos || out.size() > kTrackingValues) return out;
    line.remove_prefix(comma + 1);
  }
}

tl::unexpected<Error> strange(std::string_view line) {
  return fail(ErrorCode::malformed, "chronyc says what it should not: " + printable(line, 80));
}

template <class T>
std::optional<T> parse_based(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> leap_of(std::string_view words) {
  static constexpr std::array<std::string_view, 4> kLeaps{"Normal", "Insert second",
                                                          "Delete second", "Not synchronised"};
  for (std::size_t i = 0; i < kLeaps.size(); ++i) {
    if (kLeaps[i] == words) return static_cast<std::int64_t>(i);
  }
  return std::nullopt;
}

std::string refid_in_words(std::uint32_t refid, std::string_view name) {
  if (refid == kLocalRefid) return "127.127.1.1";
  if (!name.empty()) return printable(name, 80);
  return refid == 0 ? std::string() : std::string("unnamed");
}

std::optional<std::string> state_of(std::string_view sign) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kStates{{
      {"*", "selected"},
      {"+", "combined"},
      {"-", "usable"},
      {"x", "falseticker"},
      {"~", "jittery"},
      {"?", "not-usable"},
  }};
  for (const auto& [known, state] : kStates) {
    if (known == sign) return std::string(state);
  }
  return std::nullopt;
}

std::optional<model::DaemonSource> source_of(std::string_view line) {
  const std::vector<std::string_view> all = values(line);
  if (all.size() != kSourceValues) return std::nullopt;
  const auto state = state_of(all[1]);
  const auto stratum = parse_int(all[3]);
  const auto poll = parse_int(all[4]);
  const auto reach = parse_based<std::uint8_t>(all[5], 8);
  const auto last = parse_int(all[6]);
  const auto offset = parse_number(all[7]);
  const auto error = parse_number(all[9]);
  if (!state || !stratum || *stratum < 0 || *stratum > kStratumMax || !poll ||
      *poll < -kPollLimit || *poll > kPollLimit || !reach || !last || !offset || !error) {
    return std::nullopt;
  }
  model::DaemonSource source;
  source.name = printable(all[2], 80);
  source.state = *state;
  source.poll_s = std::ldexp(1.0, static_cast<int>(*poll));
  source.reach = *reach;
  source.answered = std::popcount(*reach);
  source.dispersion_s = Fact<double>::unknown("chronyd tells the root distance alone");
  source.selectable = *state != "not-usable";
  if (*last == kNeverAnswered) {
    const std::string silent = "it has never answered";
    source.stratum = Fact<std::int64_t>::unknown(silent);
    source.last_answer_s = Fact<double>::unknown(silent);
    source.offset_s = Fact<double>::unknown(silent);
    source.root_distance_s = Fact<double>::unknown(silent);
    return source;
  }
  source.stratum = *stratum;
  source.last_answer_s = static_cast<double>(std::max<std::int64_t>(*last, 0));
  source.offset_s = -*offset;
  source.root_distance_s = *error;
  return source;
}

}  // namespace

Result<model::LocalDaemon> parse_chrony_tracking(std::string_view text, Nanoseconds now) {
  const std::string_view line = trim(text);
  const std::vector<std::string_view> all = values(line);
  if (all.size() != kTrackingValues) return strange(line);
  const auto refid = parse_based<std::uint32_t>(all[0], 16);
  const auto stratum = parse_int(all[2]);
  const auto leap = leap_of(all[13]);
  std::array<double, 10> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = parse_number(all[3 + i]);
    if (!number) return strange(line);
    numbers[i] = *number;
  }
  if (!refid || !stratum || *stratum < 0 || *stratum > kStratumMax || !leap) return strange(line);
  const auto [reference, system_time, last_offset, rms, frequency, residual, skew, root_delay,
              root_dispersion, interval] = numbers;

  model::LocalDaemon daemon;
  daemon.leap = *leap;
  daemon.stratum = *leap == 3 ? kUnsynchronisedStratum : *stratum;
  daemon.refid = refid_in_words(*refid, all[1]);
  daemon.frequency_ppm = frequency;
  if (reference <= 0) {
    const std::string never = "it has never updated the clock";
    for (Fact<double>* const fact :
         {&daemon.offset_s, &daemon.root_delay_s, &daemon.root_dispersion_s,
          &daemon.root_distance_s, &daemon.reference_age_s, &daemon.update_interval_s}) {
      *fact = Fact<double>::unknown(never);
    }
    return daemon;
  }
  daemon.offset_s = system_time;
  daemon.root_delay_s = root_delay;
  daemon.root_dispersion_s = root_dispersion;
  daemon.root_distance_s = root_delay / 2 + root_dispersion;
  daemon.reference_age_s = std::max(to_seconds(now) - reference, 0.0);
  daemon.update_interval_s = interval;
  return daemon;
}

Result<std::vector<model::DaemonSource>> parse_chrony_sources(std::string_view text) {
  std::vector<model::DaemonSource> sources;
  for (const std::string_view line : lines(text)) {
    if (trim(line).empty()) continue;
    if (sources.size() == kSourcesMax) break;
    auto source = source_of(trim(line));
    if (!source) return strange(line);
    sources.push_back(std::move(*source));
  }
  return sources;
}

}  // namespace guestclock::measure
