#include "tables/waivers.h"

#include <ostream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::tables {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

model::Rule rule(const std::string& name, const std::string& row,
                 std::vector<std::string> covers = {}) {
  model::Rule rule;
  rule.rule = name;
  rule.catalogue = row;
  rule.covers = std::move(covers);
  return rule;
}

const std::vector<model::Rule>& some_rules() {
  static const std::vector<model::Rule> kRules{
      rule("one-of-two", "V-01"), rule("two-of-two", "V-01"),
      rule("alone", "K-05", {"V-01", "L-02"}), rule("covers-too", "K-06", {"L-02"})};
  return kRules;
}

Result<std::vector<model::Waiver>> load(const std::string& bytes) {
  return load_waivers({"accepted.json", bytes}, some_rules());
}

std::string file_of(const std::string& waivers) {
  return "{\n  \"schema\": \"guestclock.waivers/1\",\n  \"waivers\": [\n" + waivers + "\n  ]\n}\n";
}

std::string row(const std::string& rule, const std::string& expires = "2027-01-31") {
  return R"(    {"rule": ")" + rule + R"(", "reason": "ticket 7", "expires": ")" + expires + "\"}";
}

TEST(Waivers, AreReadInTheirOrder) {
  const auto waivers = load(file_of(row("two-of-two") + ",\n" + row("alone", "2026-02-28")));
  ASSERT_TRUE(waivers) << describe(waivers.error());
  ASSERT_THAT(*waivers, SizeIs(2));
  EXPECT_EQ(waivers->front(), (model::Waiver{"two-of-two",
                                             {"two-of-two"},
                                             {"ticket 7", *day_from("2027-01-31")},
                                             "accepted.json:4:5"}));
  EXPECT_EQ(waivers->back().place, "accepted.json:5:5");
  EXPECT_EQ(waivers->back().acceptance.expires, *day_from("2026-02-28"));
}

TEST(Waivers, AFileMayHoldNone) {
  EXPECT_THAT(load(file_of("")).value(), SizeIs(0));
}

TEST(Waivers, ARowStandsForAllItsRulesElseForThoseThatCoverIt) {
  EXPECT_THAT(load(file_of(row("V-01")))->front().rules, ElementsAre("one-of-two", "two-of-two"));
  EXPECT_THAT(load(file_of(row("L-02")))->front().rules, ElementsAre("alone", "covers-too"));
  EXPECT_THAT(load(file_of(row("K-05")))->front().rules, ElementsAre("alone"));
}

TEST(Waivers, ShippedRulesCanBeNamed) {
  const auto tables = tables::load({}).value();
  const auto waivers =
      load_waivers({"accepted.json", file_of(row("ntp-local-clock"))}, tables.rules);
  ASSERT_TRUE(waivers) << describe(waivers.error());
  EXPECT_THAT(waivers->front().rules, ElementsAre("ntp-local-clock"));
}

TEST(Waivers, ThereMayBeAThousand) {
  std::vector<model::Rule> rules;
  std::string rows;
  for (int i = 0; i < 1001; ++i) {
    rules.push_back(rule(fmt::format("rule-{}", i), "X-01"));
    if (i == 1000) {
      EXPECT_THAT(load_waivers({"accepted.json", file_of(rows)}, rules).value(), SizeIs(1000));
    }
    rows += (i == 0 ? "" : ",\n") + row(rules.back().rule);
  }
  const auto too_many = load_waivers({"accepted.json", file_of(rows)}, rules);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().path, "accepted.json:3:14");
  EXPECT_THAT(too_many.error().message, HasSubstr("1000"));
}

struct Broken {
  std::string bytes;
  std::string place;
  std::string says;
};

void PrintTo(const Broken& broken, std::ostream* out) {
  *out << broken.says;
}

class BrokenWaivers : public testing::TestWithParam<Broken> {};

TEST_P(BrokenWaivers, SayWhatIsWrongAndWhere) {
  const auto waivers = load(GetParam().bytes);
  ASSERT_FALSE(waivers);
  EXPECT_EQ(waivers.error().code, ErrorCode::malformed);
  EXPECT_EQ(waivers.error().path, "accepted.json:" + GetParam().place);
  EXPECT_THAT(waivers.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(waivers.error().hint, HasSubstr("YYYY-MM-DD"));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenWaivers,
    testing::Values(
        Broken{"", "1:1", "syntax error"}, Broken{"[]", "1:1", "wrong type"},
        Broken{file_of("    oops"), "4:5", "syntax error"},
        Broken{std::string(100, '['), "1:33", "nested deeper"},
        Broken{std::string((std::size_t{1} << 20U) + 1, ' '), "1:1", "longer than"},
        Broken{file_of(row("alone", "2027\x01")), "4:61", "control"},
        Broken{R"({"schema": "guestclock.waivers/2", "waivers": []})", "1:12", "must stand here"},
        Broken{R"({"waivers": []})", "1:1", "'schema'"},
        Broken{R"({"schema": "guestclock.waivers/1", "waivers": [], "waivers": []})", "1:62",
               "second time"},
        Broken{file_of(R"({"rule": "alone", "rule": "alone"})"), "4:27", "second time"},
        Broken{file_of(R"({"rule": "alone", "reason": "x"})"), "4:1", "'expires'"},
        Broken{file_of(R"({"rule": "alone", "expires": "2027-01-31"})"), "4:1", "'reason'"},
        Broken{file_of(R"({"rule": "alone", "reason": 1, "expires": "2027-01-31"})"), "4:29",
               "wrong type"},
        Broken{file_of(R"({"rule": "alone", "reason": "", "expires": "2027-01-31"})"), "4:29",
               "no fewer than 1"},
        Broken{file_of(R"({"rule": "alone", "reason": " \t", "expires": "2027-01-31"})"), "4:29",
               "a blank reason"},
        Broken{file_of(R"({"rule": "alone", "reason": "x", "expires": "2027-01-31", "by": 1})"),
               "4:65", "unknown member 'by'"},
        Broken{file_of(row("alone", "2027-02-29")), "4:56", "2027-02-29 is no day"},
        Broken{file_of(row("alone", "31.1.2027")), "4:56", "expected YYYY-MM-DD"},
        Broken{file_of(row("alone", "never")), "4:56", "never is no day"},
        Broken{file_of(row("alon")), "4:14", "no rule and no catalogue row is called alon"},
        Broken{file_of(row("V-02")), "4:14", "called V-02"},
        Broken{file_of(row("all")), "4:14", "called all"},
        Broken{file_of(row("alone") + ",\n" + row("alone")), "5:14",
               "alone is waived already, at accepted.json:4:5"},
        Broken{file_of(row("V-01") + ",\n" + row("two-of-two")), "5:14",
               "two-of-two is waived already"},
        Broken{file_of(row("alone") + ",\n" + row("L-02")), "5:14", "alone is waived already"}));

}  // namespace
}  // namespace guestclock::tables
