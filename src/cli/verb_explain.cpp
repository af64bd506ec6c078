#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> run(const Invocation& invocation) {
  const Options& options = invocation.options;
  if (options.arguments.empty()) {
    return fail(ErrorCode::usage, "explain needs a rule's name or catalogue row", {},
                "guestclock rules list shows all");
  }
  const auto tables = load_tables(options);
  if (!tables) return tl::make_unexpected(tables.error());
  const model::Rule* const rule = tables->rule(options.arguments.front());
  if (rule == nullptr) {
    return fail(ErrorCode::usage, "no rule is called '" + options.arguments.front() + "'", {},
                "guestclock rules list shows all");
  }
  model::ExplainDocument document{tables->rules_version, *rule, {}};
  for (const model::Rule& other : tables->rules) {
    if (other.catalogue == rule->catalogue && other.rule != rule->rule) {
      document.also.push_back(other.rule);
    }
  }
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return ExitCode::good;
}

}  // namespace

const Verb kExplain{"explain", "RULE", "a rule in words, with its sources", kRules, 1, run};

}  // namespace guestclock::cli
