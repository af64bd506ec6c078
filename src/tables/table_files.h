// The files of rules/ one by one: which is what, is it valid, where is it wrong. Private to this
// module and its build-time tool.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tables/file_check.h"
#include "tables/tables.h"

namespace guestclock::tables {

enum class FileKind {
  rule,
  hypervisors,  ///< hypervisors.json
  thresholds,   ///< thresholds.json
  smearing,     ///< smearing.json
  parameters,   ///< parameters.json
  schema,       ///< below schema/
  other,        ///< no JSON file: not read
};
/// By the name alone (a path below rules/).
[[nodiscard]] FileKind kind_of(std::string_view name);
/// The name that a rule in this file must have: its last part without ".json".
[[nodiscard]] std::string_view stem_of(std::string_view name);

/// Every problem of `files`, in their order. `shipped` has the schemas, and the rules that those in
/// `files` may refer to; it may be the same set.
[[nodiscard]] std::vector<FileProblem> check_files(std::span<const NamedBytes> files,
                                                   std::span<const NamedBytes> shipped);

/// The tables of `shipped`, which is trusted to be valid, with `overlay` on top, which is checked.
[[nodiscard]] Result<Tables> build_tables(std::span<const NamedBytes> shipped,
                                          std::span<const NamedBytes> overlay);

/// The hypervisor table in these bytes, which are trusted to be valid.
[[nodiscard]] Hypervisors hypervisors_in(std::string_view bytes);

/// The same for the hypervisor table, `table` being the shipped one. `check_against` is asked for
/// the shipped files only where there is an overlay to check.
[[nodiscard]] Result<Hypervisors> build_hypervisors(Hypervisors table,
                                                    std::span<const NamedBytes> overlay,
                                                    std::span<const NamedBytes> (*check_against)());

}  // namespace guestclock::tables
