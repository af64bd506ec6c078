#include "settings/server_owner.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/text.h"

namespace guestclock::settings {
namespace {

using Octets = std::array<std::int64_t, 4>;

std::optional<Octets> ipv4(std::string_view text) {
  Octets octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto octet = parse_int(text.substr(0, dot));
    if (!octet || *octet < 0 || *octet > 255) return std::nullopt;
    octets.at(i) = *octet;
    if ((dot == text.size()) != (i + 1 == octets.size())) return std::nullopt;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return octets;
}

/// RFC 1918, RFC 6598, loopback, link-local.
bool is_private(const Octets& ip) {
  return ip[0] == 10 || ip[0] == 127 || (ip[0] == 172 && ip[1] / 16 == 1) ||
         (ip[0] == 192 && ip[1] == 168) || (ip[0] == 100 && ip[1] / 64 == 1) ||
         (ip[0] == 169 && ip[1] == 254);
}

bool is_link_local_ipv6(std::string_view address) {
  return address.size() > 3 && address.starts_with("fe") &&
         std::string_view("89ab").find(address[2]) != std::string_view::npos;
}

constexpr auto kPublicServices = std::to_array<std::string_view>(
    {"pool.ntp.org", "time.apple.com", "time.aws.com", "time.cloudflare.com", "time.facebook.com",
     "time.google.com", "time.nist.gov", "time.windows.com", "ntp.ubuntu.com"});

/// "pool.ntp.org" and "2.debian.pool.ntp.org".
bool is_below(std::string_view name, std::string_view domain) {
  if (!name.ends_with(domain)) return false;
  name.remove_suffix(domain.size());
  return name.empty() || name.ends_with('.');
}

}  // namespace

bool is_public_server(std::string_view host) {
  const std::string name = lower(host);
  if (const auto ip = ipv4(name)) return !is_private(*ip);
  if (name.find(':') != std::string::npos) {
    const bool unique_local = name.starts_with("fc") || name.starts_with("fd");
    return name != "::1" && !unique_local && !is_link_local_ipv6(name);
  }
  return std::any_of(kPublicServices.begin(), kPublicServices.end(),
                     [&](std::string_view domain) { return is_below(name, domain); });
}

bool is_host_server(std::string_view host) {
  const std::string name = lower(host);
  if (const auto ip = ipv4(name)) return (*ip)[0] == 169 && (*ip)[1] == 254;
  if (name.find(':') != std::string::npos) {
    return is_link_local_ipv6(name) || name == "fd00:ec2::123";
  }
  return name == "metadata.google.internal" || name == "metadata.google.internal.";
}

}  // namespace guestclock::settings
