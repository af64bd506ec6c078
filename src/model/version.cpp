#include "model/version.h"

#include <string>
#include <vector>

namespace guestclock::model {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The leading numeric components as digits without leading zeros ("" is 0): versions from outside
/// may be longer than any integer type.
std::vector<std::string_view> components(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t at = 0;
  while (at < text.size() && is_digit(text[at])) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    while (at < end && text[at] == '0')
      ++at;
    parts.push_back(text.substr(at, end - at));
    if (end == text.size() || text[end] != '.') break;
    at = end + 1;
  }
  return parts;
}

std::strong_ordering compare_digits(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_components(const std::vector<std::string_view>& left,
                                        const std::vector<std::string_view>& right) {
  for (std::size_t i = 0; i < right.size(); ++i) {
    const std::strong_ordering order =
        compare_digits(i < left.size() ? left[i] : std::string_view{}, right[i]);
    if (order != std::strong_ordering::equal) return order;
  }
  return std::strong_ordering::equal;
}

/// What stands behind the first '-': "128.el5".
std::string_view build_of(std::string_view version) {
  const std::size_t dash = version.find('-');
  return dash == std::string_view::npos ? std::string_view() : version.substr(dash + 1);
}

}  // namespace

std::optional<std::strong_ordering> compare_version(std::string_view version,
                                                    std::string_view bound) {
  const std::vector<std::string_view> left = components(version);
  const std::vector<std::string_view> right = components(bound);
  if (left.empty() || right.empty()) return std::nullopt;
  const std::strong_ordering order = compare_components(left, right);
  if (order != std::strong_ordering::equal) return order;
  const std::vector<std::string_view> build = components(build_of(version));
  return build.empty() ? order : compare_components(build, components(build_of(bound)));
}

}  // namespace guestclock::model
