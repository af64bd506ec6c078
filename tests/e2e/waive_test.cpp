// Accepted findings: a gate that is green honestly, and red again when the time is up.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using support::ScratchDirectory;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Seconds since 1970 of noon.
constexpr const char* kLastDay = "SOURCE_DATE_EPOCH=1801396800";   // 2027-01-31
constexpr const char* kDayAfter = "SOURCE_DATE_EPOCH=1801483200";  // 2027-02-01

constexpr const char* kAcpiPm = "rhel5-vmware-i386-acpi-pm";
constexpr const char* kDivider = "rhel5-vmware-i386-divider";

std::vector<std::string> names(const json& list) {
  std::vector<std::string> names;
  for (const json& one : list)
    names.push_back(one["rule"]);
  return names;
}

/// CentOS 5.3 for VMware: one finding that counts and one held, both of row V-01.
class Waive : public testing::Test {
 protected:
  void SetUp() override { make_centos5_tree(tree_); }

  Finished audit(const std::string& waivers, const std::vector<std::string>& more = {},
                 const char* time = kLastDay) {
    std::vector<std::string> words{GUESTCLOCK_PROGRAM, "audit",      "--format", "json",
                                   "--root",           tree_.path(), "--assume", "vm=vmware"};
    if (architecture_known_) words.insert(words.end(), {"--assume", "arch=i386"});
    if (!waivers.empty()) {
      words.insert(words.end(), {"--waive", files_.write("accepted.json", waivers).string()});
    }
    words.insert(words.end(), more.begin(), more.end());
    return support::run_program(words, {time});
  }

  static json report(const Finished& run) {
    EXPECT_EQ(support::schema_problems(run.out), "");
    return json::parse(run.out, nullptr, false);
  }

  /// A file in which `rules` are accepted up to 2027-01-31.
  static std::string waivers(const std::vector<std::string>& rules) {
    json file{{"schema", "guestclock.waivers/1"}, {"waivers", json::array()}};
    for (const std::string& rule : rules) {
      file["waivers"].push_back(
          {{"rule", rule}, {"reason", "the host is replaced"}, {"expires", "2027-01-31"}});
    }
    EXPECT_EQ(support::schema_problems(file.dump()), "");
    return file.dump(2);
  }

  bool architecture_known_ = true;
  ScratchDirectory tree_;
  ScratchDirectory files_;
};

TEST_F(Waive, AFindingOnItsLastDayCountsForNothing) {
  const Finished without = audit("");
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(names(report(without)["findings"]), Contains(kAcpiPm));

  const Finished with = audit(waivers({kAcpiPm}));
  EXPECT_EQ(with.exit_code, 0) << with.err;
  EXPECT_EQ(with.err, "");
  const json waived = report(with);
  EXPECT_THAT(names(waived["findings"]), Not(Contains(kAcpiPm)));
  ASSERT_THAT(names(waived["waived"]), ElementsAre(kAcpiPm));
  EXPECT_EQ(waived["waived"][0]["reason"], "the host is replaced");
  EXPECT_EQ(waived["waived"][0]["expires"], "2027-01-31");
  EXPECT_EQ(waived["summary"]["counts"]["waived"], 1);
  EXPECT_EQ(waived["summary"]["counts"]["medium"], 0);
  EXPECT_EQ(waived["summary"]["verdict"], "good");
  EXPECT_EQ(audit(waivers({kDivider})).exit_code, 2);
}

TEST_F(Waive, ATimeThatIsNoneIsRefused) {
  for (const char* const time :
       {"SOURCE_DATE_EPOCH=", "SOURCE_DATE_EPOCH=-1", "SOURCE_DATE_EPOCH=tomorrow",
        "SOURCE_DATE_EPOCH=9223372037", "SOURCE_DATE_EPOCH=9223372036854775807"}) {
    const Finished run = audit(waivers({kAcpiPm}), {}, time);
    EXPECT_EQ(run.exit_code, 64) << time;
    EXPECT_THAT(run.err, HasSubstr("SOURCE_DATE_EPOCH is \"")) << time;
    EXPECT_EQ(run.out, "");
  }
  EXPECT_EQ(audit("", {}, "SOURCE_DATE_EPOCH=9223372036").exit_code, 2);
}

TEST_F(Waive, TheDayAfterItCountsAgainAndTheWaiverIsNamed) {
  const Finished run = audit(waivers({kAcpiPm}), {}, kDayAfter);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("accepted.json:4:5: the waiver of " + std::string(kAcpiPm) +
                                 " expired on 2027-01-31"));
  EXPECT_THAT(names(report(run)["findings"]), Contains(kAcpiPm));
  EXPECT_THAT(report(run)["waived"], IsEmpty());
  EXPECT_THAT(audit(waivers({kAcpiPm}), {"-q"}, kDayAfter).err, HasSubstr("expired"));
}

TEST_F(Waive, ARowIsAllItsRulesHeldOnesToo) {
  const Finished run = audit(waivers({"V-01"}));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const json waived = report(run);
  EXPECT_THAT(names(waived["waived"]), Contains(kAcpiPm));
  EXPECT_THAT(names(waived["waived"]), Contains(kDivider));
  EXPECT_EQ(waived["summary"]["counts"]["held"], 0);
}

TEST_F(Waive, WhatMeetsNothingCanBeDeleted) {
  const Finished run = audit(waivers({"ntp-local-clock"}));
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("accepted.json:4:5: "));
  EXPECT_THAT(run.err, HasSubstr("ntp-local-clock"));
  EXPECT_THAT(run.err, HasSubstr("can be deleted"));
  EXPECT_EQ(audit(waivers({"ntp-local-clock"}), {"-q"}).err, "");
}

TEST_F(Waive, AnUndecidedRuleIsListedAndNoReasonForExit3) {
  architecture_known_ = false;
  const Finished without = audit("");
  EXPECT_EQ(without.exit_code, 3);
  std::vector<std::string> open;
  const json undecided = report(without)["not_judged"];
  for (const json& rule : undecided) {
    if (rule["live_only"] == false) open.push_back(rule["rule"]);
  }
  ASSERT_THAT(open, Not(IsEmpty()));
  const Finished with = audit(waivers(open));
  EXPECT_EQ(with.exit_code, 0) << with.out << with.err;
  EXPECT_EQ(names(report(with)["not_judged"]), names(undecided));
  EXPECT_EQ(audit(waivers(open), {}, kDayAfter).exit_code, 3);
}

TEST_F(Waive, AMalformedFileIsAFailureBeforeAnythingElse) {
  const Finished run = audit(
      "{\n  \"schema\": \"guestclock.waivers/1\",\n  \"waivers\": [\n    "
      "{\"rule\": \"ntp-local-clock\", \"reason\": \"x\", \"expires\": "
      "\"2027-02-30\"}\n  ]\n}\n");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("accepted.json:4:59: 2027-02-30 is no day of the calendar"));
  const Finished unknown = audit(waivers({"no-such-rule"}));
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("accepted.json:7:15: no rule and no catalogue row is called"));
}

TEST_F(Waive, AMissingFileIsNamed) {
  const Finished run = audit("", {"--waive", "/nonexistent/accepted.json"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("/nonexistent/accepted.json"));
}

}  // namespace
}  // namespace guestclock
