#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/facts_json.h"
#include "model/measurements_json.h"
#include "report/format.h"
#include "sample_documents.h"
#include "support/schema.h"

namespace guestclock::report {
namespace {

using nlohmann::json;

const std::filesystem::path kSchemas =
    std::filesystem::path(GUESTCLOCK_SOURCE_DIR) / "docs" / "schema";

json load(const std::string& file) {
  std::ifstream in(kSchemas / file);
  return json::parse(in);
}

json rendered(const std::string& name) {
  return json::parse(render_json(sample(name)));
}

TEST(JsonSchema, EveryDocumentIsValid) {
  for (const Sample& one : sample_documents()) {
    const std::string text = render_json(one.document);
    EXPECT_EQ(support::schema_problems(text), "") << one.name;
    const std::string id = json::parse(text)["schema"];
    EXPECT_EQ(one.schema, id.substr(0, id.find('/')) + "-1.schema.json");
  }
}

TEST(JsonSchema, EverySchemaHasASampleAndSaysItsName) {
  std::vector<std::string> used{"guestclock.waivers-1.schema.json"};  // read, never written
  for (const Sample& one : sample_documents())
    used.push_back(one.schema);
  for (const auto& entry : std::filesystem::directory_iterator(kSchemas)) {
    const std::string file = entry.path().filename().string();
    EXPECT_THAT(used, testing::Contains(file));
    const json schema = load(file);
    EXPECT_EQ(schema["$id"], file);
    const std::string id = schema["properties"]["schema"]["const"];
    EXPECT_EQ(id.substr(0, id.find('/')) + "-1.schema.json", file);
  }
}

// The report's schema stands alone; its copies of the other two must not drift away from them.
TEST(JsonSchema, TheReportSharesItsPartsWithDetectAndMeasure) {
  const json report = load("guestclock.report-1.schema.json");
  for (const char* part : {"guestclock.detect-1.schema.json", "guestclock.measure-1.schema.json"}) {
    const json schema = load(part);
    for (const auto& [name, definition] : schema["definitions"].items()) {
      EXPECT_EQ(report["definitions"][name], definition) << part << " " << name;
    }
  }
  json facts = load("guestclock.detect-1.schema.json")["properties"];
  facts.erase("schema");
  facts.erase("assumptions");
  EXPECT_EQ(report["definitions"]["facts"]["properties"], facts);
  json measurements = load("guestclock.measure-1.schema.json")["properties"];
  measurements.erase("schema");
  EXPECT_EQ(report["definitions"]["measurements"]["properties"], measurements);
}

/// The sample with one member changed must be refused.
void expect_refused(const std::string& name, const std::string& pointer, const json& value) {
  json document = rendered(name);
  document[json::json_pointer(pointer)] = value;
  EXPECT_NE(support::schema_problems(document.dump()), "") << pointer;
}

TEST(JsonSchema, WrongNamesWordsAndTypesAreRefused) {
  expect_refused("detect", "/virtualisation", json::object());
  expect_refused("detect", "/virtualization/vm", "vmwaer");
  expect_refused("detect", "/virtualization/vm", nullptr);
  expect_refused("detect", "/virtualization/evidence/0/used", "yes");
  expect_refused("detect", "/kernel/hz", "1000");
  expect_refused("detect", "/kernel/distribution/name", "x");
  expect_refused("detect", "/boot/entries/0/loader", "grub");
  expect_refused("detect", "/unknown/kernel.hz", 1);
  expect_refused("detect", "/schema", "guestclock.detect/2");
  expect_refused("measure", "/drift/ci95_ppm", {1});
  expect_refused("measure", "/drift/rate_error", 1);
  expect_refused("measure", "/drift/flags", {"odd"});
  expect_refused("measure", "/servers/0/verdict", "fine");
  expect_refused("measure", "/clocks/0/name", "clock");
  expect_refused("measure", "/ticks/per_cpu/0/stalls/0/cause", "host");
  expect_refused("audit", "/findings/0/severity", "urgent");
  expect_refused("audit", "/findings/0/fix/kind", "kernel_parameter");
  expect_refused("audit", "/waived/0", rendered("audit")["findings"][0]);
  expect_refused("audit-waived", "/waived/0/expires", "soon");
  expect_refused("audit-waived", "/waived/0/fix/kind", "kernel_parameter");
  expect_refused("audit-waived", "/not_judged/0/waived", true);
  expect_refused("audit", "/summary/verdict", "bad");
  expect_refused("audit", "/facts/kernel/hz", "x");
  expect_refused("audit", "/measurements/drift/offset", 1);
  expect_refused("audit", "/generated_at", "yesterday");
  expect_refused("plan", "/changes/0/before_sha256", "abc");
  expect_refused("plan", "/held/0/risk", "high");
  expect_refused("apply", "/state", "done");
  expect_refused("history", "/transactions/0/state", "rolled_back");
  expect_refused("explain", "/when", json::parse(R"({"fact": "a", "is": 1, "less": 2})"));
  expect_refused("explain", "/ranges/vm", json::array());
}

TEST(Json, PartsReadBack) {
  const auto parsed = nlohmann::ordered_json::parse(render_json(sample("audit")));
  const auto facts = model::facts_from_json(parsed["facts"]);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(*facts, sample_facts());
  const auto measurements = model::measurements_from_json(parsed["measurements"]);
  ASSERT_TRUE(measurements) << measurements.error().message;
  EXPECT_EQ(*measurements, sample_measurements());
}

TEST(Json, AuditSumsUp) {
  const json report = rendered("audit");
  EXPECT_EQ(report["summary"]["verdict"], "findings");
  EXPECT_EQ(
      report["summary"]["counts"],
      json::parse(R"({"info": 2, "low": 0, "medium": 1, "high": 0, "held": 1, "waived": 0})"));
  EXPECT_EQ(report["findings"][1]["held"], true);
  EXPECT_EQ(report["consent"]["accepted"], json::parse(R"(["V-03"])"));
}

TEST(Json, AWaivedFindingIsWholeAndCountsForNothing) {
  const json report = rendered("audit-waived");
  EXPECT_EQ(report["summary"]["verdict"], "good");
  EXPECT_EQ(
      report["summary"]["counts"],
      json::parse(R"({"info": 2, "low": 0, "medium": 0, "high": 0, "held": 0, "waived": 2})"));
  json finding = rendered("audit")["findings"][0];
  json waived = report["waived"][0];
  EXPECT_EQ(waived["expires"], "2027-01-31");
  EXPECT_EQ(waived["reason"], "Gilt bis zum Umzug: \x1b[2Jgr\xc3\xbcn");
  waived.erase("expires");
  waived.erase("reason");
  EXPECT_EQ(waived, finding);
  EXPECT_EQ(report["not_judged"][0]["waived"]["expires"], "2027-01-31");
}

TEST(Json, AuditWithoutMeasurementsSaysWhy) {
  const json report = rendered("audit-not-measured");
  EXPECT_TRUE(report["measurements"].is_null());
  EXPECT_EQ(report["unknown"]["measurements"],
            "no server is configured and none was given with --server");
  EXPECT_TRUE(report["host"].is_null());
  EXPECT_EQ(report["unknown"]["host"], "an image has no name");
  EXPECT_EQ(report["summary"]["verdict"], "unknown");
}

TEST(Json, PlanSaysWhatIsCreatedAndWhetherAnythingChanges) {
  const json plan = rendered("plan");
  EXPECT_EQ(plan["changed"], true);
  EXPECT_TRUE(plan["changes"][1]["before_sha256"].is_null());
  EXPECT_EQ(plan["entries"][0]["after"].back(), "clocksource=acpi_pm");
  EXPECT_EQ(plan["held"][0]["change"], "divider=10");
  EXPECT_EQ(rendered("plan-nothing")["changed"], false);
}

TEST(Json, VerbsNameTheirDocument) {
  EXPECT_EQ(rendered("apply")["schema"], "guestclock.apply/1");
  EXPECT_EQ(rendered("rollback-conflict")["schema"], "guestclock.rollback/1");
  EXPECT_EQ(rendered("rollback-nothing")["changed"], false);
  EXPECT_TRUE(rendered("rollback-nothing")["transaction"].is_null());
}

TEST(Json, BytesThatAreNoTextStayInsideTheDocument) {
  model::DetectDocument document;
  document.facts.kernel.release = std::string("6.1\xff\x1b[2J\x7f\xc2\x9b");
  const std::string text = render_json(document);
  for (const char c : text)
    EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
  EXPECT_EQ(support::schema_problems(text), "");
}

}  // namespace
}  // namespace guestclock::report
