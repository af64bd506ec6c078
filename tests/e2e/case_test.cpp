// The case that this program was made for, from its figures (fixes.md, section 8.1): a guest that
// asks another guest for the time right after that one's daemon was started, and a host.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advise/advise.h"
#include "measure/measure.h"
#include "report/format.h"
#include "support/sim_world.h"
#include "tables/tables.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock {
namespace {

using std::chrono::milliseconds;
using support::FakeNtpServer;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

/// What a person reads of the servers: the sections from "Servers" to "Ticks".
std::string servers_in_words(const model::Measurements& measurements) {
  const std::string text = report::render_text(model::MeasureDocument{measurements});
  const std::size_t from = text.find("Servers\n");
  return text.substr(from, text.find("\nTicks\n") - from);
}

/// The two of them, measured from a third.
model::Measurements measured_case() {
  FakeNtpServer guest;
  guest.host = "dns.test";
  guest.address = "192.168.7.53";
  guest.stratum = 0;
  guest.leap = 3;
  guest.precision = -17;
  guest.reference_zero = true;
  guest.refid = "INIT";
  guest.offset = -milliseconds(452);
  FakeNtpServer host;
  host.host = "esx.test";
  host.address = "192.168.7.1";
  host.stratum = 2;
  host.offset = -milliseconds(1780);
  support::SimConfig config = support::SimConfig::with_rate(0);
  config.servers = {guest, host};
  const support::SimWorld world(std::move(config));

  measure::Request request;
  request.servers = {"dns.test", "esx.test"};
  request.duration = std::chrono::seconds(20);
  request.ticks = false;
  const StopFlag stop;
  return measure::measure(world, measure::shipped_thresholds(), request, stop).measurements;
}

TEST(Case, AGuestAskedTooEarlyAndAHostThatIsOff) {
  const std::string text = servers_in_words(measured_case());

  const std::filesystem::path golden =
      std::filesystem::path(GUESTCLOCK_SOURCE_DIR) / "tests/golden/case-asked-too-early.txt";
  if (bytes_of(golden) == text) return;
  const std::filesystem::path got =
      std::filesystem::path(testing::TempDir()) / "case-asked-too-early.txt";
  std::ofstream(got, std::ios::binary) << text;
  ADD_FAILURE() << "If that is meant: cp " << got << " " << golden << "\nIt is now:\n" << text;
}

TEST(Case, TheFindingNamesTheServerAndSaysThatLocalIsNoCure) {
  const auto tables = tables::load({});
  ASSERT_TRUE(tables.has_value());
  model::AuditReport report;
  report.facts.virtualization.vm = std::string("vmware");
  report.measurements = measured_case();
  report.judgement = advise::judge(tables->rules, report.facts, &*report.measurements, {});
  ASSERT_THAT(report.judgement.findings, testing::ElementsAre(testing::Field(
                                             &model::Finding::rule, "ntp-server-unsynchronised")));
  const model::Finding& finding = report.judgement.findings.front();
  EXPECT_THAT(finding.evidence, testing::Contains(model::FindingEvidence{
                                    "measurements.servers.verdict",
                                    "dns.test:123: unsynchronised, esx.test:123: usable"}));
  EXPECT_THAT(finding.evidence,
              testing::Contains(testing::Field(
                  &model::FindingEvidence::value,
                  testing::AllOf(testing::StartsWith("dns.test:123: stratum 0 on the wire"),
                                 testing::HasSubstr("it has never synchronised")))));
  EXPECT_THAT(finding.fix.what, testing::HasSubstr("LOCAL (server 127.127.1.0) there is not the "
                                                   "cure"));
  EXPECT_THAT(report::render_text(std::move(report)), testing::HasSubstr("\n[medium] ntp-server-"));
}

}  // namespace
}  // namespace guestclock
