// Validation of a table file against its JSON Schema (draft-07). The one place that knows valijson.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace guestclock::tables {

struct SchemaProblem {
  std::string pointer;  ///< JSON pointer of what is wrong
  std::string what;
};

/// What `document` breaks of `schema`, one line each; empty: nothing. `document` must be bounded in
/// depth and size (syntax_problem() sees to that). Throws std::runtime_error on a broken schema:
/// schemas are ours.
[[nodiscard]] std::vector<SchemaProblem> schema_problems(const nlohmann::json& schema,
                                                         const nlohmann::json& document);

}  // namespace guestclock::tables
