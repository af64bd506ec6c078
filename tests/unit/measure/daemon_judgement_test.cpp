#include "measure/daemon_judgement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace guestclock::measure {
namespace {

using model::DaemonSource;
using model::Fact;
using model::LocalDaemon;
using testing::HasSubstr;
using testing::Not;

Fact<double> none() {
  return Fact<double>::unknown("not told");
}

DaemonSource answering(std::string state = "selected") {
  DaemonSource source;
  source.name = "192.0.2.1";
  source.state = std::move(state);
  source.stratum = std::int64_t{2};
  source.poll_s = 64.0;
  source.reach = std::int64_t{0377};
  source.answered = std::int64_t{8};
  source.last_answer_s = 20.0;
  source.offset_s = 0.001;
  source.dispersion_s = 0.01;
  source.root_distance_s = 0.02;
  source.selectable = source.state != "not-usable";
  return source;
}

DaemonSource silent() {
  DaemonSource source = answering("not-usable");
  source.name = "192.0.2.7";
  source.reach = std::int64_t{0};
  source.answered = std::int64_t{0};
  source.last_answer_s = none();
  source.offset_s = none();
  source.dispersion_s = 15.9375;
  source.root_distance_s = none();
  return source;
}

/// Only its first answers are in.
DaemonSource starting(double dispersion_s) {
  DaemonSource source = answering("not-usable");
  source.reach = std::int64_t{1};
  source.answered = std::int64_t{1};
  source.dispersion_s = dispersion_s;
  source.root_distance_s = dispersion_s + 0.01;
  return source;
}

LocalDaemon healthy(const std::string& name) {
  LocalDaemon daemon;
  daemon.name = name;
  daemon.stratum = std::int64_t{3};
  daemon.leap = std::int64_t{0};
  daemon.refid = std::string("192.0.2.1");
  daemon.reference_age_s = 30.0;
  daemon.update_interval_s = 64.0;
  daemon.frequency_ppm = 12.0;
  daemon.kernel_synchronised = false;
  daemon.sources = {answering(), silent()};
  return daemon;
}

LocalDaemon never_synchronised(const std::string& name, std::vector<DaemonSource> sources) {
  LocalDaemon daemon = healthy(name);
  daemon.stratum = std::int64_t{16};
  daemon.leap = std::int64_t{3};
  daemon.refid = std::string(name == "ntpd" ? "INIT" : "");
  daemon.reference_age_s = none();
  daemon.update_interval_s = none();
  daemon.sources = std::move(sources);
  return daemon;
}

std::string reasons_of(LocalDaemon& daemon) {
  judge_daemon(daemon);
  return join(daemon.reasons, "\n");
}

TEST(JudgeDaemon, OneThatFollowsASource) {
  for (const char* const name : {"chronyd", "ntpd", "ntpsec", "systemd-timesyncd"}) {
    LocalDaemon daemon = healthy(name);
    EXPECT_EQ(reasons_of(daemon), "it follows 192.0.2.1") << name;
    EXPECT_EQ(daemon.verdict, "synchronised") << name;
    EXPECT_FALSE(daemon.selectable_in_s.known());
  }
}

// Dispersion after 1, 2, 3 samples (RFC 5905 section 10) and what is still missing to 1.5 s.
TEST(JudgeDaemon, NtpdWaitsForAsManyAnswersAsItsDispersionSays) {
  const std::vector<std::pair<double, int>> cases{{7.94, 3}, {3.94, 2}, {1.94, 1}};
  for (const auto& [dispersion, missing] : cases) {
    LocalDaemon daemon = never_synchronised("ntpd", {starting(dispersion), silent()});
    const std::string reasons = reasons_of(daemon);
    EXPECT_EQ(daemon.verdict, "not-yet");
    EXPECT_DOUBLE_EQ(daemon.selectable_in_s.value(), 64.0 * missing);
    EXPECT_THAT(reasons, HasSubstr("refid INIT: it has never synchronised"));
    EXPECT_THAT(reasons, HasSubstr("1 of its last 8 polls answered (reach 001)"));
    EXPECT_THAT(reasons, HasSubstr("after " + std::to_string(missing) + " more answer"));
    EXPECT_THAT(reasons, HasSubstr("(" + std::to_string(2 * missing) + " s with iburst)"));
    EXPECT_FALSE(daemon.will_step.value());
  }
}

TEST(JudgeDaemon, TheNearestSourceDecidesHowLongItTakes) {
  DaemonSource nearer = starting(1.94);
  nearer.poll_s = 16.0;
  LocalDaemon daemon = never_synchronised("ntpd", {starting(7.94), nearer});
  judge_daemon(daemon);
  EXPECT_DOUBLE_EQ(daemon.selectable_in_s.value(), 16);
}

TEST(JudgeDaemon, ADistantSourceIsNotPromised) {
  DaemonSource distant = starting(7.94);
  distant.root_distance_s = 7.94 + 2;
  LocalDaemon daemon = never_synchronised("ntpd", {distant});
  judge_daemon(daemon);
  EXPECT_EQ(daemon.verdict, "not-yet");
  EXPECT_FALSE(daemon.selectable_in_s.known());
}

TEST(JudgeDaemon, NtpdStepsBeyond128MillisecondsAndStartsOver) {
  DaemonSource source = starting(7.94);
  source.offset_s = 0.233;
  LocalDaemon daemon = never_synchronised("ntpd", {source});
  EXPECT_THAT(reasons_of(daemon), HasSubstr("offset 233 ms > 128 ms: it steps the clock when it "
                                            "first selects a source, then starts over"));
  EXPECT_TRUE(daemon.will_step.value());
  source.offset_s = -0.127;
  daemon = never_synchronised("ntpd", {source});
  EXPECT_THAT(reasons_of(daemon), Not(HasSubstr("128 ms")));
}

TEST(JudgeDaemon, SynchronisedNtpdTakesTheSameOffsetForASpike) {
  LocalDaemon daemon = healthy("ntpsec");
  daemon.sources[0].offset_s = -1.78;
  EXPECT_THAT(reasons_of(daemon),
              HasSubstr("offset 1.78 s > 128 ms: it takes that for a spike, and steps the clock if "
                        "it lasts for 300 s"));
  EXPECT_EQ(daemon.verdict, "synchronised");
  EXPECT_TRUE(daemon.will_step.value());
}

TEST(JudgeDaemon, SelectedAndLeapStillThree) {
  LocalDaemon daemon = never_synchronised("ntpd", {answering()});
  daemon.sources[0].offset_s = 0.3;
  EXPECT_THAT(reasons_of(daemon),
              HasSubstr("it has selected 192.0.2.1 and not taken its time yet"));
  EXPECT_EQ(daemon.verdict, "not-yet");
}

TEST(JudgeDaemon, WhetherChronydStepsIsItsConfigurationsSecret) {
  DaemonSource source = starting(0);
  source.dispersion_s = none();
  source.offset_s = 2.0;
  LocalDaemon daemon = never_synchronised("chronyd", {source});
  const std::string reasons = reasons_of(daemon);
  EXPECT_FALSE(daemon.will_step.known());
  EXPECT_THAT(reasons, Not(HasSubstr("128 ms")));
  EXPECT_THAT(reasons,
              HasSubstr("selectable from 3 answers on, in 128 s at most (4 s with iburst)"));
  EXPECT_DOUBLE_EQ(daemon.selectable_in_s.value(), 128);
}

TEST(JudgeDaemon, SilentSources) {
  LocalDaemon daemon = never_synchronised("ntpd", {silent(), silent()});
  EXPECT_THAT(reasons_of(daemon), HasSubstr("none of its 2 sources has answered it"));
  EXPECT_EQ(daemon.verdict, "unsynchronised");
  daemon = never_synchronised("chronyd", {});
  EXPECT_EQ(reasons_of(daemon), "it has no source to ask");
  EXPECT_EQ(daemon.verdict, "unsynchronised");
  daemon = never_synchronised("systemd-timesyncd", {silent()});
  EXPECT_EQ(reasons_of(daemon), "192.0.2.7 has not answered it\nit asks again every 64 s");
}

TEST(JudgeDaemon, StaleBehindSynchronisedYes) {
  for (const char* const name : {"chronyd", "ntpd"}) {
    LocalDaemon daemon = healthy(name);
    daemon.sources[0].state = "not-usable";
    daemon.sources[0].answered = std::int64_t{0};
    daemon.sources[0].reach = std::int64_t{0};
    daemon.reference_age_s = 11520.0;
    EXPECT_EQ(
        reasons_of(daemon),
        "it says that it is synchronised, and last updated the clock 3.2 h ago (it asks every "
        "64 s): none of its sources answered its last eight polls");
    EXPECT_EQ(daemon.verdict, "stale");
  }
}

TEST(JudgeDaemon, SynchronisedByNobodyAnyMore) {
  LocalDaemon daemon = healthy("chronyd");
  daemon.sources.clear();
  EXPECT_THAT(reasons_of(daemon), HasSubstr("it has no source any more"));
  EXPECT_EQ(daemon.verdict, "stale");
}

TEST(JudgeDaemon, TimesyncdUsesEachAnswerSoThreePollsAreEnough) {
  LocalDaemon daemon = healthy("systemd-timesyncd");
  daemon.sources = {answering()};
  daemon.sources[0].answered = Fact<std::int64_t>::unknown("not told");
  daemon.reference_age_s = 190.0;
  judge_daemon(daemon);
  EXPECT_EQ(daemon.verdict, "synchronised");
  daemon.reasons.clear();
  daemon.reference_age_s = 193.0;
  judge_daemon(daemon);
  EXPECT_EQ(daemon.verdict, "stale");
}

TEST(JudgeDaemon, ASlowPollIsNotStale) {
  LocalDaemon daemon = healthy("ntpd");
  daemon.sources[0].poll_s = 1024.0;
  daemon.reference_age_s = 8 * 1024.0;
  judge_daemon(daemon);
  EXPECT_EQ(daemon.verdict, "synchronised");
}

TEST(JudgeDaemon, NoneSelectedAnyMore) {
  LocalDaemon daemon = healthy("chronyd");
  daemon.sources = {answering("falseticker"), answering("falseticker")};
  EXPECT_THAT(reasons_of(daemon), HasSubstr("follows none of its sources now"));
  EXPECT_EQ(daemon.verdict, "stale");
}

TEST(JudgeDaemon, ItsOwnClockIsNoSource) {
  LocalDaemon chronyd = healthy("chronyd");
  chronyd.refid = std::string("127.127.1.1");
  EXPECT_THAT(reasons_of(chronyd), HasSubstr("it follows this guest's own clock"));
  EXPECT_EQ(chronyd.verdict, "unsynchronised");
  LocalDaemon ntpd = healthy("ntpd");
  ntpd.refid = std::string("LOCL");
  ntpd.sources[0].name = "127.127.1.0";
  judge_daemon(ntpd);
  EXPECT_EQ(ntpd.verdict, "unsynchronised");
  DaemonSource local = starting(7.94);
  local.name = "127.127.1.0";
  LocalDaemon waiting = never_synchronised("ntpd", {local});
  EXPECT_THAT(reasons_of(waiting), HasSubstr("300 s after its start"));
  EXPECT_EQ(waiting.verdict, "unsynchronised");
}

TEST(JudgeDaemon, ARateThatNobodyCanCorrect) {
  LocalDaemon daemon = healthy("ntpd");
  daemon.frequency_ppm = -500.0;
  EXPECT_THAT(reasons_of(daemon), HasSubstr("500 ppm, the most it can"));
  daemon = healthy("chronyd");
  daemon.frequency_ppm = -900.0;  // chronyd changes the tick as well
  EXPECT_THAT(reasons_of(daemon), Not(HasSubstr("the most it can")));
}

TEST(JudgeDaemon, TheKernelsFlagOutlivesTheSources) {
  LocalDaemon daemon = never_synchronised("chronyd", {silent()});
  daemon.kernel_synchronised = true;
  EXPECT_THAT(reasons_of(daemon), HasSubstr("still says synchronised"));
  EXPECT_THAT(reasons_of(daemon), HasSubstr("dropped 8 h after"));
}

TEST(JudgeDaemon, NothingTold) {
  LocalDaemon daemon;
  daemon.name = "ntpd";
  judge_daemon(daemon);
  EXPECT_EQ(daemon.verdict, "unsynchronised");
  const LocalDaemon unknown = unknown_daemon("chronyd", "chronyc is not installed");
  EXPECT_EQ(unknown.verdict, "unknown");
  EXPECT_EQ(unknown.reasons, std::vector<std::string>{"chronyc is not installed"});
  EXPECT_EQ(unknown.offset_s.reason(), "chronyc is not installed");
}

}  // namespace
}  // namespace guestclock::measure
