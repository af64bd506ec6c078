#include "tables/file_check.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tables/schema_check.h"

namespace guestclock::tables {

std::string FileProblem::place() const {
  return fmt::format("{}:{}:{}", printable(file), line, column);
}

std::string FileProblem::in_words() const {
  return place() + ": " + what;
}

FileCheck::FileCheck(const NamedBytes& file, std::vector<FileProblem>& problems)
    : file_(file), problems_(problems) {
  if (const auto broken = syntax_problem(file.bytes)) {
    problems_.push_back(problem_at(broken->offset, broken->what));
    return;
  }
  JsonPositions positions(file.bytes);
  if (const auto& twice = positions.duplicate()) {
    problems_.push_back(problem_at(twice->offset, twice->what));
    return;
  }
  positions_ = std::move(positions);
}

bool FileCheck::follows(const nlohmann::json& schema) {
  const auto document = nlohmann::json::parse(file_.bytes, nullptr, false);
  constexpr std::size_t kMostReported = 20;
  std::vector<SchemaProblem> found = schema_problems(schema, document);
  if (found.size() > kMostReported) found.resize(kMostReported);
  for (const SchemaProblem& problem : found) {
    report(problem.pointer,
           (problem.pointer.empty() ? "" : printable(problem.pointer) + ": ") + problem.what);
  }
  return found.empty();
}

void FileCheck::report(std::string_view pointer, std::string what) {
  problems_.push_back(problem_at(positions_->offset_of(pointer), std::move(what)));
}

std::string FileCheck::place_of(std::string_view pointer) const {
  return problem_at(positions_->offset_of(pointer), {}).place();
}

FileProblem FileCheck::problem_at(std::size_t offset, std::string what) const {
  const TextPosition position = position_at(file_.bytes, offset);
  return {file_.name, position.line, position.column, std::move(what)};
}

}  // namespace guestclock::tables
