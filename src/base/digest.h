// SHA-256 of bytes, by libmd.
#pragma once

#include <string>
#include <string_view>

namespace guestclock {

/// 64 lower-case hexadecimal digits (FIPS 180-4).
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace guestclock
