#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

Result<ExitCode> list(const Invocation& invocation) {
  auto tables = load_tables(invocation.options);
  if (!tables) return tl::make_unexpected(tables.error());
  const model::RulesListDocument document{tables->rules_version, std::move(tables->rules)};
  if (auto put = put_out(document, invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  return ExitCode::good;
}

Result<ExitCode> check(const Invocation& invocation) {
  const Options& options = invocation.options;
  std::vector<tables::NamedBytes> files;
  if (options.arguments.empty()) {
    const auto shipped = tables::embedded();
    files.assign(shipped.begin(), shipped.end());
  } else {
    auto read = read_rules_directory(options.arguments.front());
    if (!read) return tl::make_unexpected(read.error());
    files = std::move(*read);
  }
  const model::RulesCheckDocument document{static_cast<std::int64_t>(files.size()),
                                           tables::check(files)};
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return document.errors.empty() ? ExitCode::good : ExitCode::failed;
}

}  // namespace

const Verb kRulesList{"rules list", "", "all rules with their ranges", kRules, 0, list};
const Verb kRulesCheck{
    "rules check", "[DIR]", "validate rule files, the shipped ones by default", 0, 1, check};

}  // namespace guestclock::cli
