// Rules against the vendors' tables over every guest of the cross.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include <gtest/gtest.h>

#include "base/text.h"
#include "rules/cross_judgement.h"
#include "rules/cross_table.h"

namespace guestclock::rules_tests {
namespace {

/// What a healthy guest is told besides what it should write.
std::string complaints(const model::Judgement& judgement) {
  std::string all;
  for (const model::Finding& finding : judgement.findings) {
    const bool complains = finding.severity != model::Severity::info && finding.changes.empty();
    if (complains) all += (all.empty() ? "" : " ") + finding.rule;
  }
  return all;
}

/// Two lists of parameters as one, in alphabetical order.
std::string together(const std::string& a, const std::string& b) {
  std::vector<std::string> all = words(a);
  for (std::string& more : words(b))
    all.push_back(std::move(more));
  std::sort(all.begin(), all.end());
  return join(all, " ");
}

constexpr int kMostPrinted = 20;

class Cross : public testing::Test {
 protected:
  /// At most so many of the differences are printed, and all are counted.
  void expect(bool holds, const CrossedGuest& guest, const std::string& what) {
    if (holds) return;
    if (++different_ <= kMostPrinted) ADD_FAILURE() << guest.in_words() << ": " << what;
  }
  void TearDown() override { EXPECT_EQ(different_, 0); }

 private:
  int different_ = 0;
};

TEST_F(Cross, RulesAndTablesAgreeEverywhere) {
  const std::vector<CrossedGuest> guests = all_crossed_guests();
  for (const CrossedGuest& guest : guests) {
    const model::Judgement judgement = judged_by_shipped_rules(facts_of(guest));
    const Expected expected = expected_for(guest);
    const std::string written = parameters_of(judgement, false);
    const std::string held = parameters_of(judgement, true);
    expect(written == expected.written, guest,
           "expected '" + expected.written + "', got '" + written + "'");
    expect(held == expected.held, guest,
           "expected to be held '" + expected.held + "', got '" + held + "'");
    expect(expected.verdict.empty() || says_row(judgement, expected.verdict), guest,
           "nobody says " + expected.verdict);
    expect(complaints(judgement).empty(), guest, complaints(judgement));
    if (guest.host == Host::bare_metal)
      expect(judgement.findings.empty(), guest, "something is said of bare metal");
  }
  std::printf("%zu guests\n", guests.size());
}

TEST_F(Cross, NoGuestIsGivenAParameterThatItsKernelDoesNotRead) {
  model::Consent everything;
  everything.accepted = {"all"};
  for (const CrossedGuest& guest : all_crossed_guests()) {
    const model::Judgement judgement = judged_by_shipped_rules(facts_of(guest), everything);
    const Expected expected = expected_for(guest);
    const std::string written = parameters_of(judgement, false);
    expect(written == together(expected.written, expected.held), guest,
           "with all risks accepted: " + written);
    for (const model::Finding& finding : judgement.findings) {
      expect(finding.obstacle.empty(), guest, finding.rule + ": " + finding.obstacle);
      expect(finding.rivals.empty(), guest, finding.rule + " has rivals");
      for (const model::FindingChange& change : finding.changes)
        expect(reads_parameter(guest, change.parameter), guest,
               finding.rule + " writes it all the same");
    }
  }
}

TEST_F(Cross, DividerIsNeverWrittenUnlessItsRiskIsAccepted) {
  for (const CrossedGuest& guest : all_crossed_guests()) {
    const std::string written = parameters_of(judged_by_shipped_rules(facts_of(guest)), false);
    expect(written.find("divider") == std::string::npos, guest, written);
  }
}

TEST_F(Cross, TakesLessThanTwoSeconds) {
  const std::vector<CrossedGuest> guests = all_crossed_guests();
  // CPU time: other tests may run beside this one.
  const std::clock_t start = std::clock();
  std::size_t findings = 0;
  for (const CrossedGuest& guest : guests)
    findings += judged_by_shipped_rules(facts_of(guest)).findings.size();
  const double took_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_GT(findings, guests.size() / 10);
  std::printf("%zu guests judged in %.2f s\n", guests.size(), took_s);
#if defined(NDEBUG) && !defined(GUESTCLOCK_INSTRUMENTED)
  EXPECT_LE(took_s, 2);
#endif
}

}  // namespace
}  // namespace guestclock::rules_tests
