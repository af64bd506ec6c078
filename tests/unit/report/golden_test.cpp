// Every format of every sample document, against tests/golden/.
//
// Where a change of the output is meant: the failing test has written what it got to the test's
// temporary directory and prints the cp command that makes it the new golden.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "report/format.h"
#include "sample_documents.h"

namespace guestclock::report {
namespace {

std::string golden_path(const std::string& file) {
  return std::string(GUESTCLOCK_SOURCE_DIR) + "/tests/golden/" + file;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void expect_golden(const std::string& file, const std::string& actual) {
  if (bytes_of(golden_path(file)) == actual) return;
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) / "guestclock-golden";
  std::filesystem::create_directories(directory);
  const std::filesystem::path got = directory / file;
  std::ofstream(got, std::ios::binary) << actual;
  ADD_FAILURE() << file << " differs from its golden. If that is meant:\n  cp " << got.string()
                << " " << golden_path(file) << "\nIt is now:\n"
                << actual;
}

class Golden : public testing::TestWithParam<Sample> {};

TEST_P(Golden, Text) {
  expect_golden(GetParam().name + ".txt", render_text(GetParam().document));
}

TEST_P(Golden, Json) {
  expect_golden(GetParam().name + ".json", render_json(GetParam().document));
}

INSTANTIATE_TEST_SUITE_P(EveryDocument, Golden, testing::ValuesIn(sample_documents()),
                         [](const testing::TestParamInfo<Sample>& one) {
                           std::string name = one.param.name;
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace guestclock::report
