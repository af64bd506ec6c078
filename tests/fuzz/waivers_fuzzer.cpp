// Arbitrary bytes as the file of --waive. What is accepted keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "tables/waivers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kTables = guestclock::tables::load({}).value();
  const auto waivers = guestclock::tables::load_waivers(
      {"fuzzed.json", std::string(data, data + size)}, kTables.rules);
  if (!waivers) return 0;
  std::set<std::string> waived;
  for (const guestclock::model::Waiver& waiver : *waivers) {
    if (waiver.rules.empty() || waiver.acceptance.reason.empty()) std::abort();
    const std::string expires = guestclock::rfc3339(waiver.acceptance.expires);
    if (guestclock::day_from(expires) != waiver.acceptance.expires) std::abort();
    for (const std::string& rule : waiver.rules) {
      if (!waived.insert(rule).second) std::abort();
    }
  }
  return 0;
}
