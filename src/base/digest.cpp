#include "base/digest.h"

#include <array>

#include <sha2.h>

namespace guestclock {

std::string sha256_hex(std::string_view bytes) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
  SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), text.data());
  return {text.data()};
}

}  // namespace guestclock
