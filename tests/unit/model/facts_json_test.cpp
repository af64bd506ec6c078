#include "model/facts_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "random_values.h"

namespace guestclock::model {
namespace {

using testing::HasSubstr;

Facts read(const std::string& text) {
  const Result<Facts> facts = facts_from_json(Json::parse(text));
  EXPECT_TRUE(facts.has_value()) << facts.error().message;
  return facts.value_or(Facts{});
}

std::string why_refused(const std::string& text) {
  const Result<Facts> facts = facts_from_json(Json::parse(text));
  if (facts) return "accepted";
  EXPECT_EQ(facts.error().code, ErrorCode::malformed);
  return facts.error().message;
}

TEST(FactsJson, NullsAndTheWordUnknownHaveTheirReasons) {
  Facts facts;
  facts.virtualization.vm = std::string("kvm");
  facts.virtualization.container = Fact<std::string>::unknown("no /proc");
  facts.virtualization.platform = std::string();
  facts.kernel.hz = Fact<std::int64_t>::live_only();
  facts.kernel.os = std::string("linux");
  facts.clock.ptp =
      std::vector<PtpDevice>{{"ptp0", Fact<std::string>::unknown("not readable"), std::string()}};
  const Json json = facts_to_json(facts);
  EXPECT_EQ(json["virtualization"]["vm"], "kvm");
  EXPECT_EQ(json["virtualization"]["container"], "unknown");
  EXPECT_EQ(json["unknown"]["virtualization.container"], "no /proc");
  EXPECT_TRUE(json["virtualization"]["platform"].is_null());
  EXPECT_FALSE(json["unknown"].contains("virtualization.platform"));
  EXPECT_TRUE(json["kernel"]["hz"].is_null());
  EXPECT_EQ(json["unknown"]["kernel.hz"], std::string(kLiveOnly));
  EXPECT_EQ(json["kernel"]["os"], "linux");
  EXPECT_EQ(json["unknown"]["clock.ptp[0].clock_name"], "not readable");
  EXPECT_EQ(json["boot"]["loader"], "unknown");
  EXPECT_EQ(json["timesync"]["guest_tools"], Json::object());
  EXPECT_FALSE(json.contains("schema"));
}

TEST(FactsJson, MembersStandInTheContractsOrder) {
  const Json json = facts_to_json({});
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items())
    names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("virtualization", "kernel", "clock", "boot", "timesync",
                                          "tuning", "unknown"));
}

TEST(FactsJson, BootEntriesAndDaemonsKeepTheirMembers) {
  Facts facts;
  BootEntry entry;
  entry.loader = "grub-legacy";
  entry.title = "CentOS";
  entry.index = 1;
  entry.is_default = true;
  entry.parameters = {"ro", "a=\"b c\""};
  facts.boot.entries = std::vector<BootEntry>{entry};
  TimeDaemon daemon;
  daemon.name = "ntpd";
  daemon.running = true;
  daemon.enabled = Fact<bool>::unknown("no init scripts");
  facts.timesync.daemons = std::vector<TimeDaemon>{daemon};
  const Json json = facts_to_json(facts);
  EXPECT_EQ(json["boot"]["entries"][0]["default"], true);
  EXPECT_EQ(json["boot"]["entries"][0]["parameters"][1], "a=\"b c\"");
  EXPECT_EQ(json["timesync"]["daemons"][0]["running"], true);
  EXPECT_EQ(json["unknown"]["timesync.daemons[0].enabled"], "no init scripts");
}

TEST(FactsJson, GuestToolsThatAreNotThereAreLeftOut) {
  Facts facts;
  facts.timesync.guest_tools.vmware =
      GuestTool{true, true, Fact<bool>::unknown("the host decides"), {}};
  TimeDaemon daemon;
  facts.timesync.daemons = std::vector<TimeDaemon>{daemon};
  const Json json = facts_to_json(facts);
  EXPECT_EQ(json["timesync"]["guest_tools"].size(), 1U);
  EXPECT_EQ(json["unknown"]["timesync.guest_tools.vmware.syncs_clock"], "the host decides");
  EXPECT_TRUE(json["timesync"]["daemons"][0]["local_stratum"].is_null());
  EXPECT_EQ(facts_from_json(json)->timesync, facts.timesync);
}

