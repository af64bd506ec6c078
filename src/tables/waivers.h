// The file of --waive: findings that somebody accepts, why, and until when.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/finding.h"
#include "tables/tables.h"

namespace guestclock::tables {

/// The waivers of `file`, in their order. It must follow its schema
/// (docs/schema/guestclock.waivers-1.schema.json), name rules or catalogue rows of `rules`, waive
/// no rule twice, give reasons that are not blank and days that exist. A row stands for every rule
/// that has it; where none has, for every rule that covers it. The first problem is malformed, its
/// path "file:line:column".
[[nodiscard]] Result<std::vector<model::Waiver>> load_waivers(const NamedBytes& file,
                                                              std::span<const model::Rule> rules);

/// The same by the text of that schema, which is trusted to be valid.
[[nodiscard]] Result<std::vector<model::Waiver>> waivers_in(const NamedBytes& file,
                                                            std::string_view schema,
                                                            std::span<const model::Rule> rules);

/// That schema, compiled in.
[[nodiscard]] std::string_view waivers_schema();

}  // namespace guestclock::tables
