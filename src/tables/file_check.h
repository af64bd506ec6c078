// One hand-written JSON file: can it be read, does it follow its schema, where is it wrong. Private
// to this module and its build-time tool.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tables/json_text.h"
#include "tables/tables.h"

namespace guestclock::tables {

struct FileProblem {
  std::string file;
  std::size_t line = 1;
  std::size_t column = 1;
  std::string what;

  [[nodiscard]] std::string place() const;     ///< "file:line:column"
  [[nodiscard]] std::string in_words() const;  ///< "file:line:column: what"
};

/// Adds what it finds to `problems`, which must outlive it, as the file must.
class FileCheck {
 public:
  /// Reports where the file cannot be read at all, or names a member twice.
  FileCheck(const NamedBytes& file, std::vector<FileProblem>& problems);

  [[nodiscard]] bool readable() const { return positions_.has_value(); }

  // What follows is for readable files.

  /// Reports what breaks the schema: the first twenty problems.
  [[nodiscard]] bool follows(const nlohmann::json& schema);
  /// `pointer` is the JSON pointer of what is wrong.
  void report(std::string_view pointer, std::string what);
  /// "file:line:column"
  [[nodiscard]] std::string place_of(std::string_view pointer) const;

 private:
  [[nodiscard]] FileProblem problem_at(std::size_t offset, std::string what) const;

  const NamedBytes& file_;
  std::vector<FileProblem>& problems_;
  std::optional<JsonPositions> positions_;
};

}  // namespace guestclock::tables
