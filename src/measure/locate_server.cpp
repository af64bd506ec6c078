#include <algorithm>

#include "base/text.h"
#include "measure/measure.h"
#include "measure/ntp_client.h"

namespace guestclock::measure {
namespace {

// A pool's name has four addresses of either family.
constexpr std::size_t kMostAddresses = 8;

bool is_own(const system::Endpoint& endpoint) {
  return endpoint.is_loopback() || endpoint.is_private();
}

}  // namespace

LocatedServer locate_server(const system::Network& network, std::string_view text) {
  LocatedServer server;
  const Result<ServerName> name = parse_server(text);
  if (!name) {
    server.address = printable(text);
    server.no_address = name.error().message;
    return server;
  }
  const bool ipv6 = name->host.find(':') != std::string::npos;
  server.address = (ipv6 ? "[" + name->host + "]" : name->host) + ":" + std::to_string(name->port);
  const auto endpoints = network.resolve(name->host, name->port);
  if (!endpoints) {
    server.no_address = "cannot resolve " + name->host + ": " + endpoints.error().message;
    return server;
  }
  server.no_address = "cannot resolve " + name->host + ": the name has no address";
  for (const system::Endpoint& endpoint : *endpoints) {
    if (server.endpoints.size() == kMostAddresses) break;
    const auto way = network.open(endpoint, system::Network::Answers::from_endpoint);
    if (way) {
      server.endpoints.push_back(endpoint);
    } else {
      server.no_address = describe(way.error());
    }
  }
  if (server.endpoints.empty()) return server;
  server.no_address.clear();
  server.own = std::all_of(server.endpoints.begin(), server.endpoints.end(), is_own);
  return server;
}

}  // namespace guestclock::measure
