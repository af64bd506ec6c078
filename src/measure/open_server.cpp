#include "base/text.h"
#include "measure/measure.h"
#include "measure/ntp_client.h"

namespace guestclock::measure {

OpenServer open_server(const system::Network& network, std::string_view text) {
  OpenServer server;
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
    Result<std::unique_ptr<system::UdpSocket>> socket = network.open(endpoint);
    if (socket) {
      server.socket = std::move(*socket);
      server.own = endpoint.is_loopback() || endpoint.is_private();
      server.no_address.clear();
      return server;
    }
    server.no_address = describe(socket.error());
  }
  return server;
}

}  // namespace guestclock::measure
