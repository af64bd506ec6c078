#include "base/text.h"

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/condition_words.h"
#include "report/figures.h"
#include "report/format.h"
#include "report/page.h"
#include "sample_documents.h"

namespace guestclock::report {
namespace {

using model::Fact;
using model::Interval;
using testing::EndsWith;
using testing::HasSubstr;

TEST(Figures, RatesSayFastOrSlowWithTheirInterval) {
  EXPECT_EQ(rate_in_words(37.8, Interval{37.1, 38.5}),
            "runs fast by 37.8 ppm (95 %: 37.1 to 38.5)");
  EXPECT_EQ(rate_in_words(-37.8, Interval{-38.5, -37.1}),
            "runs slow by 37.8 ppm (95 %: 37.1 to 38.5)");
  EXPECT_EQ(rate_in_words(0.02, Interval{-0.03, 0.07}),
            "runs fast by 0.02 ppm (95 %: -0.03 to 0.07), so it may run true");
  EXPECT_EQ(rate_in_words(-0.02, Interval{-0.07, 0.03}),
            "runs slow by 0.02 ppm (95 %: -0.03 to 0.07), so it may run true");
  EXPECT_EQ(rate_in_words(1.0, Fact<Interval>::unknown("x")), "runs fast by 1.0 ppm");
  EXPECT_EQ(rate_in_words(Fact<double>::unknown("no server"), Fact<Interval>::unknown("x")),
            "unknown: no server");
}

TEST(Figures, OffsetsSayBehindOrAhead) {
  EXPECT_EQ(offset_in_words(0.0123), "behind by 12.3 ms");
  EXPECT_EQ(offset_in_words(-2.5), "ahead by 2.50 s");
  EXPECT_EQ(offset_in_words(Fact<double>::unknown("no server")), "unknown: no server");
}

TEST(Figures, SecondsTakeTheUnitThatFits) {
  EXPECT_EQ(seconds_in_words(0.0), "0 s");
  EXPECT_EQ(seconds_in_words(-0.0), "0 s");
  EXPECT_EQ(seconds_in_words(123.4), "123 s");
  EXPECT_EQ(seconds_in_words(0.5), "500 ms");
  EXPECT_EQ(seconds_in_words(4.2e-5), "42.0 us");
  EXPECT_EQ(seconds_in_words(-7e-9), "-7.00 ns");
  EXPECT_EQ(per_day_in_words(37.8), "gains 3.27 s a day");
  EXPECT_EQ(per_day_in_words(-1), "loses 86.4 ms a day");
}

TEST(Page, WrapsBelowTheTextAndNeverBreaksAWord) {
  Page page;
  page.field("label",
             std::string(30, 'a') + " " + std::string(30, 'b') + " " + std::string(30, 'c'));
  page.field("long", std::string(100, 'x'));
  const std::string blanks(18, ' ');
  EXPECT_EQ(page.take(), "  label           " + std::string(30, 'a') + " " + std::string(30, 'b') +
                             "\n" + blanks + std::string(30, 'c') + "\n  long            " +
                             std::string(100, 'x') + "\n");
}

TEST(Page, EscapesWhateverATerminalObeysEvenNewlines) {
  Page page;
  page.line(0, "a\nb\x1b[2J\x9b");
  page.verbatim("x\ty\x1b\r\nz");
  EXPECT_EQ(page.take(), "a\\x0ab\\x1b[2J\\x9b\nx\ty\\x1b\\x0d\nz\n");
}

TEST(Page, LeavesOneEmptyLineBetweenHeadings) {
  Page page;
  page.heading("a");
  page.gap();
  page.heading("b");
  EXPECT_EQ(page.take(), "a\n\nb\n");
}

TEST(ConditionWords, SayWhereAndWhen) {
  EXPECT_EQ(ranges_in_words(sample_rule().ranges),
            "vmware, linux, i386, rhel/centos 5.1 to 5.3, not fedora, kernel from 2.6.18");
  EXPECT_EQ(condition_in_words(sample_rule().when),
            "kernel.hz is greater than 100 and divider in the default boot entry is not there and "
            "not (virtualization.interfaces contains kvm)");
  EXPECT_EQ(condition_in_words({}), "always");
}

std::string last_line(const std::string& text) {
  return std::string(lines(text).back());
}

std::string audit_verdict(const model::AuditReport& report) {
  return last_line(render_text(report));
}

TEST(AuditText, EndsWithTheVerdictInOneLine) {
  model::AuditReport report = sample_audit();
  EXPECT_EQ(audit_verdict(report),
            "Verdict: 3 findings (1 medium, 2 info); 1 held until its risk is accepted.");
  report.judgement.findings.resize(1);
  EXPECT_EQ(audit_verdict(report), "Verdict: 1 finding (1 medium).");
  report.judgement.findings[0].severity = model::Severity::info;
  EXPECT_EQ(audit_verdict(report),
            "Verdict: good: nothing to change on this guest; 1 finding (1 info).");
  report.judgement.findings[0].held = true;
  EXPECT_EQ(audit_verdict(report),
            "Verdict: good: nothing to change on this guest; 1 held until its risk is accepted.");
  report.judgement.findings.clear();
  EXPECT_EQ(audit_verdict(report), "Verdict: good: nothing to change on this guest.");
  report.undetermined = true;
  EXPECT_EQ(audit_verdict(report), "Verdict: unknown: 1 rule could not be judged.");
  report.measurements->drift.rate_error_ppm = Fact<double>::unknown("no answers");
  EXPECT_EQ(audit_verdict(report),
            "Verdict: unknown: no reference told the drift, 1 rule could not be judged.");
  report.measurements.reset();
  report.judgement.not_judged[0].live_only = true;
  EXPECT_EQ(audit_verdict(report), "Verdict: unknown: what decides could not be found out.");
}

TEST(AuditText, WhatIsWaivedCountsForNothingAndIsShown) {
  model::AuditReport report = sample_waived_audit();
  report.undetermined = false;
  EXPECT_EQ(audit_verdict(report),
            "Verdict: good: nothing to change on this guest; 2 findings (2 info); 2 waived.");
  report.undetermined = true;
  EXPECT_EQ(
      audit_verdict(report),
      "Verdict: unknown: what decides could not be found out; 2 findings (2 info); 2 waived.");
  const std::string text = render_text(report);
  EXPECT_THAT(text, HasSubstr("\n  until           2027-01-31\n"));
  EXPECT_THAT(text, HasSubstr("waived until 2027-01-31: Gilt bis"));
  EXPECT_THAT(render_text(sample_audit()), Not(HasSubstr("\nWaived\n")));
}

TEST(AuditText, EveryFindingSaysWhatItSawWhyWhatToDoHowToCheckAndUndoAndItsSource) {
  const std::string text = render_text(sample_audit());
  for (const char* word : {"  seen", "  why", "  do", "  check", "  undo", "  source",
                           "--accept-risk rhel5-vmware-i386-divider"}) {
    EXPECT_THAT(text, HasSubstr(word));
  }
}

TEST(PlanText, SaysWhatApplyWouldDo) {
  EXPECT_THAT(render_text(sample("plan")),
              EndsWith("Plan: changes 2 files; 1 held; 1 left to do; then a reboot.\n"));
  EXPECT_EQ(render_text(sample("plan-nothing")), "Plan: nothing to change.\n");
  EXPECT_THAT(render_text(sample("plan")), HasSubstr("\n+\tkernel /vmlinuz ro root=/dev/sda1 "
                                                     "clocksource=acpi_pm\n"));
}

TEST(TransactionText, SaysWhatWasDoneAndHowToUndoIt) {
  const std::string text = render_text(sample("apply"));
  EXPECT_THAT(text, testing::StartsWith("Applied transaction 20261123T120000Z-1: 1 file changed."));
  EXPECT_THAT(text, HasSubstr("guestclock rollback 20261123T120000Z-1"));
  EXPECT_THAT(text, HasSubstr("\n    cp -p "));
  EXPECT_THAT(text, HasSubstr("A reboot is needed"));
  EXPECT_THAT(render_text(sample("rollback-nothing")), HasSubstr("Nothing to undo."));
  EXPECT_THAT(render_text(sample("rollback-conflict")), HasSubstr("nothing was written"));
}

TEST(Text, NoSampleHoldsAByteThatATerminalObeys) {
  for (const Sample& one : sample_documents()) {
    for (const char c : render_text(one.document)) {
      ASSERT_TRUE(c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f)) << one.name;
    }
  }
}

TEST(TextProperty, NothingReadFromOutsideReachesTheTerminal) {
  EXPECT_TRUE(rc::check([] {
    const auto hostile = *rc::gen::arbitrary<std::string>();
    model::AuditReport report = sample_audit();
    report.host = hostile;
    report.facts.kernel.release = hostile;
    report.facts.boot.entries.value()[0].title = hostile;
    report.facts.timesync.daemons.value()[0].name = hostile;
    report.measurements->servers[0].address = hostile;
    report.judgement.findings[0].evidence[0].value = hostile;
    const std::string text = render_text(report);
    for (const char c : text)
      RC_ASSERT(c == '\n' || (c >= 0x20 && c < 0x7f));
    RC_ASSERT(last_line(text) == audit_verdict(sample_audit()));
  }));
}

}  // namespace
}  // namespace guestclock::report
