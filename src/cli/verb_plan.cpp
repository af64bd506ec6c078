#include "cli/output.h"
#include "cli/planning.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  auto planned = make_plan(invocation.options);
  if (!planned) return tl::make_unexpected(planned.error());
  report_interrupted(*planned->guest.system, invocation.options);
  const ExitCode code = plan_code(planned->document);
  if (auto put = put_out(std::move(planned->document), invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  return code;
}

}  // namespace

const Verb kPlan{"plan",
                 "[RULE...]",
                 "what apply would change: a diff per file, parameters before and after",
                 kWhere | kSelecting | kLoader | kState | kRules,
                 100,
                 run};

}  // namespace guestclock::cli
