#include "measure/exchange_file.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::measure {
namespace {

constexpr int kDecimals = 9;
constexpr std::size_t kStamps = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Digits of a decimal number without its point: digits * 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

/// [+-] digits [. digits] [e [+-] digits], with a digit on either side of the point.
std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal number;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    number.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto take_digits = [&] {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count]))
      ++count;
    number.digits += text.substr(0, count);
    text.remove_prefix(count);
    return static_cast<std::int64_t>(count);
  };
  take_digits();
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    number.exponent = -take_digits();
  }
  if (number.digits.empty()) return std::nullopt;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    const std::optional<std::int64_t> exponent = parse_int(text);
    constexpr std::int64_t kLargest = 1000;
    if (!exponent || *exponent < -kLargest || *exponent > kLargest) return std::nullopt;
    number.exponent += *exponent;
    text = {};
  }
  return text.empty() ? std::optional(number) : std::nullopt;
}

/// Nothing where it is no number or its nanoseconds do not fit 64 bits.
std::optional<Nanoseconds> parse_seconds(std::string_view text) {
  std::optional<Decimal> number = parse_decimal(text);
  if (!number) return std::nullopt;
  std::string& digits = number->digits;
  // As many digits as there are whole nanoseconds; the next one says which way to round.
  const std::int64_t shift = number->exponent + kDecimals;
  bool round_up = false;
  if (shift < 0) {
    const auto cut = static_cast<std::size_t>(-shift);
    if (cut > digits.size()) return Nanoseconds(0);
    round_up = digits[digits.size() - cut] >= '5';
    digits.resize(digits.size() - cut);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (shift > 0 && !digits.empty()) digits.append(static_cast<std::size_t>(shift), '0');
  if (digits.empty()) digits = "0";
  const std::optional<std::int64_t> whole = parse_int(digits);
  if (!whole || *whole == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  const std::int64_t rounded = *whole + (round_up ? 1 : 0);
  return Nanoseconds(number->negative ? -rounded : rounded);
}

std::string stamps_in_text(const model::Exchange& exchange) {
  std::string text;
  for (const Nanoseconds stamp : {exchange.t1, exchange.t2, exchange.t3, exchange.t4}) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const std::int64_t count = stamp.count();
    const auto size =
        count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    text += fmt::format("{}{}{}.{:09}", text.empty() ? "" : " ", count < 0 ? "-" : "",
                        size / kSecond, size % kSecond);
  }
  return text;
}

}  // namespace

Result<std::vector<model::Exchange>> parse_exchanges(std::string_view text,
                                                     const std::string& path) {
  std::vector<model::Exchange> exchanges;
  std::size_t number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto malformed = [&](const std::string& what) {
      return fail(ErrorCode::malformed, what + "; expected t1 t2 t3 t4 in seconds",
                  fmt::format("{}:{}", path, number));
    };
    const std::vector<std::string> fields = words(line);
    if (fields.size() != kStamps) return malformed(fmt::format("{} fields", fields.size()));
    std::array<Nanoseconds, kStamps> stamps{};
    for (std::size_t i = 0; i < kStamps; ++i) {
      const std::optional<Nanoseconds> stamp = parse_seconds(fields[i]);
      if (!stamp) {
        return malformed("'" + printable(fields[i]) +
                         "' is no number of seconds that 64-bit nanoseconds hold");
      }
      stamps.at(i) = *stamp;
    }
    exchanges.push_back({stamps[0], stamps[1], stamps[2], stamps[3]});
  }
  return exchanges;
}

std::string exchange_file(std::span<const RecordedServer> servers) {
  std::string text =
      "# NTP exchanges recorded by guestclock measure --record; guestclock fit reads them.\n"
      "# t1 t2 t3 t4 in seconds: t1 and t4 on CLOCK_MONOTONIC_RAW, t2 and t3 the server's.\n";
  auto chosen = std::find_if(servers.begin(), servers.end(),
                             [](const RecordedServer& server) { return server.gave_drift; });
  if (chosen == servers.end()) {
    chosen = std::find_if(servers.begin(), servers.end(),
                          [](const RecordedServer& server) { return !server.exchanges.empty(); });
  }
  const auto add = [&text](const RecordedServer& server, std::string_view mark) {
    text += fmt::format("# server {}, {} exchanges\n", printable(server.address),
                        server.exchanges.size());
    for (const model::Exchange& exchange : server.exchanges)
      text += fmt::format("{}{}\n", mark, stamps_in_text(exchange));
  };
  if (chosen != servers.end()) add(*chosen, "");
  for (auto server = servers.begin(); server != servers.end(); ++server) {
    if (server != chosen) add(*server, "# ");
  }
  return text;
}

}  // namespace guestclock::measure
