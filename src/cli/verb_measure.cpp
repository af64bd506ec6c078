#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  auto guest = look_at_guest(invocation.options);
  if (!guest) return tl::make_unexpected(guest.error());
  auto measured = measure_guest(*guest, invocation);
  if (!measured) return tl::make_unexpected(measured.error());
  const model::MeasureDocument document{std::move(measured->measurements)};
  if (auto put = put_out(document, invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  if (!measured->recorded) return tl::make_unexpected(std::move(measured->recorded).error());
  return measured->reference_missing ? ExitCode::undetermined : ExitCode::good;
}

}  // namespace

const Verb kMeasure{
    "measure",           "", "how wrong the clock is and how fast it gets worse; ticks",
    kMeasuring | kViews, 0,  run};

}  // namespace guestclock::cli
