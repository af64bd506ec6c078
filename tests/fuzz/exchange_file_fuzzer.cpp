// Files of recorded exchanges: parsing must take anything, what it took must write and read back to
// the same exchanges, and a fit of them is finite or unknown.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measure/exchange_file.h"
#include "measure/file_fit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace gm = guestclock::measure;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto exchanges = gm::parse_exchanges(text, "file");
  if (!exchanges) return 0;

  const gm::RecordedServer server{"server", *exchanges, true};
  const auto again = gm::parse_exchanges(gm::exchange_file(std::span(&server, 1)), "file");
  if (!again || *again != *exchanges) std::abort();

  constexpr std::size_t kFitted = 32;  // a fit of more would only be slow
  if (exchanges->size() > kFitted) return 0;
  const auto fit = gm::fit_file("file", *exchanges, {});
  if (fit.rate_error_ppm.known() && !std::isfinite(fit.rate_error_ppm.value())) std::abort();
  if (fit.rate_error_ppm.known() != fit.ci95_ppm.known()) std::abort();
  return 0;
}
