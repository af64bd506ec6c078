#include "measure/ntp_control.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::measure {
namespace {

using model::Fact;

constexpr std::uint8_t kVersionAndMode = 2U << 3U | 6U;  // as ntpq sends it
constexpr std::uint8_t kResponse = 0x80;
constexpr std::uint8_t kError = 0x40;
constexpr std::uint8_t kMore = 0x20;
constexpr std::uint8_t kOperation = 0x1f;
constexpr std::size_t kTextMax = std::size_t{64} << 10U;
constexpr std::size_t kVariablesMax = 256;
constexpr std::size_t kAssociationsMax = 64;
constexpr std::size_t kAssociationBytes = 4;

constexpr double kMilliseconds = 1e-3;
constexpr std::int64_t kUnsynchronisedStratum = 16;
constexpr double kNoSamples =
    15.9;                       // dispersion without any: 16 s, a bit less after the first poll
constexpr int kPollLimit = 24;  // log2 s, both ways

std::uint16_t get16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

std::string words_of_error(std::uint8_t code) {
  switch (code) {
    case 1:
      return "it wants authentication";
    case 3:
      return "it does not know the question";
    case 4:
      return "it does not know the association";
    case 7:
      return "it forbids the question";
    default:
      return fmt::format("it refuses with code {}", code);
  }
}

const std::string* text_of(const ControlVariables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? nullptr : &found->second;
}

bool is_stratum(const std::optional<std::int64_t>& value) {
  return value && *value >= 0 && *value <= 255;
}

/// Decimal, or hexadecimal with 0x.
std::optional<std::int64_t> integer_of(const ControlVariables& variables, std::string_view name) {
  const std::string* const text = text_of(variables, name);
  if (text == nullptr) return std::nullopt;
  if (!text->starts_with("0x")) return parse_int(*text);
  std::uint32_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data() + 2, end, value, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<double> number_of(const ControlVariables& variables, std::string_view name) {
  const std::string* const text = text_of(variables, name);
  return text == nullptr ? std::nullopt : parse_number(*text);
}

Fact<double> scaled(const ControlVariables& variables, std::string_view name, double unit) {
  const auto value = number_of(variables, name);
  return value ? Fact<double>(*value == 0 ? 0 : *value * unit)
               : Fact<double>::unknown(fmt::format("ntpd does not tell {}", name));
}

/// "0xeeb473d5.f8b9794f" as seconds since 1900; nothing for zero: never.
std::optional<double> timestamp_of(const ControlVariables& variables, std::string_view name) {
  const std::string* const text = text_of(variables, name);
  if (text == nullptr || !text->starts_with("0x")) return std::nullopt;
  const std::size_t dot = text->find('.');
  if (dot == std::string::npos) return std::nullopt;
  std::uint32_t seconds = 0;
  std::uint32_t fraction = 0;
  const char* const middle = text->data() + dot;
  const char* const end = text->data() + text->size();
  const auto whole = std::from_chars(text->data() + 2, middle, seconds, 16);
  const auto rest = std::from_chars(middle + 1, end, fraction, 16);
  if (whole.ec != std::errc{} || whole.ptr != middle || rest.ec != std::errc{} || rest.ptr != end ||
      (seconds == 0 && fraction == 0)) {
    return std::nullopt;
  }
  return seconds + std::ldexp(fraction, -32);
}

/// From the timestamp `name` to the daemon's `clock`.
Fact<double> age_of(const ControlVariables& variables, std::string_view name,
                    const ControlVariables& system, const char* never) {
  const auto then = timestamp_of(variables, name);
  if (!then) return Fact<double>::unknown(never);
  const auto now = timestamp_of(system, "clock");
  if (!now) return Fact<double>::unknown("ntpd does not tell its time");
  return std::max(*now - *then, 0.0);
}

Fact<double> power_of_two(const ControlVariables& variables, std::string_view name) {
  const auto exponent = integer_of(variables, name);
  if (!exponent || *exponent < -kPollLimit || *exponent > kPollLimit) {
    return Fact<double>::unknown(fmt::format("ntpd does not tell {}", name));
  }
  return std::ldexp(1.0, static_cast<int>(*exponent));
}

std::string state_of(std::uint16_t status) {
  // RFC 9327 section 4.2: reject, falseticker, excess, outlier, candidate, backup, system peer,
  // pps.
  static constexpr std::array<std::string_view, 8> kStates{"not-usable", "falseticker", "usable",
                                                           "usable",     "combined",    "usable",
                                                           "selected",   "selected"};
  return std::string(kStates[status >> 8U & 7U]);
}

}  // namespace

std::array<std::uint8_t, kControlHeaderBytes> encode(const ControlRequest& request) {
  std::array<std::uint8_t, kControlHeaderBytes> bytes{};
  bytes[0] = kVersionAndMode;
  bytes[1] = static_cast<std::uint8_t>(request.operation);
  bytes[2] = static_cast<std::uint8_t>(request.sequence >> 8U);
  bytes[3] = static_cast<std::uint8_t>(request.sequence & 0xffU);
  bytes[6] = static_cast<std::uint8_t>(request.association >> 8U);
  bytes[7] = static_cast<std::uint8_t>(request.association & 0xffU);
  return bytes;
}

Result<void> ControlAnswer::add(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < kControlHeaderBytes || (datagram[0] & 7U) != (kVersionAndMode & 7U) ||
      (datagram[1] & kResponse) == 0 ||
      (datagram[1] & kOperation) != static_cast<std::uint8_t>(request_.operation) ||
      get16(datagram, 2) != request_.sequence || get16(datagram, 6) != request_.association) {
    return {};
  }
  const std::uint16_t status = get16(datagram, 4);
  if ((datagram[1] & kError) != 0) {
    return fail(ErrorCode::io, words_of_error(static_cast<std::uint8_t>(status >> 8U)));
  }
  const std::size_t offset = get16(datagram, 8);
  const std::size_t count = get16(datagram, 10);
  if (count > datagram.size() - kControlHeaderBytes || offset + count > kTextMax) return {};
  const auto data = datagram.subspan(kControlHeaderBytes, count);
  fragments_.insert_or_assign(offset, std::string(data.begin(), data.end()));
  if ((datagram[1] & kMore) == 0) {
    end_ = offset + count;
    last_came_ = true;
    status_ = status;
  }
  return {};
}

