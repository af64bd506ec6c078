// A verb: its name, its help, the options it takes, and what it does. One file per verb.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/stop_flag.h"
#include "cli/exit_code.h"
#include "cli/options.h"

namespace guestclock::cli {

struct Invocation {
  Options options;
  const StopFlag& stop;
};

struct Verb {
  std::string_view name;
  std::string_view arguments;  ///< as help shows them: "[RULE...]"
  std::string_view summary;    ///< one line
  unsigned groups = 0;
  std::size_t max_arguments = 0;
  /// The exit code; a failure is printed by main.
  Result<ExitCode> (*run)(const Invocation& invocation) = nullptr;
};

extern const Verb kDetect;
extern const Verb kMeasure;
extern const Verb kFit;
extern const Verb kSelftest;
extern const Verb kAudit;
extern const Verb kPlan;
extern const Verb kApply;
extern const Verb kParamsList;
extern const Verb kParamsSet;
extern const Verb kRollback;
extern const Verb kHistory;
extern const Verb kPurge;
extern const Verb kExplain;
extern const Verb kRulesList;
extern const Verb kRulesCheck;
extern const Verb kCapture;

}  // namespace guestclock::cli
