#include "base/rfc3339.h"

#include <array>
#include <ctime>

#include "base/text.h"

namespace guestclock {
namespace {

std::tm in_utc(std::chrono::seconds since_1970) {
  const std::time_t seconds = since_1970.count();
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return utc;
}

/// Digits only: no sign, no blank.
std::optional<unsigned> number(std::string_view digits) {
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto value = parse_int(digits);
  if (!value) return std::nullopt;
  return static_cast<unsigned>(*value);
}

}  // namespace

std::string rfc3339(Nanoseconds since_1970) {
  const std::tm utc = in_utc(std::chrono::floor<std::chrono::seconds>(since_1970));
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

std::string rfc3339(Day day) {
  const std::tm utc = in_utc(day.time_since_epoch());
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc)};
}

std::optional<Day> day_from(std::string_view text) {
  if (text.size() != std::string_view("2026-11-23").size()) return std::nullopt;
  if (text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  constexpr std::chrono::year kFirstYear{1970};
  if (!date.ok() || date.year() < kFirstYear) return std::nullopt;
  return Day(date);
}

}  // namespace guestclock
