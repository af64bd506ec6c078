// The fact files of each rule: tests/rules/<rule>/fires*.json and silent*.json, all synthetic.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/facts.h"
#include "model/finding.h"
#include "model/measurements.h"
#include "model/rule.h"

namespace guestclock::rules_tests {

struct FactFile {
  std::string name;  ///< "fires.json"
  bool fires = false;
  nlohmann::ordered_json json;
  model::Facts facts;
  std::optional<model::Measurements> measurements;  ///< where it has the member `measurements`
};

/// Sorted by name; fails the test on a file that is no fact document.
[[nodiscard]] std::vector<FactFile> fact_files_of(const std::string& rule);
/// The directories below tests/rules.
[[nodiscard]] std::vector<std::string> directories();

enum class Outcome { silent, fires, not_judged };
[[nodiscard]] model::Judgement judged(const model::Rule& rule, const FactFile& file);
[[nodiscard]] Outcome outcome_of(const model::Rule& rule, const FactFile& file);

}  // namespace guestclock::rules_tests
