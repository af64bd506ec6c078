#include "cli/guest.h"
#include "cli/output.h"
#include "measure/selftest.h"
#include "system/machines.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  const auto here = system::open_live();
  if (!here) return tl::make_unexpected(here.error());
  const auto tables = load_tables(invocation.options);
  if (!tables) return tl::make_unexpected(tables.error());
  const model::SelftestDocument document{
      measure::selftest(**here, tables->thresholds, invocation.stop)};
  if (auto put = put_out(document, invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  const model::Fact<bool>& works = document.selftest.works;
  if (!works.known()) return ExitCode::undetermined;
  return works.value() ? ExitCode::good : ExitCode::failed;
}

}  // namespace

const Verb kSelftest{"selftest", "", "does measuring work here? offline, in ten seconds",
                     0,          0,  run};

}  // namespace guestclock::cli
