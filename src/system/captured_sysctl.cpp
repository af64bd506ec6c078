#include "system/captured_sysctl.h"

#include <algorithm>

#include "base/text.h"
#include "system/unavailable.h"

namespace guestclock::system {
namespace {

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-' || c == '%';
}

}  // namespace

CapturedSysctl::CapturedSysctl(std::string_view text) {
  for (const std::string_view line : lines(text)) {
    const std::size_t separator = line.find_first_of(":=");
    if (separator == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, separator));
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_byte)) continue;
    values_.emplace(name, trim(line.substr(separator + 1)));
  }
}

Result<std::string> CapturedSysctl::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return tl::make_unexpected(not_in_capture());
  return found->second;
}

Result<std::string> CapturedSysctl::kenv(std::string_view /*name*/) const {
  return tl::make_unexpected(not_in_capture());
}

}  // namespace guestclock::system