TEST(FactsJson, MissingMembersAreUnknown) {
  const Facts facts = read(R"({"virtualization": {"vm": "vmware"}})");
  EXPECT_EQ(facts.virtualization.vm, Fact<std::string>("vmware"));
  EXPECT_EQ(facts.virtualization.platform.reason(), "not in the document");
  EXPECT_EQ(facts.kernel.distribution.version.reason(), "not in the document");
  EXPECT_EQ(facts.boot.entries.reason(), "not in the document");
  EXPECT_TRUE(facts.virtualization.evidence.empty());
}

TEST(FactsJson, ReasonsAreBelievedWhereverAValueIsMissing) {
  const Facts facts = read(R"({"kernel": {"hz": null, "os": null, "distribution": null},
                               "virtualization": {"vm": "unknown", "role": null},
                               "unknown": {"kernel.hz": "a", "kernel.arch": "b",
                                           "virtualization.vm": "c"}})");
  EXPECT_EQ(facts.kernel.hz.reason(), "a");
  EXPECT_EQ(facts.kernel.arch.reason(), "b");
  EXPECT_EQ(facts.virtualization.vm.reason(), "c");
  EXPECT_EQ(facts.kernel.os.reason(), "the document gives no reason");
  EXPECT_EQ(facts.virtualization.role.reason(), "the document gives no reason");
  EXPECT_EQ(facts.kernel.distribution.id.reason(), "not in the document");
}

TEST(FactsJson, PlatformNullWithoutReasonIsKnownToBeNone) {
  EXPECT_EQ(read(R"({"virtualization": {"platform": null}})").virtualization.platform,
            Fact<std::string>(std::string()));
  EXPECT_EQ(read(R"({"virtualization": {"platform": null},
                     "unknown": {"virtualization.platform": "x"}})")
                .virtualization.platform.reason(),
            "x");
}

TEST(FactsJson, UnknownMembersAreAdditionsOfLaterReleases) {
  EXPECT_TRUE(read(R"({"schema": "guestclock.detect/1", "later": [1], "kernel": {"hz": 100}})")
                  .kernel.hz.known());
}

TEST(FactsJson, WrongTypesAreNamedByTheirPath) {
  EXPECT_THAT(why_refused("[]"), HasSubstr("the document: an object is expected, not array"));
  EXPECT_THAT(why_refused(R"({"kernel": 5})"), HasSubstr("kernel: an object"));
  EXPECT_THAT(why_refused(R"({"kernel": {"hz": "250"}})"), HasSubstr("kernel.hz: a whole number"));
  EXPECT_THAT(why_refused(R"({"kernel": {"hz": 250.5}})"), HasSubstr("kernel.hz: a whole number"));
  EXPECT_THAT(why_refused(R"({"kernel": {"hz": 18446744073709551615}})"), HasSubstr("kernel.hz"));
  EXPECT_THAT(why_refused(R"({"kernel": {"cmdline": ["a", 1]}})"),
              HasSubstr("kernel.cmdline[1]: a string is expected, not number"));
  EXPECT_THAT(why_refused(R"({"boot": {"entries": [{}, {"default": 1}]}})"),
              HasSubstr("boot.entries[1].default: true or false"));
  EXPECT_THAT(why_refused(R"({"unknown": []})"), HasSubstr("unknown: an object"));
  EXPECT_THAT(why_refused(R"({"unknown": {"a": 1}})"), HasSubstr("unknown.a: a string"));
}

TEST(FactsJson, AssumptionsSayWhatTheyReplaced) {
  const Json json = assumptions_to_json({{"vm", "vmware", ""}, {"hz", "100", "250"}});
  EXPECT_EQ(json, Json::parse(R"([{"key": "vm", "value": "vmware", "replaced": null},
                                  {"key": "hz", "value": "100", "replaced": "250"}])"));
}

TEST(FactsJsonProperty, ReadingInvertsWriting) {
  EXPECT_TRUE(rc::check([] {
    const Facts facts = random_value<Facts>();
    const Result<Facts> again = facts_from_json(Json::parse(facts_to_json(facts).dump()));
    RC_ASSERT(again.has_value());
    RC_ASSERT(facts_to_json(*again) == facts_to_json(facts));
    RC_ASSERT(*again == facts);
  }));
}

}  // namespace
}  // namespace guestclock::model
