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
  const auto rules = tables->rules_named(options.arguments.front());
  if (rules.empty()) {
    return fail(ErrorCode::usage, "no rule is called '" + options.arguments.front() + "'", {},
                "guestclock rules list shows all");
  }
  model::ExplainDocument document;
  for (const model::Rule* rule : rules)
    document.rules.push_back(*rule);
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return ExitCode::good;
}

}  // namespace

const Verb kExplain{"explain", "RULE", "a rule in words, with its sources", kRules, 1, run};

}  // namespace guestclock::cli
