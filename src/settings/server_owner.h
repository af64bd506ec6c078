// Whose is a time server, as far as its name or address in a configuration tells?
#pragma once

#include <string_view>

namespace guestclock::settings {

/// A public one, whose rules of use forbid fast polling: an address that is not private, a name of
/// the NTP pool or of a large public service. Other names may be anybody's: false.
[[nodiscard]] bool is_public_server(std::string_view host);

/// One that the host or its cloud offers on a link of the guest's own: link-local addresses
/// (169.254.169.123 of AWS), fd00:ec2::123, metadata.google.internal.
[[nodiscard]] bool is_host_server(std::string_view host);

}  // namespace guestclock::settings
