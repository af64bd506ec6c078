// The catalogue's rows against the rules: none is forgotten, and each is applied, held, printed for
// the host or only said as its row asks.
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tables/tables.h"

namespace guestclock::rules_tests {
namespace {

using Rows = std::set<std::string>;

const std::vector<model::Rule>& shipped_rules() {
  static const std::vector<model::Rule> kRules = tables::load({}).value().rules;
  return kRules;
}

Rows rows_where(bool (*holds)(const model::Rule&)) {
  Rows rows;
  for (const model::Rule& rule : shipped_rules()) {
    if (holds(rule)) rows.insert(rule.catalogue);
  }
  return rows;
}

TEST(Catalogue, EveryRowHasARule) {
  const std::map<char, int> sizes{{'V', 15}, {'K', 16}, {'X', 6}, {'H', 8}, {'O', 10},
                                  {'L', 19}, {'F', 13}, {'N', 9}, {'C', 1}, {'T', 1}};
  Rows expected;
  for (const auto& [letter, size] : sizes) {
    for (int row = 1; row <= size; ++row)
      expected.insert(fmt::format("{}-{:02}", letter, row));
  }
  Rows covered;
  for (const model::Rule& rule : shipped_rules()) {
    covered.insert(rule.catalogue);
    covered.insert(rule.covers.begin(), rule.covers.end());
  }
  EXPECT_EQ(covered, expected);
}

TEST(Catalogue, TheseRowsAndNoOthersAreApplied) {
  const Rows expected{"V-01", "V-02", "V-03", "V-04", "V-05", "V-06", "V-07", "V-11", "V-13",
                      "K-03", "K-04", "K-05", "K-06", "K-08", "K-09", "K-10", "K-14", "X-01",
                      "X-05", "H-04", "H-05", "H-07", "L-03", "L-04", "L-13", "L-14", "L-19",
                      "F-01", "F-03", "F-04", "F-05", "F-11", "N-02", "N-03", "N-05", "C-01"};
  EXPECT_EQ(rows_where([](const model::Rule& rule) { return rule.applies; }), expected);
}

TEST(Catalogue, OnlyDividersWaitForTheirRiskToBeAccepted) {
  for (const model::Rule& rule : shipped_rules()) {
    const auto& changes = rule.fix.changes;
    const bool writes_divider = changes.size() == 1 && changes.front().parameter == "divider" &&
                                changes.front().to.has_value();
    const model::Risk risk = !writes_divider            ? model::Risk::none
                             : rule.catalogue == "V-04" ? model::Risk::low
                                                        : model::Risk::panic;
    EXPECT_EQ(rule.risk, risk) << rule.rule;
  }
}

TEST(Catalogue, TheseRowsAreForTheHost) {
  const Rows expected{"V-12", "V-15", "K-07", "K-16", "O-01", "O-09"};
  EXPECT_EQ(
      rows_where([](const model::Rule& rule) { return rule.fix.kind == model::FixKind::host; }),
      expected);
}

TEST(Catalogue, NothingIsSaidLouderThanInfoWhereNothingIsWrong) {
  const Rows verdicts{"V-04", "V-08", "K-01", "K-02", "X-02", "X-04", "H-01", "H-02", "H-03",
                      "H-06", "O-08", "L-11", "L-16", "L-18", "F-02", "F-08", "F-09", "F-10"};
  for (const model::Rule& rule : shipped_rules()) {
    if (verdicts.count(rule.catalogue) == 0) continue;
    EXPECT_EQ(rule.severity, model::Severity::info) << rule.rule;
  }
  EXPECT_THAT(rows_where([](const model::Rule&) { return true; }), testing::IsSupersetOf(verdicts));
}

}  // namespace
}  // namespace guestclock::rules_tests