bool ControlAnswer::complete() const {
  if (!last_came_) return false;
  std::size_t covered = 0;
  for (const auto& [offset, bytes] : fragments_) {
    if (offset > covered) break;
    covered = std::max(covered, offset + bytes.size());
  }
  return covered >= end_;
}

std::string ControlAnswer::text() const {
  std::string text(end_, '\0');
  for (const auto& [offset, bytes] : fragments_) {
    if (offset < end_)
      text.replace(offset, std::min(bytes.size(), end_ - offset), bytes, 0, end_ - offset);
  }
  return text;
}

ControlVariables parse_control_variables(std::string_view text) {
  ControlVariables variables;
  while (!text.empty() && variables.size() < kVariablesMax) {
    const std::size_t mark = text.find_first_of("=,");
    if (mark == std::string_view::npos) break;
    const std::string_view name = trim(text.substr(0, mark));
    const bool assigned = text[mark] == '=';
    text.remove_prefix(mark + 1);
    if (!assigned) continue;
    std::size_t end = text.find(',');
    std::string_view value = text.substr(0, end);
    if (text.starts_with('"')) {
      const std::size_t quote = text.find('"', 1);
      if (quote != std::string_view::npos) {
        value = text.substr(1, quote - 1);
        end = text.find(',', quote);
      }
    }
    if (!name.empty()) variables.insert_or_assign(std::string(name), std::string(trim(value)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return variables;
}

std::vector<ControlAssociation> parse_control_associations(std::string_view text) {
  std::vector<ControlAssociation> all;
  const auto word = [&text](std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(text[at]) << 8U |
                                      static_cast<std::uint8_t>(text[at + 1]));
  };
  while (text.size() >= kAssociationBytes && all.size() < kAssociationsMax) {
    all.push_back({word(0), word(2)});
    text.remove_prefix(kAssociationBytes);
  }
  return all;
}

Result<model::LocalDaemon> daemon_of(const ControlVariables& system) {
  const auto stratum = integer_of(system, "stratum");
  const auto leap = integer_of(system, "leap");
  if (!is_stratum(stratum) || !leap || *leap < 0 || *leap > 3) {
    return fail(ErrorCode::malformed, "ntpd does not tell its stratum and leap state");
  }
  model::LocalDaemon daemon;
  daemon.stratum = *stratum == 0 ? kUnsynchronisedStratum : *stratum;
  daemon.leap = *leap;
  const std::string* const refid = text_of(system, "refid");
  daemon.refid = refid != nullptr ? Fact<std::string>(printable(*refid, 80))
                                  : Fact<std::string>::unknown("ntpd does not tell refid");
  daemon.offset_s = scaled(system, "offset", kMilliseconds);
  daemon.frequency_ppm = scaled(system, "frequency", -1);
  daemon.root_delay_s = scaled(system, "rootdelay", kMilliseconds);
  daemon.root_dispersion_s = scaled(system, "rootdisp", kMilliseconds);
  daemon.root_distance_s =
      daemon.root_delay_s.known() && daemon.root_dispersion_s.known()
          ? Fact<double>(daemon.root_delay_s.value() / 2 + daemon.root_dispersion_s.value())
          : Fact<double>::unknown("ntpd does not tell rootdelay and rootdisp");
  daemon.reference_age_s = age_of(system, "reftime", system, "it has never updated the clock");
  daemon.update_interval_s = power_of_two(system, "tc");
  if (!daemon.reference_age_s.known()) {
    const std::string& never = daemon.reference_age_s.reason();
    daemon.offset_s = Fact<double>::unknown(never);
    daemon.root_distance_s = Fact<double>::unknown(never);
    daemon.update_interval_s = Fact<double>::unknown(never);
  }
  return daemon;
}

bool is_pool_entry(const ControlVariables& peer) {
  const std::string* const refid = text_of(peer, "refid");
  return refid != nullptr && *refid == "POOL";
}

model::DaemonSource source_of(const ControlAssociation& association, const ControlVariables& peer,
                              const ControlVariables& system) {
  model::DaemonSource source;
  const std::string* name = text_of(peer, "srchost");
  if (name == nullptr || name->empty()) name = text_of(peer, "srcadr");
  source.name = name != nullptr ? printable(*name, 80) : fmt::format("source {}", association.id);
  source.state = state_of(association.status);
  const auto reach = integer_of(peer, "reach");
  if (reach) {
    source.reach = *reach & 0xff;
    source.answered = std::popcount(static_cast<std::uint8_t>(*reach & 0xff));
  } else {
    source.reach = Fact<std::int64_t>::unknown("ntpd does not tell reach");
    source.answered = Fact<std::int64_t>::unknown("ntpd does not tell reach");
  }
  source.poll_s = power_of_two(peer, "hpoll");
  source.dispersion_s = scaled(peer, "dispersion", kMilliseconds);
  const std::string silent = "no answer of it counts yet";
  source.last_answer_s = age_of(peer, "rec", system, silent.c_str());
  if (source.dispersion_s.known() && source.dispersion_s.value() > kNoSamples) {
    source.stratum = Fact<std::int64_t>::unknown(silent);
    source.offset_s = Fact<double>::unknown(silent);
    source.root_distance_s = Fact<double>::unknown(silent);
    source.selectable = false;
    return source;
  }
  const auto stratum = integer_of(peer, "stratum");
  source.stratum = is_stratum(stratum) ? Fact<std::int64_t>(*stratum)
                                       : Fact<std::int64_t>::unknown("ntpd does not tell stratum");
  source.offset_s = scaled(peer, "offset", kMilliseconds);
  const auto root_delay = number_of(peer, "rootdelay");
  const auto root_dispersion = number_of(peer, "rootdisp");
  const auto delay = number_of(peer, "delay");
  source.root_distance_s =
      root_delay && root_dispersion && delay && source.dispersion_s.known()
          ? Fact<double>(((*root_delay + *delay) / 2 + *root_dispersion) * kMilliseconds +
                         source.dispersion_s.value())
          : Fact<double>::unknown("ntpd does not tell all parts of it");
  const auto flash = integer_of(peer, "flash");
  source.selectable = flash ? *flash == 0 : source.state != "not-usable";
  return source;
}

}  // namespace guestclock::measure
