#include <limits>

#include "base/text.h"
#include "cli/guest.h"
#include "cli/output.h"
#include "measure/exchange_file.h"
#include "measure/file_fit.h"
#include "measure/policy.h"
#include "system/machines.h"

namespace guestclock::cli {
namespace {

Result<std::vector<model::Exchange>> read_exchanges(const system::Files& files,
                                                    const std::string& name) {
  auto text = read_named(files, name);
  if (!text) return tl::make_unexpected(std::move(text).error());
  return measure::parse_exchanges(*text, printable(name));
}

Result<ExitCode> run(const Invocation& invocation) {
  const Options& options = invocation.options;
  if (options.arguments.empty()) {
    return fail(ErrorCode::usage, "fit needs a file of exchanges (measure --record writes one)");
  }
  const auto here = system::open_live();
  if (!here) return tl::make_unexpected(here.error());
  const auto tables = load_tables(options);
  if (!tables) return tl::make_unexpected(tables.error());
  const measure::DriftPolicy policy = measure::drift_policy(tables->thresholds);

  model::FitDocument document;
  ExitCode code = ExitCode::good;
  for (const std::string& name : options.arguments) {
    if (invocation.stop.requested()) break;
    const auto exchanges = read_exchanges((*here)->files(), name);
    if (!exchanges) {
      // The others are fitted all the same: one bad file must not take a thousand results away.
      warn(describe(exchanges.error()));
      document.fits.push_back(measure::unknown_file_fit(name, describe(exchanges.error())));
      code = ExitCode::failed;
      continue;
    }
    document.fits.push_back(measure::fit_file(name, *exchanges, policy));
    const bool known = document.fits.back().rate_error_ppm.known();
    if (!known && code == ExitCode::good) code = ExitCode::undetermined;
  }
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return code;
}

}  // namespace

const Verb kFit{"fit",
                "FILE...",
                "drift from recorded exchanges (measure --record)",
                kLines,
                std::numeric_limits<std::size_t>::max(),
                run};

}  // namespace guestclock::cli
