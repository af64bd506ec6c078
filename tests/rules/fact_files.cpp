#include "rules/fact_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "advise/advise.h"
#include "model/facts_json.h"
#include "model/measurements_json.h"

namespace guestclock::rules_tests {
namespace {

namespace fs = std::filesystem;

fs::path root() {
  return fs::path(GUESTCLOCK_SOURCE_DIR) / "tests/rules";
}

}  // namespace

std::vector<FactFile> fact_files_of(const std::string& rule) {
  std::vector<FactFile> files;
  const fs::path directory = root() / rule;
  if (!fs::is_directory(directory)) return files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    auto json = nlohmann::ordered_json::parse(text, nullptr, false);
    EXPECT_TRUE(json.is_object()) << rule << "/" << name;
    EXPECT_TRUE(json.is_object() && json.value("synthetic", false))
        << rule << "/" << name << " must say \"synthetic\": true";
    EXPECT_TRUE(name.starts_with("fires") || name.starts_with("silent")) << rule << "/" << name;
    const auto facts = model::facts_from_json(json);
    EXPECT_TRUE(facts.has_value())
        << rule << "/" << name << ": " << (facts ? "" : facts.error().message);
    if (!facts) continue;
    std::optional<model::Measurements> measurements;
    if (json.contains("measurements")) {
      const auto measured = model::measurements_from_json(json["measurements"]);
      EXPECT_TRUE(measured.has_value()) << rule << "/" << name;
      if (measured) measurements = *measured;
    }
    files.push_back({name, name.starts_with("fires"), std::move(json), *facts, measurements});
  }
  std::sort(files.begin(), files.end(),
            [](const FactFile& a, const FactFile& b) { return a.name < b.name; });
  return files;
}

std::vector<std::string> directories() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(root())) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

model::Judgement judged(const model::Rule& rule, const FactFile& file) {
  return advise::judge({&rule, 1}, file.facts, file.measurements ? &*file.measurements : nullptr,
                       {});
}

Outcome outcome_of(const model::Rule& rule, const FactFile& file) {
  const auto judgement = judged(rule, file);
  if (!judgement.findings.empty()) return Outcome::fires;
  return judgement.not_judged.empty() ? Outcome::silent : Outcome::not_judged;
}

}  // namespace guestclock::rules_tests
