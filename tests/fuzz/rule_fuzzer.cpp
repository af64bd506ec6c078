// Arbitrary bytes as an overlay rule file, and as the tables. The first byte chooses.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tables/tables.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using guestclock::tables::NamedBytes;
  static constexpr std::array<const char*, 5> kNames{"ntp-local-clock.json", "hypervisors.json",
                                                     "thresholds.json", "smearing.json",
                                                     "schema/rule.schema.json"};
  if (size == 0) return 0;
  const NamedBytes file{kNames.at(data[0] % kNames.size()), std::string(data + 1, data + size)};
  const bool valid = guestclock::tables::check({&file, 1}).empty();
  const bool loaded = guestclock::tables::load({&file, 1}).has_value();
  if (valid != loaded) std::abort();
  return 0;
}
