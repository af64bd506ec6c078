// The numbers of rules/thresholds.json, read without the tables module: tests of measure/ must see
// what ships and depend on no other rule file.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "tables/tables.h"

namespace guestclock::measure {

inline std::map<std::string, double, std::less<>> shipped_values() {
  std::ifstream in(GUESTCLOCK_SOURCE_DIR "/rules/thresholds.json");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::regex entry(R"re("name":\s*"([^"]+)",\s*"value":\s*([0-9.eE+-]+))re");
  std::map<std::string, double, std::less<>> values;
  for (std::sregex_iterator it(text.begin(), text.end(), entry), end; it != end; ++it) {
    values[(*it)[1].str()] = std::stod((*it)[2].str());
  }
  EXPECT_FALSE(values.empty()) << "rules/thresholds.json could not be read";
  return values;
}

inline tables::Thresholds shipped_thresholds() {
  return tables::Thresholds(shipped_values());
}

}  // namespace guestclock::measure
