#include "cli/carry_out.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  return carry_out(invocation, "apply", [&] { return make_plan(invocation.options); });
}

}  // namespace

const Verb kApply{"apply",
                  "[RULE...]",
                  "carry the plan out in one transaction, with backup",
                  kWhere | kSelecting | kLoader | kState | kConfirming | kForce | kDryRun | kRules,
                  100,
                  run};

}  // namespace guestclock::cli
