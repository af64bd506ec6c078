#include <algorithm>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/text.h"
#include "measure/measure.h"

namespace guestclock::measure {
namespace {

constexpr std::size_t kLongestName = 255;  // RFC 1035 section 2.3.4

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (text.front() == '-' || text.front() == '.') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

/// An address, perhaps with its scope ("fe80::1%eth0").
bool is_ipv6_literal(std::string_view text) {
  if (text.size() > kLongestName) return false;
  const std::size_t percent = text.find('%');
  if (percent != std::string_view::npos && !is_host_name(text.substr(percent + 1))) return false;
  const std::string digits(text.substr(0, percent));
  in6_addr address{};
  return ::inet_pton(AF_INET6, digits.c_str(), &address) == 1;
}

tl::unexpected<Error> no_server(std::string_view text, std::string why) {
  return fail(ErrorCode::usage, "'" + printable(text) + "' names no NTP server: " + why, {},
              "use HOST, HOST:PORT or [IPV6]:PORT");
}

}  // namespace

Result<ServerName> parse_server(std::string_view text) {
  if (is_ipv6_literal(text)) return ServerName{std::string(text), 123};

  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return no_server(text, "']' is missing");
    host = text.substr(1, close - 1);
    if (!is_ipv6_literal(host)) return no_server(text, "no IPv6 address stands in the brackets");
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return no_server(text, "only :PORT may follow ']'");
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = text.find(':');
    has_port = colon != std::string_view::npos;
    host = text.substr(0, colon);
    if (has_port) port = text.substr(colon + 1);
    if (!is_host_name(host)) return no_server(text, "that is neither a host name nor an address");
  }

  ServerName name{std::string(host), 123};
  if (has_port) {
    const bool digits = !port.empty() && port.find_first_not_of("0123456789") == port.npos;
    const std::optional<std::int64_t> number = digits ? parse_int(port) : std::nullopt;
    if (!number || *number < 1 || *number > 65535) {
      return no_server(text, "the port is a number from 1 to 65535");
    }
    name.port = static_cast<std::uint16_t>(*number);
  }
  return name;
}

}  // namespace guestclock::measure
