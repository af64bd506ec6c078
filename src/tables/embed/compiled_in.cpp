// What needs the compiled-in files. Stands in the data library, beside them: the build-time checker
// links the rest of tables/ without it.
#include "tables/packed_hypervisors.h"
#include "tables/table_files.h"
#include "tables/tables.h"
#include "tables/waivers.h"

namespace guestclock::tables {

Result<Tables> load(std::span<const NamedBytes> overlay) {
  return build_tables(embedded(), overlay);
}

Result<Hypervisors> load_hypervisors(std::span<const NamedBytes> overlay) {
  return build_hypervisors(unpack(packed_hypervisors()), overlay, embedded);
}

Result<std::vector<model::Waiver>> load_waivers(const NamedBytes& file,
                                                std::span<const model::Rule> rules) {
  return waivers_in(file, waivers_schema(), rules);
}

std::vector<std::string> check(std::span<const NamedBytes> files) {
  std::vector<std::string> words;
  for (const FileProblem& problem : check_files(files, embedded()))
    words.push_back(problem.in_words());
  return words;
}

}  // namespace guestclock::tables
