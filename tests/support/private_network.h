// A network namespace of a test's own: a loopback interface, and nothing else.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace guestclock::support {

/// Why there can be none here; nothing where there can.
[[nodiscard]] std::optional<std::string> no_private_network_reason();

/// Runs `body` on a thread in such a namespace; threads and programs that it starts are in it too.
/// The loopback interface is up, with 127.0.0.1 and `more_addresses` (at most nine, IPv4). Throws
/// std::system_error where that cannot be set up.
void in_private_network(const std::vector<std::string>& more_addresses,
                        const std::function<void()>& body);

}  // namespace guestclock::support
